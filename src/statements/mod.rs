//! Statements: what platforms without an API say of earnings, as files. One is looked at, its columns are named, and its rows are
//! recorded all or not at all; a whole import can be taken back.

mod amounts;
mod currencies;
pub mod jobs;
mod moments;
pub mod pages;
pub mod policy;
mod progress;
mod reading;
mod recording;
pub mod routes;
mod seat;
pub mod server_fns;
mod service;
mod sheet;
mod store;
mod types;
mod undoing;
mod upload;

pub use recording::{BATCH, record};
pub use service::{
    Cut, File, History, Looked, Preview, confirm, discard, forget_abandoned, history, look, map, map_kinds,
};
pub use sheet::Line;
pub use store::Key;
pub use types::{
    Account, Clock, Column, Currencies, Dates, Decimal, Import, Listed, Mapping, Rest, Separator, State,
};
pub use undoing::{undo, want_undo};
pub use upload::{MAX_BYTES, New, Upload};
