//! Fans: how spending is spread over them, who spends most, who is new, and who may be leaving.

mod service;
mod store;
mod types;

pub use service::{Known, Shown, fans};
pub use types::{AtRisk, BandRow, FanRow, Group, Risk, Spend, Spenders, TopRow};
