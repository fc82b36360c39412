//! Paid messages: what was sent with a price, who unlocked it, and what that brought.

mod service;
mod store;
mod types;

pub use service::{PAGE, page, results};
pub use types::{Key, ListedMessage, Results, Sold};
