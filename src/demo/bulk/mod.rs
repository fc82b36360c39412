//! An agency at scale: many accounts with years of made-up history, written in bulk beside the sandbox, not read through it.

mod account;
mod dice;
mod life;
mod names;
mod plan;
mod rollups;
mod service;
mod store;
mod truth;

#[cfg(test)]
mod tests;

pub use account::{AccountWorld, Fan, SentMessage};
pub use plan::{Plan, Window};
pub use service::{Progress, Scaled, prepare};
pub use truth::{AccountTruth, FADING, FanTruth, Kind, REFUNDED, RETURNS, TERM};
