//! Churn: which fans may leave, learned from past months, and whether such figures have held.

mod calibration;
mod features;
mod jobs;
mod learned;
mod logistic;
pub mod pages;
mod service;
mod store;
mod types;

pub use calibration::Bin;
pub use features::Known;
pub use jobs::{FindRisks, OrderRisks};
pub use learned::{Judged, Why};
pub use service::{PAGE, find_all, order_all, view};
pub use types::{CERTAIN, Key, Listed, Risk, View};
