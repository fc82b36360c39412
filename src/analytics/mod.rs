//! Analytics: what the whole agency and each account earns, read from the rollups.

#[cfg(feature = "ssr")]
pub mod kept;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod period_fans;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use period_fans::PeriodFans;
#[cfg(feature = "ssr")]
pub use service::{dashboard, edition, of_account};
#[cfg(feature = "ssr")]
pub use types::{
    AccountBoard, AccountHealth, Board, Dashboard, Earned, Edition, History, LatestEarning, RankedAccount,
    Reading, Subscribers, TopFan,
};
