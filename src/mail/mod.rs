//! Outgoing mail: stored sealed in the transaction that makes it necessary, sent by a job, kept only until then.

mod jobs;
pub mod pages;
mod service;
mod smtp;
mod store;

pub use jobs::{SendMail, SweepMails};
pub use service::{Mail, send, send_in_agency};
pub use smtp::Postman;
