//! What the control desk says to an order that it cannot follow.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::world::{Creator, World};

#[derive(Debug)]
pub(super) struct Refused(StatusCode, String);

impl Refused {
    pub(super) fn bad(why: &str) -> Self {
        Self(StatusCode::BAD_REQUEST, why.to_owned())
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, what.to_owned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

/// The creator of that uuid or handle.
pub(super) fn required_creator(world: &World, name: &str) -> Result<usize, Refused> {
    world.find_creator(name).ok_or_else(|| Refused::not_found("no such creator"))
}

/// The fan of that uuid or handle.
pub(super) fn required_fan(creator: &Creator, name: &str) -> Result<usize, Refused> {
    let found = creator.fans.iter().position(|fan| fan.handle == name || fan.uuid.to_string() == name);
    found.ok_or_else(|| Refused::not_found("no such fan"))
}
