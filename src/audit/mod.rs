//! The audit log: who did and saw what, when and from where; append-only, hash-chained per agency.

mod chain;
mod check;
mod export;
mod jobs;
mod list;
pub mod pages;
pub mod policy;
mod retention;
pub mod routes;
pub mod server_fns;
mod service;
mod store;
mod types;
pub mod words;

pub use chain::{Whole, verify, verify_all};
pub use check::{Check, Went, broken_chains, check_now, go_on, last_check};
pub use export::{begin as begin_export, content as exported};
pub use jobs::{CheckAudit, TendAudits};
pub use list::{Listed, Listing, Subject, list};
pub use retention::{prune, set_retention};
pub use service::{Event, record, record_view, record_views};
pub use types::{Broken, Chain, Filter, Key, What, Who, Why};
