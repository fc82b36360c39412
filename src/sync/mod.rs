//! Syncing: brings what a platform knows of an account into our tables, the newest first, and keeps it current.

#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod plan;
#[cfg(feature = "ssr")]
mod progress;
#[cfg(feature = "ssr")]
mod run;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod steps;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use jobs::{SyncAccount, keep_due};
#[cfg(feature = "ssr")]
pub use progress::Progress;
#[cfg(feature = "ssr")]
pub use service::{add_without, note_statement, progress, stop, stop_all, want, want_news};
#[cfg(feature = "ssr")]
pub use types::{News, SyncState};
