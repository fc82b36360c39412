//! Earnings: the platform's transaction rows, the rollups by day and by fan that are kept with them, lists and files of them.

mod export;
mod ledger;
pub mod policy;
mod rollups;
mod service;
mod store;
mod types;

pub use export::{content as exported, file_name, record as record_export};
pub use ledger::{PAGE, page, totals};
pub use rollups::{Difference, check as check_rollups};
pub use service::{Recorded, record};
pub use types::{Filter, Key, ListedEarning, Total};
