//! Limits on requests: generous for people, an end for abuse. docs/operations.md has the figures.
//!
//! Two layers: by network before anything else is done for a request, by person once it is known who asks. They count in this
//! process; what has to hold over all processes (guessing passwords, sending mail) is counted in the database.

mod class;
mod rates;
mod refusals;
mod streams;

pub use class::{Class, Rate};
pub use rates::{Rates, Whose};
pub use refusals::{Reason, Refusals, count};
pub use streams::Streams;

use super::frame::{accepts_html, error_response};
use super::state::App;
use crate::auth::Visitor;
use crate::error::Error;
use crate::identity::network;
use crate::problem::Problem;
use crate::shell;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures::StreamExt;
use std::time::Duration;

/// What the layers count with.
pub struct Limits {
    rates: Rates,
    streams: Streams,
    refusals: Refusals,
}

impl Limits {
    /// Limits times `factor`; none with 0.
    #[must_use]
    pub fn new(factor: u32) -> Self {
        Self { rates: Rates::new(factor), streams: Streams::new(factor), refusals: Refusals::default() }
    }
}

/// What a handler's answer was about, where the answer itself does not show it: a form is answered by a redirect.
#[derive(Clone, Debug)]
pub struct Answered(pub Problem);

/// Refuses a network that asks too often.
pub async fn by_network(State(app): State<App>, request: Request, next: Next) -> Response {
    let class = Class::of(&request);
    let whose = Whose::Network(network(super::request::origin(&app, &request).ip));
    match app.limits.rates.take(class, &whose, class.per_network()).await {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            app.limits.refusals.note_network(class, &whose).await;
            let rendered = accepts_html(request.headers()).then(|| bare(&app, wait));
            rendered.unwrap_or_else(|| error_response(Error::TooOften(wait)))
        }
    }
}

/// Refuses a person who asks too often, and puts on record what else a member was refused. Whoever is not signed in and
/// changes something stands at a door: sign-in, sign-up, a link.
pub async fn by_person(State(app): State<App>, visitor: Visitor, request: Request, next: Next) -> Response {
    let class = Class::of(&request);
    let of_network = Whose::Network(network(visitor.origin().ip));
    let (whose, rate) = match visitor.member() {
        Some(member) => (Whose::Person(member.user_id()), class.per_person()),
        None => (of_network.clone(), class.per_stranger()),
    };
    if let Some(rate) = rate
        && let Err(wait) = app.limits.rates.take(class, &whose, rate).await
    {
        app.limits.refusals.note(&app, &visitor, Reason::Rate, class, &of_network).await;
        return error_response(Error::TooOften(wait));
    }
    if class == Class::Streams {
        return stream(&app, &visitor, [of_network, whose], next.run(request).await).await;
    }
    let from_elsewhere = request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    let response = next.run(request).await;
    match is_forbidden(&response) {
        true if from_elsewhere => count(Reason::CrossSite, class),
        true => app.limits.refusals.note(&app, &visitor, Reason::Role, class, &of_network).await,
        false => {}
    }
    response
}

/// Counts a stream for as long as it is open.
async fn stream(app: &App, visitor: &Visitor, whose: [Whose; 2], response: Response) -> Response {
    if !response.status().is_success() {
        return response;
    }
    let network = whose[0].clone();
    let Some(open) = app.limits.streams.open(whose) else {
        app.limits.refusals.note(app, visitor, Reason::Rate, Class::Streams, &network).await;
        return error_response(Error::TooOften(Duration::from_secs(60)));
    };
    response.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |part| {
            let _counted = &open;
            part
        }))
    })
}

/// Whether the person may not do this. To be asked to confirm who one is, is no refusal.
fn is_forbidden(response: &Response) -> bool {
    let extensions = response.extensions();
    let problem = extensions.get::<Problem>().or_else(|| extensions.get::<Answered>().map(|it| &it.0));
    match problem {
        Some(problem) => problem.status == 403 && problem.remedy.is_none(),
        None => response.status() == StatusCode::FORBIDDEN,
    }
}

/// A page for people of whom nothing is known yet.
fn bare(app: &App, wait: Duration) -> Response {
    let problem = Problem::from(Error::TooOften(wait));
    let mut headers = HeaderMap::new();
    headers.insert(header::RETRY_AFTER, problem.retry_after.unwrap_or(1).into());
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(policy));
    (StatusCode::TOO_MANY_REQUESTS, headers, Html(shell::bare_problem(&app.assets, &problem))).into_response()
}
