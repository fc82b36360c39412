//! CreatorCRM.

#[cfg(feature = "ssr")]
pub mod postgres;

#[cfg(feature = "ssr")]
pub mod platform;
