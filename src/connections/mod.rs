//! Connections: OAuth grants on platforms, how they come about, stay alive, and end.

#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;

#[cfg(feature = "ssr")]
pub use service::health_by_platform;
