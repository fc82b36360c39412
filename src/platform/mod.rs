//! What a platform is: its OAuth profile, its capabilities, the normalised types and the client that speaks to it.
//!
//! Knows nothing of Leptos, axum or SQL. Time, HTTP clients and settings are handed in.

mod client;
mod error;
pub mod fanvue;
mod http;
mod json;
mod page;
mod pkce;
mod profile;
mod registry;
mod types;
mod webhook;

pub use client::{AccessToken, AccountRef, Authorization, PlatformClient, ReachableAccount, TokenPair};
pub use error::{PlatformError, PlatformResult};
pub use http::{Timeouts, http_client};
pub use page::{Cursor, Page};
pub use pkce::PkceVerifier;
pub use profile::{Capabilities, Limits, OAuthProfile, PlatformProfile, Scope};
pub use registry::{PlatformKind, Platforms, UnknownPlatform};
/// The URL type of every platform setting.
pub use reqwest::Url;
pub use types::{
    AccountProfile, Chat, Direction, Earning, EarningSource, EarningStatus, Fan, FanInsight, FanRef,
    FanStatus, Message, Ppv, PpvStats, SubscriberDay, TopSpender,
};
pub use webhook::{WebhookError, WebhookEvent, WebhookTopic};
