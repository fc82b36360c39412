//! Paid messages: at which prices they sell, how soon, and which sold best.

mod service;
mod store;
mod types;

pub use service::{Listed, Shown, messages, sold as sold_for_file};
pub use types::{Band, Best, InCurrency, PriceRow, Sales, Sold, WAITS, Waits, sold, wait_words};
