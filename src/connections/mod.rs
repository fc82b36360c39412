//! Connections: OAuth grants on platforms, how they come about, stay alive, and end.

#[cfg(feature = "ssr")]
mod access;
#[cfg(feature = "ssr")]
mod health;
#[cfg(feature = "ssr")]
mod keeper;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod refresh;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod tokens;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use access::{Access, access};
#[cfg(feature = "ssr")]
pub use health::{health_by_platform, note_failure, note_success, problems};
#[cfg(feature = "ssr")]
pub use keeper::keep_fresh;
#[cfg(feature = "ssr")]
pub use service::{list, of_account};
#[cfg(feature = "ssr")]
pub use types::{ConnectedAccount, Connection, Health, ProblemConnection};
