//! The control desk, for tests and demonstrations: faults, time, made-up events, and the raw ledger.

mod actions;
pub(crate) mod faults;
mod ledger;
mod page;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;

pub(crate) use page::start_page;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/ledger", get(ledger::ledger))
        .route("/state", get(ledger::state))
        .route("/advance", post(actions::advance))
}

/// Saves every other second, so that a kill loses little of what only a timer saves.
pub(crate) async fn keep_saved(sandbox: Arc<Shared>) {
    while !*sandbox.shutdown.borrow() {
        sandbox.pause(2000).await;
        if let Err(error) = sandbox.save_grants().await {
            tracing::warn!(%error, "the state could not be saved; trying again");
        }
    }
}

/// Lets the world move until the sandbox stops.
pub(crate) async fn keep_moving(sandbox: Arc<Shared>) {
    while !*sandbox.shutdown.borrow() {
        let now = sandbox.clock.now();
        let happened = sandbox.mover().move_to(&sandbox.world(), now, sandbox.config.events_per_minute);
        sandbox.happen(happened);
        sandbox.pause(250).await;
    }
}
