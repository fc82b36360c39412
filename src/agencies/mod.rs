//! Agencies: what is set about the tenant itself, and its end.

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod security;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use service::{agency, change, delete, ending};
#[cfg(feature = "ssr")]
pub use types::{Agency, Ending, Settings, checked_currency};
