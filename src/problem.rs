//! What a browser or a program sees of an error: a sentence, the fields it concerns, and nothing of the inside.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What went wrong, as a person can act on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{sentence}")]
pub struct Problem {
    /// The HTTP status that goes with it.
    pub status: u16,
    /// One or two sentences in the person's terms.
    pub sentence: String,
    /// What is wrong with single fields, by field name.
    pub fields: Vec<FieldProblem>,
    /// A short reference to quote to us; only for inner errors.
    pub reference: Option<String>,
    /// Seconds to wait before trying again, when waiting helps.
    pub retry_after: Option<u64>,
    /// The page of ours that puts it right; browsers are sent there, and come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name in the form.
    pub field: String,
    /// What to do about it.
    pub sentence: String,
}

impl Problem {
    /// A problem of `status` with a sentence and nothing else.
    #[must_use]
    pub fn new(status: u16, sentence: impl Into<String>) -> Self {
        Self {
            status,
            sentence: sentence.into(),
            fields: Vec::new(),
            reference: None,
            retry_after: None,
            remedy: None,
        }
    }

    /// With the page that puts it right.
    #[must_use]
    pub fn remedied_at(self, path: &str) -> Self {
        Self { remedy: Some(path.to_owned()), ..self }
    }

    /// The sentence for `field`, if it has one.
    #[must_use]
    pub fn of_field(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|problem| problem.field == field).map(|problem| problem.sentence.as_str())
    }
}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::new(
                422,
                "Something in this form is missing or cannot be read. Check it and send it again.",
            ),
            ServerFnErrorErr::Request(_) => {
                Self::new(503, "CreatorCRM cannot be reached. Check your connection and try again.")
            }
            _ => Self::new(500, "Something went wrong on our side. Nothing was changed; please try again."),
        }
    }
}
