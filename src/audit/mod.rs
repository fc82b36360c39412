//! The audit log: who did what, when and from where; append-only, hash-chained per agency.

mod service;
mod store;

pub use service::{Broken, Event, record, verify, verify_all};
