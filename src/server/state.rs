//! What every request can reach.

use crate::auth::{Members, SessionStore};
use crate::config::Settings;
use crate::connections::Connector;
use crate::db::Db;
use crate::identity::Reception;
use crate::platform::{PlatformKind, Platforms};
use crate::server::fragments::Fragments;
use crate::server::frame::Assets;
use crate::server::live::Changes;
use crate::vault::Vault;
use std::ops::Deref;
use std::sync::Arc;

/// The running app. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The app's parts.
pub struct Parts {
    /// The settings it was started with.
    pub settings: Settings,
    /// The address that people type.
    pub public_url: String,
    /// The database.
    pub db: Db,
    /// The vault.
    pub vault: Vault,
    /// The platforms that accounts can be on.
    pub platforms: Platforms,
    /// Browser sessions.
    pub sessions: SessionStore,
    /// Members looked up lately.
    pub members: Members,
    /// What stands in the bell of each member.
    pub bells: crate::alerts::Bells,
    /// Hashes and verifies passwords.
    pub passwords: crate::identity::Passwords,
    /// Counts requests.
    pub limits: crate::server::limits::Limits,
    /// What committed changes there are, for live pages and caches.
    pub changes: Changes,
    /// Delivers mail; none where mail is kept for /dev/mail.
    pub postman: Option<crate::mail::Postman>,
    /// Rendered parts of pages.
    pub fragments: Fragments,
    /// The browser's files.
    pub assets: Assets,
    /// Renders the metrics.
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
}

impl App {
    /// The app of `parts`.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether the platform is the sandbox on this machine, which every page says.
    #[must_use]
    pub fn uses_sandbox(&self) -> bool {
        self.settings.uses_sandbox()
    }

    /// What connecting an account needs.
    ///
    /// # Errors
    /// When a redirect address is none, which the settings' check refuses at start.
    pub fn connector(&self) -> crate::error::Result<Connector> {
        let fanvue = self.settings.fanvue_redirect_uri().parse().map_err(anyhow::Error::from)?;
        let redirect_uris = [(PlatformKind::Fanvue, fanvue)];
        Ok(Connector::new(self.db.clone(), self.vault.clone(), self.platforms.clone(), redirect_uris))
    }

    /// What the verbs of identity need.
    #[must_use]
    pub fn reception(&self) -> Reception {
        let (db, vault) = (self.db.clone(), self.vault.clone());
        Reception::new(db, vault, self.passwords.clone(), self.public_url.clone())
    }

    /// Where consent pages are: forms that connect an account are redirected there.
    #[must_use]
    pub fn consent_origins(&self) -> String {
        let origins = self
            .platforms
            .iter()
            .map(|client| client.platform().oauth.authorize_url.origin().ascii_serialization());
        origins.collect::<Vec<_>>().join(" ")
    }

    /// The app of the server function that is running.
    ///
    /// # Errors
    /// Internal, when called outside one.
    pub fn current() -> crate::error::Result<Self> {
        leptos::prelude::use_context::<Self>()
            .ok_or_else(|| anyhow::anyhow!("no app: called outside a server function").into())
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
