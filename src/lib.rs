//! CreatorCRM.

#[cfg(feature = "ssr")]
pub mod postgres;
