//! Identity: who a person is. Signing up, signing in and out, passwords, confirmed addresses, signed-in devices.

#[cfg(feature = "ssr")]
mod confirming;
#[cfg(feature = "ssr")]
mod devices;
#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
pub mod joining;
#[cfg(feature = "ssr")]
mod letters;
#[cfg(feature = "ssr")]
mod links;
#[cfg(feature = "ssr")]
mod memberships;
#[cfg(feature = "ssr")]
mod new_devices;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod password;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(feature = "ssr")]
mod profile;
#[cfg(feature = "ssr")]
mod reception;
#[cfg(feature = "ssr")]
mod records;
#[cfg(feature = "ssr")]
mod recovery;
#[cfg(feature = "ssr")]
mod registration;
#[cfg(feature = "ssr")]
mod second_factor;
#[cfg(feature = "ssr")]
pub mod server_fns;
#[cfg(feature = "ssr")]
mod service;
#[cfg(feature = "ssr")]
mod starting_again;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod tries;
#[cfg(feature = "ssr")]
mod types;

#[cfg(feature = "ssr")]
pub use jobs::{RecordRefusal, SendResetLink, SweepIdentity};
#[cfg(feature = "ssr")]
pub use password::Passwords;
#[cfg(feature = "ssr")]
pub use reception::Reception;
#[cfg(feature = "ssr")]
pub use registration::{NewAgency, sign_up};
#[cfg(feature = "ssr")]
pub use second_factor::{Lost, Passed, Requirement, Waiting, lost, requirement};
#[cfg(feature = "ssr")]
pub use server_fns::{begin, open_to_held, sign_out_path};
#[cfg(feature = "ssr")]
pub use service::SignedIn;
#[cfg(feature = "ssr")]
pub use types::network;
