//! What a server function leaves behind for the form that posted it: a problem, a notice, where to go.

use crate::problem::Problem;
use leptos::prelude::use_context;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Collected while one server function runs.
#[derive(Clone, Debug, Default)]
pub struct Outcome(Arc<Mutex<Left>>);

/// What was left.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// What went wrong.
    pub problem: Option<Problem>,
    /// What to tell the person on the next page.
    pub notice: Option<String>,
    /// A secret that the next page shows, once.
    pub secret: Option<String>,
    /// Where to go instead of back to the form.
    pub location: Option<String>,
    /// What had been typed into another form before, by its path: it stands there again.
    pub kept: Option<(String, BTreeMap<String, String>)>,
}

impl Outcome {
    fn change(&self, change: impl FnOnce(&mut Left)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was left so far.
    #[must_use]
    pub fn left(&self) -> Left {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tells the person `sentence` on the page that follows.
pub fn notice(sentence: impl Into<String>) {
    if let Some(outcome) = use_context::<Outcome>() {
        outcome.change(|left| left.notice = Some(sentence.into()));
    }
}

/// Hands `secret` (a link that was just made) to the page that follows, in its sealed flash: nothing else holds it.
pub fn show_once(secret: impl Into<String>) {
    if let Some(outcome) = use_context::<Outcome>() {
        outcome.change(|left| left.secret = Some(secret.into()));
    }
}

/// Goes to `location` (a path of ours, or a platform's consent page) afterwards, instead of back to the form.
pub fn go(location: impl Into<String>) {
    if let Some(outcome) = use_context::<Outcome>() {
        outcome.change(|left| left.location = Some(location.into()));
    }
}

/// Puts back into the form that posts to `form` what had been typed there before something came in between.
pub fn put_back(form: String, input: BTreeMap<String, String>) {
    if let Some(outcome) = use_context::<Outcome>() {
        outcome.change(|left| left.kept = Some((form, input)));
    }
}

/// Keeps the problem for the form, and sets the status for a program.
pub fn note_problem(problem: &Problem) {
    if let Some(outcome) = use_context::<Outcome>() {
        outcome.change(|left| left.problem = Some(problem.clone()));
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum::http::StatusCode::from_u16(problem.status)
    {
        response.set_status(status);
        if let Some(seconds) = problem.retry_after {
            response.insert_header(axum::http::header::RETRY_AFTER, seconds.into());
        }
    }
}
