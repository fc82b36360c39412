//! Home: the first page of each role. Owners and managers begin at the dashboard.

pub mod pages;
pub mod policy;
mod service;
mod store;
mod types;

pub use service::{own, work};
pub use types::{Own, Sales, Waits, Week, Work, WorkAccount};
