//! Background jobs: a queue in Postgres that jobs enter inside the transaction that makes them necessary.

mod queue;

pub use queue::{How, Job, enqueue, migrate};
