//! The sandbox from outside, as the app meets it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;
mod oauth;
mod world;
