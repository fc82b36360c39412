//! Tiers: what creators are by what their whole months brought.

mod jobs;
mod service;
mod store;
mod types;
mod views;

pub use jobs::{OrderTiers, RateCreators};
pub use service::{of_creator, of_creators, order_all, rate_all};
pub use types::{Rated, Tier, Worked, next, rate};
pub use views::{TierHistory, TierStat};
