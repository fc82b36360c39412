//! Server functions as plain forms: post, redirect, get. docs/forms.md tells the whole pattern.
//!
//! A program (or an island) gets JSON and a true status. A browser's own form post gets a redirect: on success to where the
//! function says, on a problem back to the form, with the problem and what had been typed in a flash.

use super::flash::Flash;
use super::limits::Answered;
use super::outcome::{Left, Outcome};
use super::own_path::{path_of_address, with_next};
use super::state::App;
use crate::auth::Visitor;
use crate::error::Error;
use crate::problem::Problem;
use crate::statements;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;
use std::collections::BTreeMap;

/// The largest form: long texts fit, files go elsewhere.
const MAX_FORM_BYTES: usize = 256 * 1024;

/// Takes a form in before it is asked whose it is: who lost a role while the last byte was on its way does not act by it.
pub async fn take_in(request: Request, next: Next) -> Response {
    // Files are taken in piece by piece, and their sender is looked up again when they are whole.
    if request.method() != Method::POST || request.uri().path() == statements::routes::UPLOAD {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_FORM_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Runs the server function at this path.
pub async fn server_function(State(app): State<App>, visitor: Visitor, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_FORM_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let from_form = wants_html(&parts.headers);
    let path = parts.uri.path().to_owned();
    let back = parts.headers.get(header::REFERER).and_then(|value| path_of_address(value.to_str().ok()?));
    let outcome = Outcome::default();
    let request = Request::from_parts(parts, Body::from(body.clone()));
    let context = (app.clone(), visitor, outcome.clone());
    let response = leptos_axum::handle_server_fns_with_context(
        move || {
            let (app, visitor, outcome) = context.clone();
            provide_context(app);
            provide_context(visitor);
            provide_context(outcome);
        },
        request,
    )
    .await
    .into_response();
    let problem = outcome.left().problem;
    let response = if problem.is_none() { with_own_status(response).await } else { response };
    let mut answer =
        if from_form { redirect(&app, &path, back, outcome.left(), &response, &body) } else { response };
    if let Some(problem) = problem {
        answer.extensions_mut().insert(Answered(problem));
    }
    answer
}

/// A function whose arguments cannot be read answers 500 by the library's rule; the problem that it tells knows better.
async fn with_own_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_FORM_BYTES).await.unwrap_or_default();
    if let Ok(problem) = serde_json::from_slice::<Problem>(&bytes) {
        parts.status = StatusCode::from_u16(problem.status).unwrap_or(parts.status);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether a browser's own form asks, which is answered by a redirect.
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn redirect(
    app: &App,
    form: &str,
    back: Option<String>,
    left: Left,
    response: &Response,
    body: &Bytes,
) -> Response {
    let problem = left.problem.or_else(|| unexplained(response));
    let back = back.unwrap_or_else(|| "/".to_owned());
    let location = match &problem {
        Some(Problem { remedy: Some(place), .. }) => with_next(place, &back),
        Some(_) => back,
        None => left.location.unwrap_or(back),
    };
    let (form, input) = match (&problem, left.kept) {
        (Some(_), _) => (form.to_owned(), typed(body)),
        (None, Some(kept)) => kept,
        (None, None) => (form.to_owned(), BTreeMap::new()),
    };
    let flash = Flash { form: Some(form), problem, input, notice: left.notice, secret: left.secret };
    let mut answer = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        answer.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    match flash.cookie(app) {
        Ok(cookie) => {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            answer
        }
        Err(error) => super::frame::error_response(Error::Internal(error)),
    }
}

/// A function that could not even read its arguments says so by its status alone.
fn unexplained(response: &Response) -> Option<Problem> {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    failed.then(|| {
        let sentence = "Something in this form is missing or cannot be read. Check it and send it again.";
        Problem::new(status.as_u16(), sentence)
    })
}

/// What had been typed, without passwords and what works once.
fn typed(body: &Bytes) -> BTreeMap<String, String> {
    const ONCE: [&str; 3] = ["code", "token", "credential"];
    let pairs: Vec<(String, String)> = serde_urlencoded(body);
    let kept = |name: &str| !name.contains("password") && !ONCE.contains(&name);
    pairs.into_iter().filter(|(name, _)| kept(name)).collect()
}

fn serde_urlencoded(body: &Bytes) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let query = reqwest::Url::parse(&format!("http://form/?{text}"));
    query.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}
