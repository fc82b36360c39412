//! The server's errors, and the one place where they become what a browser sees.

use crate::problem::{FieldProblem, Problem};
use std::time::Duration;

/// The result of every service.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong while serving a request. Internal sources are logged where this becomes a [`Problem`], never shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401: nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// 403: signed in, but the role does not allow it.
    #[error("the member's role does not allow this")]
    Forbidden,
    /// 403: first the person proves again who they are.
    #[error("the person did not prove lately who they are")]
    NotProven,
    /// 403: first the person sets up the second factor that their agency requires.
    #[error("the agency requires a second factor")]
    SecondFactorDue,
    /// 404: no such thing, or not this agency's.
    #[error("not found")]
    NotFound,
    /// 422: the input needs correcting.
    #[error("invalid input")]
    Invalid(Invalid),
    /// 409: the state of things does not allow it now; the sentence says why.
    #[error("conflict: {0}")]
    Conflict(String),
    /// 429: too often; try again after so long.
    #[error("rate limited for {0:?}")]
    RateLimited(Duration),
    /// 429: too many requests at once, whatever they ask for.
    #[error("too many requests for {0:?}")]
    TooOften(Duration),
    /// 503: more is asked of us at this moment than we can do.
    #[error("too much to do")]
    Busy,
    /// 502: the platform did not do its part; the sentence says what that means for the person.
    #[error("platform: {0}")]
    Upstream(String),
    /// 500: ours.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Field errors, collected before anything is done.
#[derive(Debug, Default)]
pub struct Invalid(Vec<FieldProblem>);

impl Invalid {
    /// Notes what is wrong with `field`.
    pub fn add(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push(FieldProblem { field: field.to_owned(), sentence: sentence.into() });
    }

    /// Keeps the value of a good field, notes the sentence of a bad one.
    pub fn take<T>(
        &mut self,
        field: &str,
        parsed: std::result::Result<T, impl std::fmt::Display>,
    ) -> Option<T> {
        parsed.map_err(|error| self.add(field, error.to_string())).ok()
    }

    /// # Errors
    /// `Error::Invalid` when anything was noted.
    pub fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self)) }
    }
}

impl Error {
    /// One field is wrong.
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        let mut invalid = Invalid::default();
        invalid.add(field, sentence);
        Self::Invalid(invalid)
    }

    /// The state of things forbids it; `sentence` is shown to the person.
    pub fn conflict(sentence: impl Into<String>) -> Self {
        Self::Conflict(sentence.into())
    }

    /// The HTTP status that it answers with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn => 401,
            Self::Forbidden | Self::NotProven | Self::SecondFactorDue => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::Conflict(_) => 409,
            Self::RateLimited(_) | Self::TooOften(_) => 429,
            Self::Busy => 503,
            Self::Upstream(_) => 502,
            Self::Internal(_) => 500,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            other => Self::Internal(other.into()),
        }
    }
}

/// Translates the violation of the constraint `name` into `otherwise`; every other error passes.
pub fn on_constraint(
    name: &'static str,
    otherwise: impl FnOnce() -> Error,
) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| match error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) {
        Some(violated) if violated == name => otherwise(),
        _ => error.into(),
    }
}

/// Logs an internal error once, with a reference that the person can quote.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = error.status();
        let mut problem = match error {
            Error::NotSignedIn => Self::new(status, "Please sign in first.").remedied_at("/sign-in"),
            Error::NotProven => Self::new(
                status,
                "Confirm first that it is you: this needs a proof that is no older than 10 minutes.",
            )
            .remedied_at("/confirm"),
            Error::SecondFactorDue => Self::new(
                status,
                "Your agency requires two-step sign-in of your role. Set it up first; until then nothing else opens.",
            )
            .remedied_at("/settings/second-factor"),
            Error::Forbidden => {
                Self::new(status, "Your role in this agency does not allow this. An owner can change it.")
            }
            Error::NotFound => {
                Self::new(status, "There is nothing here: it was removed, or the address is wrong.")
            }
            Error::Invalid(Invalid(fields)) => Self {
                fields,
                ..Self::new(status, "Please correct the marked fields. Nothing was saved yet.")
            },
            Error::Conflict(sentence) | Error::Upstream(sentence) => Self::new(status, sentence),
            Error::RateLimited(wait) => rate_limited(wait),
            Error::TooOften(wait) => too_often(wait),
            Error::Busy => Self {
                retry_after: Some(5),
                ..Self::new(
                    status,
                    "Many people are signing in at this moment. Please try again in a few seconds.",
                )
            },
            Error::Internal(source) => internal(&source),
        };
        problem.status = status;
        crate::server::outcome::note_problem(&problem);
        problem
    }
}

fn rate_limited(wait: Duration) -> Problem {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let mut problem = Problem::new(429, format!("Too many tries. Please come back in {minutes} {unit}."));
    problem.retry_after = Some(wait.as_secs().max(1));
    problem
}

fn too_often(wait: Duration) -> Problem {
    let seconds = (wait.as_secs() + 1).min(60);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let sentence =
        format!("That was a lot in a short time. Wait {seconds} {unit}, then load the page again.");
    Problem { retry_after: Some(seconds), ..Problem::new(429, sentence) }
}

fn internal(source: &anyhow::Error) -> Problem {
    let reference = crate::server::request::current_reference();
    tracing::error!(reference, error = format!("{source:#}"), "internal error");
    let mut problem =
        Problem::new(500, "Something went wrong on our side. Nothing was changed; please try again.");
    problem.reference = Some(reference);
    problem
}
