//! Webhooks: what happened, told to the app at least once, signed, with retries.

mod delivery;
mod events;
mod outbox;

pub(crate) use delivery::{client, deliver};
pub(crate) use events::event_for;
pub(crate) use outbox::Outbox;
