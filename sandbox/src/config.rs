//! How one sandbox is set up: from the command line and `SANDBOX_…` variables, or by a test in code.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{ArgAction, Parser};

/// Everything that shapes a sandbox. `Config::default()` is what the binary runs; tests start from
/// [`Config::for_tests`].
#[derive(Clone, Debug, Parser)]
#[command(name = "creatorcrm-sandbox", version, about = "A stand-in for Fanvue, for development and tests")]
pub struct Config {
    /// Address to listen on. Must be a loopback address.
    #[arg(long, env = "SANDBOX_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, env = "SANDBOX_PORT", default_value_t = 4010)]
    pub port: u16,
    /// The number from which the whole demo world is made.
    #[arg(long, env = "SANDBOX_SEED", default_value_t = 7)]
    pub seed: u64,
    /// Start of the world's clock (RFC 3339); the real time if absent. History ends here.
    #[arg(long, env = "SANDBOX_NOW")]
    pub now: Option<DateTime<Utc>>,
    /// Does the world move by itself?
    #[arg(long, env = "SANDBOX_LIVE", default_value_t = true, action = ArgAction::Set)]
    pub live: bool,
    /// Events (messages, sales, follows, ...) per minute over all creators while the world moves.
    #[arg(long, env = "SANDBOX_EVENTS_PER_MINUTE", default_value_t = 12.0)]
    pub events_per_minute: f64,
    /// Months of history.
    #[arg(long, env = "SANDBOX_MONTHS", default_value_t = 18)]
    pub months: u32,
    /// Size of the world: 1 is about 90,000 earnings; tests use far less.
    #[arg(long, env = "SANDBOX_FAN_SCALE", default_value_t = 1.0)]
    pub fan_scale: f64,
    /// The one registered app's client id.
    #[arg(long, env = "SANDBOX_CLIENT_ID", default_value = "sandbox-client")]
    pub client_id: String,
    /// The one registered app's client secret.
    #[arg(long, env = "SANDBOX_CLIENT_SECRET", default_value = "sandbox-secret", hide_env_values = true)]
    pub client_secret: String,
    /// Registered redirect addresses, separated by commas; matched exactly.
    #[arg(
        long,
        env = "SANDBOX_REDIRECT_URIS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:3000/oauth/fanvue/callback"
    )]
    pub redirect_uris: Vec<String>,
    /// Name of the registered app, as the consent page shows it.
    #[arg(long, env = "SANDBOX_APP_NAME", default_value = "CreatorCRM")]
    pub app_name: String,
    /// Seconds an access token lives.
    #[arg(long, env = "SANDBOX_TOKEN_LIFETIME", default_value_t = 3600)]
    pub token_lifetime: u32,
    /// Seconds in which a used refresh token answers with the same new pair once more.
    #[arg(long, env = "SANDBOX_REFRESH_GRACE", default_value_t = 30)]
    pub refresh_grace: u32,
    /// Seconds an authorization code lives.
    #[arg(long, env = "SANDBOX_CODE_LIFETIME", default_value_t = 60)]
    pub code_lifetime: u32,
    /// Requests per 60 s and bucket; 0 means no limit.
    #[arg(long, env = "SANDBOX_RATE_LIMIT", default_value_t = 200)]
    pub rate_limit: u32,
    /// An API version that answers 410 Gone.
    #[arg(long, env = "SANDBOX_SUNSET_VERSION", default_value = "2024-10-01")]
    pub sunset_version: String,
    /// Where webhooks go; none are sent without it.
    #[arg(long, env = "SANDBOX_WEBHOOK_URL")]
    pub webhook_url: Option<String>,
    /// The app's webhook signing secret.
    #[arg(
        long,
        env = "SANDBOX_WEBHOOK_SECRET",
        default_value = "sandbox-webhook-secret",
        hide_env_values = true
    )]
    pub webhook_secret: String,
    /// Milliseconds before the first retry of a webhook; doubles with each.
    #[arg(long, env = "SANDBOX_WEBHOOK_RETRY_MS", default_value_t = 1000)]
    pub webhook_retry_ms: u64,
    /// File in which grants and the world's movement survive a restart (a `.rows` journal stands beside it).
    #[arg(long, env = "SANDBOX_STATE_FILE")]
    pub state_file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 4010,
            seed: 7,
            now: None,
            live: true,
            events_per_minute: 12.0,
            months: 18,
            fan_scale: 1.0,
            client_id: "sandbox-client".into(),
            client_secret: "sandbox-secret".into(),
            redirect_uris: vec!["http://127.0.0.1:3000/oauth/fanvue/callback".into()],
            app_name: "CreatorCRM".into(),
            token_lifetime: 3600,
            refresh_grace: 30,
            code_lifetime: 60,
            rate_limit: 200,
            sunset_version: "2024-10-01".into(),
            webhook_url: None,
            webhook_secret: "sandbox-webhook-secret".into(),
            webhook_retry_ms: 1000,
            state_file: None,
        }
    }
}

impl Config {
    /// A small, still world on a free port, without a rate limit: starts in milliseconds.
    #[must_use]
    pub fn for_tests() -> Self {
        Self {
            port: 0,
            live: false,
            months: 4,
            fan_scale: 0.2,
            rate_limit: 0,
            webhook_retry_ms: 20,
            ..Self::default()
        }
    }
}
