//! Subscribers: who joined and left, which subscriptions renewed, and what becomes of those who came in one month.

mod service;
mod store;
mod types;

pub use service::{Shown, subscribers};
pub use types::{
    Cohort, CohortRow, Cohorts, DueDay, Flow, FlowDay, Renewals, Worth, cohorts, flow, flow_in, renewed,
    renewed_by_month,
};
