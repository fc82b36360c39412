//! The shapes of answers: errors as the platform words them, and its two ways of paging.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::call::Call;

/// What an endpoint answers.
#[derive(Debug)]
pub(crate) enum Reply {
    Json(StatusCode, Value),
    Empty,
}

/// A refusal; there is no single envelope on this platform.
#[derive(Debug)]
pub(crate) struct Refusal(pub StatusCode, pub Value);

pub(crate) type Answer = Result<Reply, Refusal>;

pub(super) fn ok(body: Value) -> Answer {
    Ok(Reply::Json(StatusCode::OK, body))
}

pub(super) fn created(body: Value) -> Answer {
    Ok(Reply::Json(StatusCode::CREATED, body))
}

impl Refusal {
    pub(crate) fn invalid(why: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, json!({"errors": [why.into()]}))
    }

    pub(crate) fn message(status: StatusCode, why: &str) -> Self {
        Self(status, json!({"message": why}))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::message(StatusCode::NOT_FOUND, &format!("{what} not found"))
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Json(status, body) => (status, axum::Json(body)).into_response(),
            Self::Empty => StatusCode::NO_CONTENT.into_response(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(self.1)).into_response()
    }
}

/// Style A: `?page=&size=`, with `hasMore`. Under `/v1` lists take and give cursors as well.
pub(super) fn paged<T>(call: &Call<'_>, items: impl Iterator<Item = T>, show: impl Fn(T) -> Value) -> Answer {
    let size = call.number("size", 15, 1, 50)?;
    let page = call.number("page", 1, 1, 1_000_000)?;
    let mut rest = items.skip((page - 1) * size);
    let data: Vec<Value> = rest.by_ref().take(size).map(show).collect();
    let has_more = rest.next().is_some();
    ok(json!({"data": data, "pagination": {"page": page, "size": size, "hasMore": has_more}}))
}

/// Style B: `?cursor=&size=` (or `limit`). The items come in order, each with its key; the cursor is the key of the
/// last one given, so rows that arrive meanwhile neither repeat nor hide others.
pub(super) fn by_cursor<T>(
    call: &Call<'_>,
    size_name: &str,
    items: impl Iterator<Item = T>,
    key: impl Fn(&T) -> String,
    show: impl Fn(T) -> Value,
) -> Answer {
    let size = call.number(size_name, 20, 1, 50)?;
    let mut items = items.peekable();
    let mut data = Vec::with_capacity(size);
    let mut last = None;
    while data.len() < size
        && let Some(item) = items.next()
    {
        last = Some(key(&item));
        data.push(show(item));
    }
    let next = items.peek().is_some().then_some(last).flatten();
    let cursor = next.map(|key| data_encoding::BASE64URL_NOPAD.encode(key.as_bytes()));
    ok(json!({"data": data, "nextCursor": cursor}))
}
