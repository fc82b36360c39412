//! The sandbox from outside, as the app meets it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod chats;
mod client;
mod faults;
mod oauth;
mod restart;
mod webhooks;
mod world;
