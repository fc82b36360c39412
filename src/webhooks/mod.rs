//! Webhooks: what platforms tell us. Stored before they are answered, then turned into wishes for a sync.

mod jobs;
pub mod routes;
mod service;
mod store;

pub use jobs::{DrainWebhooks, ForgetWebhooks};
pub use service::{Received, receive};
