//! What a test can make happen: time, sales, refunds, messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{SECOND, iso};
use crate::shared::Shared;

#[derive(Debug, Deserialize)]
pub(super) struct Advance {
    seconds: i64,
}

/// `POST /control/advance {seconds}`: the clock jumps; if the world is alive, it lives through the time skipped.
pub(super) async fn advance(State(sandbox): State<Arc<Shared>>, Json(by): Json<Advance>) -> Json<Value> {
    sandbox.clock.advance(by.seconds.max(0) * SECOND);
    Json(json!({"now": iso(sandbox.clock.now())}))
}
