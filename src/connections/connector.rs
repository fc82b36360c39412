//! What connecting needs: the database, the vault, the platforms, and where platforms send people back to.

use crate::db::Db;
use crate::error::Result;
use crate::platform::{PlatformClient, PlatformKind, Platforms, Url};
use crate::vault::Vault;
use std::sync::Arc;

/// Connects accounts. Cheap to clone, so that what a platform gave once is stored even if the browser has gone.
#[derive(Clone)]
pub struct Connector {
    pub(super) db: Db,
    pub(super) vault: Vault,
    platforms: Platforms,
    redirect_uris: Arc<[(PlatformKind, Url)]>,
}

impl Connector {
    /// A connector; each platform sends people back to its address in `redirect_uris`.
    #[must_use]
    pub fn new(
        db: Db,
        vault: Vault,
        platforms: Platforms,
        redirect_uris: impl IntoIterator<Item = (PlatformKind, Url)>,
    ) -> Self {
        Self { db, vault, platforms, redirect_uris: redirect_uris.into_iter().collect() }
    }

    /// The platforms that an account can be connected on.
    pub fn platforms(&self) -> impl Iterator<Item = PlatformKind> {
        self.platforms.iter().map(|client| client.platform().kind)
    }

    /// The client of `platform`.
    ///
    /// # Errors
    /// `Conflict` when this installation has no settings for it.
    pub fn client(&self, platform: PlatformKind) -> Result<&Arc<dyn PlatformClient>> {
        self.platforms.get(platform).ok_or_else(|| super::access::not_set_up(platform))
    }

    pub(super) fn redirect_uri(&self, platform: PlatformKind) -> Result<&Url> {
        let found = self.redirect_uris.iter().find(|(kind, _)| *kind == platform);
        found.map(|(_, url)| url).ok_or_else(|| super::access::not_set_up(platform))
    }
}
