//! Fanvue. Every address, version, limit and scope of its API that we rely on stands here or in the settings.

mod answer;
mod api;
mod oauth;
mod rows;
#[cfg(test)]
mod tests;
mod webhook;

use std::time::Duration;

use secrecy::SecretString;

use super::http::Transport;
use super::{Capabilities, Limits, OAuthProfile, PlatformKind, PlatformProfile, Scope, Url};

/// The version of the API that this adapter speaks, sent with every call.
const API_VERSION: &str = "2025-06-26";
/// The header that carries it.
const VERSION_HEADER: &str = "x-fanvue-api-version";
/// The largest page of every list.
const PAGE_SIZE: u32 = 50;
/// The token bucket: 200 requests per minute, per app, user and creator.
const LIMITS: Limits = Limits { fan_insights: 50, requests: 200, window: Duration::from_secs(60) };
/// The life of an access token when the answer does not say.
const TOKEN_LIFE: Duration = Duration::from_secs(3600);
/// The currency of a row that names none.
const CURRENCY: &str = "USD";
/// More creators than this under one grant are not looked for.
const MOST_CREATORS: usize = 2_000;

const CAPABILITIES: Capabilities = Capabilities {
    agency_grants: true,
    earnings: true,
    reversal_rows: true,
    subscriber_days: true,
    fans: true,
    fan_insights: true,
    chats: true,
    unread_chats: true,
    webhooks: true,
    tracking_links: true,
};

const SCOPES: &[Scope] = &[
    scope("openid", "Fanvue's own: tells it that you sign in", false),
    scope("offline_access", "To keep the figures current while you are away", false),
    scope("offline", "To keep the figures current while you are away", false),
    scope("read:self", "To know which account this is", true),
    scope("read:insights", "To show what the account earns", true),
    scope("read:fan", "To list subscribers and what they spend", true),
    scope("read:creator", "To list followers, and the creators of an agency", true),
    scope("read:chat", "To show which paid messages were unlocked", true),
    scope("write:chat", "To answer fans from here", false),
    scope("read:media", "To show the pictures that a message sells", false),
    scope("read:tracking_links", "To show which links bring fans", false),
];

const fn scope(name: &'static str, why: &'static str, required: bool) -> Scope {
    Scope { name, why, required }
}

/// What an installation sets.
#[derive(Clone, Debug)]
pub struct FanvueSettings {
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: SecretString,
    /// The consent page: [`FanvueSettings::AUTHORIZE_URL`] unless it is a sandbox.
    pub authorize_url: Url,
    /// The token endpoint: [`FanvueSettings::TOKEN_URL`] unless it is a sandbox.
    pub token_url: Url,
    /// The root of the API: [`FanvueSettings::API_URL`] unless it is a sandbox.
    pub api_url: Url,
    /// Signs the notifications; without it they are refused.
    pub webhook_secret: Option<SecretString>,
    /// What Fanvue allows per minute, app, user and creator.
    pub requests_per_minute: u32,
}

impl FanvueSettings {
    /// Where Fanvue's consent page is.
    pub const AUTHORIZE_URL: &str = "https://auth.fanvue.com/oauth2/auth";
    /// Where Fanvue's tokens are exchanged.
    pub const TOKEN_URL: &str = "https://auth.fanvue.com/oauth2/token";
    /// Where Fanvue's API is.
    pub const API_URL: &str = "https://api.fanvue.com";
}

/// The client of Fanvue.
#[derive(Clone, Debug)]
pub struct FanvueClient {
    profile: PlatformProfile,
    settings: FanvueSettings,
    transport: Transport,
    http: reqwest::Client,
}

impl FanvueClient {
    /// A client with these settings over this HTTP client (see [`http_client`](super::http_client)).
    pub fn new(settings: FanvueSettings, http: reqwest::Client) -> Self {
        let oauth = OAuthProfile {
            authorize_url: settings.authorize_url.clone(),
            token_url: settings.token_url.clone(),
            scopes: SCOPES,
        };
        let profile = PlatformProfile {
            kind: PlatformKind::Fanvue,
            oauth,
            capabilities: CAPABILITIES,
            limits: Limits { requests: settings.requests_per_minute, ..LIMITS },
            day_zone: chrono_tz::UTC,
        };
        Self { profile, settings, transport: Transport::new(http.clone(), PlatformKind::Fanvue), http }
    }
}
