//! Forecasts: what accounts and the agency will earn in the next 30 and 90 days, and how wrong such forecasts have been.

mod jobs;
mod judging;
mod made;
mod models;
pub mod pages;
mod series;
mod service;
mod store;
#[cfg(test)]
mod tests;
mod types;

pub use jobs::{MakeForecast, MakeForecasts, OrderForecasts};
pub use made::{Band, Made, NEEDED, Outcome, SPANS, Score, Sum, make};
pub use models::Model;
pub use series::Series;
pub use service::{make_all, newest, of_account, order_all, past, view};
pub use types::{Expected, Kept, Past, Subject, Told, View};
