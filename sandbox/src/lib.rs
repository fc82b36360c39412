//! A stand-in for Fanvue: an OAuth server, the API, signed webhooks and a demo world that lives.
//!
//! Written from the platform's documented facts and sharing no code with the app, so that the two check each other.
//!
//! In a test:
//!
//! ```no_run
//! # async fn test() -> Result<(), creatorcrm_sandbox::Error> {
//! use creatorcrm_sandbox::{Config, start};
//!
//! let redirect_uris = vec!["http://127.0.0.1:3000/oauth/fanvue/callback".into()];
//! let sandbox = start(Config { redirect_uris, ..Config::for_tests() }).await?;
//! let base = sandbox.base_url();
//! // authorize: {base}/oauth2/auth   token: {base}/oauth2/token   API: {base}   control desk: {base}/control
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Consent without a browser: post to `/oauth2/auth` the parameters of the authorization address plus
//! `identity=<handle, uuid or agency>` and `decision=<allow or deny>`; the answer is the redirect.

mod api;
mod clock;
mod config;
mod control;
mod dice;
mod fresh;
mod html;
mod oauth;
mod shared;
mod start;
mod store;
mod webhooks;
mod world;

use std::net::IpAddr;
use std::path::PathBuf;

pub use config::Config;
pub use start::{Sandbox, start};

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the sandbox listens on loopback addresses only, not on {0}")]
    NotLoopback(IpAddr),
    #[error("cannot listen: {0}")]
    Listen(#[source] std::io::Error),
    #[error("the state file {0} cannot be used: {1}")]
    StateFile(PathBuf, #[source] std::io::Error),
    #[error("the webhook client cannot be made: {0}")]
    Client(#[source] reqwest::Error),
}
