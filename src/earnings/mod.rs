//! Earnings: the platform's transaction rows, the rollups by day and by fan that are kept with them, lists and files of them.

pub mod checks;
mod export;
mod ledger;
pub mod pages;
pub mod policy;
mod removal;
mod rollups;
pub mod routes;
mod service;
mod store;
mod types;

pub use export::{content as exported, file_name, record as record_export};
pub use ledger::{PAGE, page, totals};
pub use removal::{forget_fans, remove};
pub use rollups::{Difference, check as check_rollups};
pub use service::{Ledger, Recorded, of_agency, record};
pub use types::{Filter, Key, ListedEarning, Total};
