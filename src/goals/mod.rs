//! Goals: what an account or the agency is to earn in a month, and whether it is on the way there.

mod amount;
pub mod pages;
pub mod policy;
pub mod server_fns;
mod service;
mod store;
mod types;

pub use service::{GoalForm, Listed, Listing, copy, form, list, of_account, of_agency, remove, set};
pub use types::{Goal, Month, Pace, Standing, Target, Weights};
