//! Syncing: brings what a platform knows of an account into our tables, the newest first, and keeps it current.

#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;

#[cfg(feature = "ssr")]
pub use jobs::SyncAccount;
#[cfg(feature = "ssr")]
pub use service::{stop, stop_all, want};
