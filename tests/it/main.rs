//! The integration tests: the real router, a real PostgreSQL database each, the real sandbox.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise"
)]

mod analytics;
mod app;
mod assets;
mod authorization;
mod connect;
mod connect_links;
mod consent;
mod demo;
mod earnings;
mod identity;
mod mail;
mod refresh;
mod rollups;
mod rotation;
