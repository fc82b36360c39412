//! The control desk, for tests and demonstrations: faults, time, made-up events, and the raw ledger.

mod actions;
mod fault_desk;
pub(crate) mod faults;
mod ledger;
mod page;
mod refusal;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::shared::Shared;
use crate::world::due_mass_messages;

pub(crate) use page::start_page;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(page::control_page))
        .route("/ledger", get(ledger::ledger))
        .route("/state", get(ledger::state))
        .route("/advance", post(actions::advance))
        .route("/earnings", post(actions::make_earnings))
        .route("/refund", post(actions::refund))
        .route("/message", post(actions::message))
        .route("/faults", post(fault_desk::set).delete(fault_desk::clear))
}

/// Every other second: sends what is scheduled and saves, so that a kill loses little of what only a timer saves.
pub(crate) async fn keep_saved(sandbox: Arc<Shared>) {
    while !*sandbox.shutdown.borrow() {
        sandbox.pause(2000).await;
        send_scheduled(&sandbox);
        if let Err(error) = sandbox.save_grants().await {
            tracing::warn!(%error, "the state could not be saved; trying again");
        }
    }
}

/// Lets the world move until the sandbox stops.
pub(crate) async fn keep_moving(sandbox: Arc<Shared>) {
    while !*sandbox.shutdown.borrow() {
        move_on(&sandbox);
        sandbox.pause(250).await;
    }
}

/// Lets happen what happens up to now. The mover is held until it has happened, so that no two plan the same.
fn move_on(sandbox: &Shared) {
    let mut mover = sandbox.mover();
    let happened = mover.move_to(&sandbox.world(), sandbox.clock.now(), sandbox.config.events_per_minute);
    sandbox.happen(happened);
}

/// Sends the mass messages whose time has come.
fn send_scheduled(sandbox: &Shared) {
    // As in move_on: held until it has happened.
    let _planning = sandbox.mover();
    let (mutations, sent) = due_mass_messages(&sandbox.world(), sandbox.clock.now());
    for (creator, uuid) in sent {
        sandbox.edit_world(|world| {
            let mut masses = world.creators[creator].mass_messages.iter_mut();
            if let Some(mass) = masses.find(|mass| mass.uuid == uuid) {
                mass.status = "SENT";
            }
        });
    }
    sandbox.happen(mutations);
}
