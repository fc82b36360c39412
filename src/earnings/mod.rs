//! Earnings: the platform's transaction rows, and the rollups by day and by fan that are kept with them.

mod rollups;
mod service;
mod store;

pub use rollups::{Difference, check as check_rollups};
pub use service::{Recorded, record};
