//! Which address leads to which endpoint; `/v1` and `/creators/{uuid}` are taken off before.

use axum::http::{Method, StatusCode};

use super::call::Call;
use super::reply::{Answer, Refusal};
use super::{earnings, users};

pub(super) fn dispatch(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["users", "me"]) => users::me(call),
        ("GET", ["users", "account"]) => users::account(call),
        ("GET", ["creators"]) => users::creators(call),
        ("GET", ["insights", "earnings"]) => earnings::list(call),
        _ => Err(Refusal::message(StatusCode::NOT_FOUND, "Route not found")),
    }
}
