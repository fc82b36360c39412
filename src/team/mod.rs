//! The team: who belongs to an agency as what, who is invited, and who works on which account.

mod acceptance;
mod assignments;
mod authority;
mod enrolment;
mod invitations;
mod jobs;
mod letters;
mod lists;
mod members;
pub mod pages;
pub mod policy;
pub mod server_fns;
mod store;
mod types;

pub use authority::Authority;
pub use enrolment::{Newcomer, enrol};
pub use jobs::SweepLists;
