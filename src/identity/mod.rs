//! Identity: who a person is. Signing up, signing in and out, passwords, confirmed addresses, signed-in devices.

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod password;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod store;

#[cfg(feature = "ssr")]
pub use password::Passwords;
#[cfg(feature = "ssr")]
pub use server_fns::sign_out_path;
#[cfg(feature = "ssr")]
pub use service::{NewAgency, SignedIn, is_password_of, sign_up};
