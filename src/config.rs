//! Settings: all from the environment, read once at start; a bad one stops the program with a sentence that names it.

use crate::server::proxies::TrustedProxies;
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum, value_parser};
use secrecy::{ExposeSecret, SecretString};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// The platform's public address of its consent page.
const FANVUE_AUTHORIZE_URL: &str = "https://auth.fanvue.com/oauth2/auth";
const FANVUE_TOKEN_URL: &str = "https://auth.fanvue.com/oauth2/token";
const FANVUE_API_URL: &str = "https://api.fanvue.com";

/// Every setting, as the environment gives it.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, env = "HOST", default_value = "127.0.0.1", global = true)]
    pub host: IpAddr,
    /// Port to listen on.
    #[arg(long, env = "PORT", default_value_t = 3000, global = true)]
    pub port: u16,
    /// The address that people type, without a slash at the end. Default: http://localhost:PORT.
    #[arg(long, env = "PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// The database. Without it, the program starts a PostgreSQL of its own in DATA_DIR.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<SecretString>,
    /// Where files are kept that are not in the database, and the program's own PostgreSQL.
    #[arg(long, env = "DATA_DIR", default_value = ".data", global = true)]
    pub data_dir: PathBuf,
    /// 64 hex digits that seal tokens, app seeds and mails; optionally `,` and the previous key. Required in production.
    #[arg(long, env = "ENCRYPTION_KEY", global = true, hide_env_values = true)]
    pub encryption_key: Option<SecretString>,
    /// The app's client id at Fanvue.
    #[arg(long, env = "FANVUE_CLIENT_ID", global = true)]
    pub fanvue_client_id: Option<String>,
    /// The app's client secret at Fanvue.
    #[arg(long, env = "FANVUE_CLIENT_SECRET", global = true, hide_env_values = true)]
    pub fanvue_client_secret: Option<SecretString>,
    /// Where Fanvue sends people back to. Default: PUBLIC_URL/oauth/fanvue/callback.
    #[arg(long, env = "FANVUE_REDIRECT_URI", global = true)]
    pub fanvue_redirect_uri: Option<String>,
    /// Fanvue's consent page.
    #[arg(long, env = "FANVUE_AUTHORIZE_URL", default_value = FANVUE_AUTHORIZE_URL, global = true)]
    pub fanvue_authorize_url: String,
    /// Fanvue's token endpoint.
    #[arg(long, env = "FANVUE_TOKEN_URL", default_value = FANVUE_TOKEN_URL, global = true)]
    pub fanvue_token_url: String,
    /// Fanvue's API.
    #[arg(long, env = "FANVUE_API_URL", default_value = FANVUE_API_URL, global = true)]
    pub fanvue_api_url: String,
    /// The secret that signs Fanvue's webhooks.
    #[arg(long, env = "FANVUE_WEBHOOK_SECRET", global = true, hide_env_values = true)]
    pub fanvue_webhook_secret: Option<SecretString>,
    /// Requests per minute that Fanvue allows per account; less when other programs use the same app.
    #[arg(long, env = "FANVUE_REQUESTS_PER_MINUTE", default_value_t = 200, value_parser = value_parser!(u32).range(1..), global = true)]
    pub fanvue_requests_per_minute: u32,
    /// The mail server, such as smtps://user:password@mail.example.com; the sender is its user if that is an address, else
    /// no-reply@ the host of PUBLIC_URL. Without it, mail is kept and shown at /dev/mail (in development).
    #[arg(long, env = "SMTP_URL", global = true, hide_env_values = true)]
    pub smtp_url: Option<SecretString>,
    /// Whose X-Forwarded-For is believed, so that limits and records know from where people come: `private` (this machine
    /// and private networks), `none`, or networks such as 10.0.0.0/8,198.51.100.7.
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "private", global = true)]
    pub trusted_proxies: TrustedProxies,
    /// Every limit on requests times this; 0 switches them off, for load tests.
    #[arg(long, env = "RATE_LIMIT_FACTOR", default_value_t = 1, global = true)]
    pub rate_limit_factor: u32,
    /// How log lines look.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,
    /// DEV or PROD. In production secrets must be given and cookies are secure.
    #[arg(long, env = "LEPTOS_ENV", default_value = "DEV", value_parser = ["DEV", "PROD"], global = true)]
    pub leptos_env: String,
    /// The folder of the browser's files (made by cargo-leptos).
    #[arg(long, env = "LEPTOS_SITE_ROOT", default_value = "target/site", global = true)]
    pub site_root: PathBuf,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Settings {
    /// Checks what clap cannot.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check(&self) -> Result<()> {
        for (name, url) in [
            ("PUBLIC_URL", self.public_url()),
            ("FANVUE_AUTHORIZE_URL", self.fanvue_authorize_url.clone()),
            ("FANVUE_TOKEN_URL", self.fanvue_token_url.clone()),
            ("FANVUE_API_URL", self.fanvue_api_url.clone()),
            ("FANVUE_REDIRECT_URI", self.fanvue_redirect_uri()),
        ] {
            let parsed =
                reqwest::Url::parse(&url).with_context(|| format!("{name} is not an address: {url:?}"))?;
            if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
                bail!("{name} must begin with https:// (or http:// on this machine): {url:?}");
            }
        }
        if self.fanvue_webhook_secret.as_ref().is_some_and(|secret| secret.expose_secret().is_empty()) {
            bail!(
                "FANVUE_WEBHOOK_SECRET is empty: leave it out, or set it to what Fanvue's developer area shows"
            );
        }
        if self.is_production() {
            self.check_production()?;
        }
        Ok(())
    }

    fn check_production(&self) -> Result<()> {
        if !self.public_url().starts_with("https://") {
            bail!("PUBLIC_URL must begin with https:// in production (LEPTOS_ENV=PROD)");
        }
        if self.encryption_key.is_none() {
            bail!(
                "ENCRYPTION_KEY is missing: production needs 64 hex digits, for example from `openssl rand -hex 32`"
            );
        }
        if self.smtp_url.is_none() {
            bail!(
                "SMTP_URL is missing: production sends mail, for example smtps://user:password@mail.example.com"
            );
        }
        if self.fanvue_webhook_secret.is_none() {
            bail!(
                "FANVUE_WEBHOOK_SECRET is missing: it comes from Fanvue's developer area, and signs what Fanvue tells us"
            );
        }
        if self.fanvue_client_id.is_none() || self.fanvue_client_secret.is_none() {
            bail!(
                "FANVUE_CLIENT_ID and FANVUE_CLIENT_SECRET are missing: they come from Fanvue's developer area"
            );
        }
        Ok(())
    }

    /// Whether this is production.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.leptos_env == "PROD"
    }

    /// The address that people type, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        let default = || format!("http://localhost:{}", self.port);
        self.public_url.clone().map_or_else(default, |url| url.trim_end_matches('/').to_owned())
    }

    /// Whether people come by https, so that cookies can be `Secure` and `__Host-`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }

    /// Whether Fanvue's consent page is on this machine: then it is the sandbox.
    #[must_use]
    pub fn uses_sandbox(&self) -> bool {
        let url = reqwest::Url::parse(&self.fanvue_authorize_url);
        url.is_ok_and(|url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")))
    }

    /// Where Fanvue sends people back to.
    #[must_use]
    pub fn fanvue_redirect_uri(&self) -> String {
        self.fanvue_redirect_uri
            .clone()
            .unwrap_or_else(|| format!("{}/oauth/fanvue/callback", self.public_url()))
    }

    /// The socket to listen on.
    #[must_use]
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// The key that seals tokens, app seeds and mails. In development one is made and kept, readable by its owner alone.
    ///
    /// # Errors
    /// When the kept key cannot be written or read.
    pub fn encryption_key(&self, random: &dyn crate::random::Random) -> Result<SecretString> {
        if let Some(key) = &self.encryption_key {
            return Ok(key.clone());
        }
        if self.is_production() {
            bail!("ENCRYPTION_KEY is missing");
        }
        kept_key(&self.data_dir.join("encryption_key"), random)
    }
}

/// Reads the development key, or makes one; two processes that start together end with the same key.
fn kept_key(path: &Path, random: &dyn crate::random::Random) -> Result<SecretString> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)
            .with_context(|| format!("DATA_DIR cannot be made at {}", parent.display()))?;
    }
    if !path.exists() {
        let made = SecretString::from(data_encoding::HEXLOWER.encode(&random.bytes::<32>()));
        let suffix = data_encoding::HEXLOWER.encode(&random.bytes::<8>());
        let draft = path.with_extension(suffix);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(made.expose_secret().as_bytes())?;
        file.sync_all()?;
        // Linking fails when another process was first: then its key is the key.
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft)?;
        if let Err(error) = linked
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(error).with_context(|| format!("the key cannot be kept at {}", path.display()));
        }
    }
    let key = std::fs::read_to_string(path)
        .with_context(|| format!("the key at {} cannot be read", path.display()))?;
    Ok(SecretString::from(key.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::random::SystemRandom;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(arguments: &[&str]) -> Settings {
        Command::parse_from(std::iter::once(&"creatorcrm").chain(arguments)).settings
    }

    #[test]
    fn a_bad_setting_is_named() {
        let sentence = settings(&["--fanvue-api-url", "nonsense"]).check().unwrap_err().to_string();
        assert!(sentence.contains("FANVUE_API_URL"), "{sentence}");
        let sentence = settings(&["--public-url", "ftp://x"]).check().unwrap_err().to_string();
        assert!(sentence.contains("PUBLIC_URL"), "{sentence}");
    }

    #[test]
    fn production_needs_its_key() {
        let production = ["--leptos-env", "PROD", "--public-url", "https://crm.example"];
        let sentence = settings(&production).check().unwrap_err().to_string();
        assert!(sentence.contains("ENCRYPTION_KEY"), "{sentence}");
    }

    #[test]
    fn development_keeps_one_key_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("creatorcrm-key-{}", std::process::id()));
        let settings = settings(&["--data-dir", folder.to_str().unwrap()]);
        let first = settings.encryption_key(&SystemRandom).unwrap();
        let again = settings.encryption_key(&SystemRandom).unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        let mode = std::fs::metadata(folder.join("encryption_key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
