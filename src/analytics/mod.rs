//! Analytics: what the whole agency and each account earns, read from the rollups.

#[cfg(feature = "ssr")]
mod against;
#[cfg(feature = "ssr")]
pub mod kept;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod period_fans;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod revenue;
#[cfg(feature = "ssr")]
mod selection;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod types;
#[cfg(feature = "ssr")]
pub mod views;

#[cfg(feature = "ssr")]
pub use against::Against;
#[cfg(feature = "ssr")]
pub use period_fans::PeriodFans;
#[cfg(feature = "ssr")]
pub use revenue::{Income, Revenue, Sums};
#[cfg(feature = "ssr")]
pub use selection::{Chosen, Named, Offers, Selection, choose, offers};
#[cfg(feature = "ssr")]
pub use service::{dashboard, edition, of_account, revenue as revenue_of};
#[cfg(feature = "ssr")]
pub use types::{
    AccountBoard, AccountHealth, Board, Dashboard, Earned, Edition, History, LatestEarning, RankedAccount,
    Reading, Subscribers, TopFan,
};
