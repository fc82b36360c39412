//! Fans: the paying or following people of one account, and how they stand to it.

mod service;
mod store;
mod types;

pub use service::{PAGE, page};
pub use types::{ENDS_SOON, Filter, Key, ListedFan, Show};
