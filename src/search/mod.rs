//! Search: pages, creators, accounts and fans by the beginnings of their names. Singular, since there is one.

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use service::find;
#[cfg(feature = "ssr")]
pub use types::{Found, Kind};
