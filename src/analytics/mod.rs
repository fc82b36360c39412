//! Analytics: what the whole agency and each account earns, read from the rollups.

#[cfg(feature = "ssr")]
mod against;
#[cfg(feature = "ssr")]
mod compare;
#[cfg(feature = "ssr")]
pub mod downloads;
#[cfg(feature = "ssr")]
mod export;
#[cfg(feature = "ssr")]
pub mod fans;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
pub mod kept;
#[cfg(feature = "ssr")]
pub mod messages;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
mod period_fans;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod revenue;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
mod selection;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
pub mod share;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
pub mod subscribers;
#[cfg(feature = "ssr")]
mod types;
#[cfg(feature = "ssr")]
pub mod views;

#[cfg(feature = "ssr")]
pub use against::Against;
#[cfg(feature = "ssr")]
pub use compare::{Chart, Comparison, Side};
#[cfg(feature = "ssr")]
pub use period_fans::PeriodFans;
#[cfg(feature = "ssr")]
pub use revenue::{Detail, Heat, Income, Revenue, Row, Sums, TopDay, Wanted};
#[cfg(feature = "ssr")]
pub use selection::{Chosen, Named, Offers, Selection, choose, offers};
#[cfg(feature = "ssr")]
pub use service::{
    Question, compare as comparison_of, dashboard, edition, of_account, revenue as revenue_of,
};
#[cfg(feature = "ssr")]
pub use types::{
    AccountBoard, AccountHealth, Board, Dashboard, Earned, Edition, History, LatestEarning, RankedAccount,
    Reading, Subscribers, TopFan,
};
