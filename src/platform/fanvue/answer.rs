//! What an answer of the API means. There is no single error envelope, so the status decides.

use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::LIMITS;
use crate::platform::http::Answer;
use crate::platform::json::{self, Row};
use crate::platform::{PlatformError, PlatformResult};

/// What the API calls a version that it does not speak.
const VERSION_ERROR: &str = "unsupported api version";
/// No more of the platform's own words than this.
const LONGEST_MESSAGE: usize = 200;

/// The JSON of a good answer, or what went wrong. `token` is the secret that must not come back in a message.
pub(super) fn read(answer: &Answer, token: &SecretString) -> PlatformResult<Value> {
    match answer.status {
        status if status.is_success() => json::parse(&answer.body),
        StatusCode::UNAUTHORIZED => Err(PlatformError::Unauthorized),
        StatusCode::FORBIDDEN => Err(PlatformError::MissingScope),
        StatusCode::GONE => Err(unsupported(&answer.body)),
        status => Err(trouble(answer).unwrap_or_else(|| refused(status, &answer.body, token))),
    }
}

/// The refusals that have nothing to do with what was asked.
pub(super) fn trouble(answer: &Answer) -> Option<PlatformError> {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => {
            Some(PlatformError::RateLimited { retry_after: answer.retry_after().unwrap_or(LIMITS.window) })
        }
        StatusCode::REQUEST_TIMEOUT => Some(PlatformError::TimedOut),
        status if status.is_server_error() => Some(PlatformError::Unavailable { status: status.as_u16() }),
        _ => None,
    }
}

fn refused(status: StatusCode, body: &[u8], token: &SecretString) -> PlatformError {
    let message = message(body);
    if status == StatusCode::BAD_REQUEST && message.to_lowercase().contains(VERSION_ERROR) {
        return unsupported(body);
    }
    PlatformError::Rejected { status: status.as_u16(), message: shorten(&without(message, token)) }
}

fn unsupported(body: &[u8]) -> PlatformError {
    let looks_like_a_version =
        |text: &&str| text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let body = json::parse(body).unwrap_or_default();
    let next = Row(&body).str("nextVersion").filter(looks_like_a_version).map(str::to_owned);
    PlatformError::UnsupportedVersion { next }
}

/// The words of any of the shapes that were seen: `error`, `message`, `errors`.
fn message(body: &[u8]) -> String {
    let body = json::parse(body).unwrap_or_default();
    let row = Row(&body);
    let single = ["error", "message"].into_iter().filter_map(|field| row.text(field));
    single.chain(row.texts("errors")).collect::<Vec<_>>().join("; ")
}

fn without(message: String, token: &SecretString) -> String {
    let token = token.expose_secret();
    if token.is_empty() { message } else { message.replace(token, "[token]") }
}

fn shorten(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(LONGEST_MESSAGE).collect()
}
