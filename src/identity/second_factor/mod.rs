//! The second step of signing in: an app's codes, passkeys, recovery codes; who must have one; and what if it is lost.

mod app_code;
mod checking;
mod letters;
mod lost;
mod passkeys;
mod required;
pub mod server_fns;
mod service;
mod signing_in;
mod store;
mod types;

pub use checking::Passed;
pub use lost::{Lost, lost};
pub use required::{GRACE_DAYS, Requirement, requirement};
pub use signing_in::Waiting;
pub use types::{Overview, PasskeyLine};

pub(super) use checking::try_code;
pub(super) use passkeys::{confirm_by_passkey, offered};
pub(super) use service::{Enrolment, enrolment, has_factor, has_passkeys, overview, sweep};
pub(super) use store::remove_since as forget_since;
