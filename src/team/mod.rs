//! The team: who belongs to an agency as what, who is invited, and who works on which account.

mod acceptance;
mod assignments;
mod enrolment;
mod invitations;
mod letters;
mod lists;
mod members;
pub mod pages;
pub mod policy;
pub mod server_fns;
mod store;
mod types;

pub use enrolment::{Newcomer, enrol};
