//! Background jobs: a queue in Postgres that jobs enter inside the transaction that makes them necessary.

mod list;
mod queue;
mod task;
mod worker;

pub use queue::{How, Job, Lane, enqueue, migrate, oldest_due};
pub use worker::work;
