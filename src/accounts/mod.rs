//! Accounts: creators' pages on platforms, what they are called here, whose they are, and what each of them did.

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod tags;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use service::{
    Listing, PAGE, Recipient, account, add_by_statement, assign, assign_in, checked_name, editable, ensure,
    list, lookup, page, rename, unassigned, within_reach,
};
#[cfg(feature = "ssr")]
pub use tags::set_tags;
#[cfg(feature = "ssr")]
pub use types::{Account, Belongs, Filter, HEALTHS, Health, Key, Listed, Sort, Whose};
