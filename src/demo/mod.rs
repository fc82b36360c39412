//! The demo agency: made once beside the sandbox platform, so that the first look at the app shows a living agency.

pub mod bulk;
mod service;
mod store;
mod team;

pub use service::{Demo, prepare};
