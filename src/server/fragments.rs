//! Rendered parts of pages, kept for as long as nothing that they show has changed: docs/decisions/0012-page-cache.md.

use crate::auth::{Role, Scope};
use crate::db::{Reach, Tenant};
use crate::error::{Error, Result};
use crate::ids::AgencyId;
use moka::future::Cache;
use std::sync::Arc;
use std::time::Duration;

/// A fragment that nobody asked for in this time is forgotten.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// What a fragment was rendered for. Agency, role and reach come from the proof that the visitor may see it, never from the caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    agency: AgencyId,
    role: Role,
    reach: Reach,
    version: i64,
    what: String,
}

impl Key {
    /// The key of `what` (the page, the day, the period: everything that it depends on besides) at `version`, the agency's
    /// `data_version` as read **before** anything that is shown.
    #[must_use]
    pub fn new<P>(scope: &Scope<P>, version: i64, what: String) -> Self {
        Self { agency: scope.agency_id(), role: scope.member().role(), reach: scope.reach(), version, what }
    }
}

/// The fragments of this process, bounded by their size. A change needs no message: it raises the version, and what was
/// rendered for the old one is never asked for again.
#[derive(Clone, Debug)]
pub struct Fragments(Cache<Key, Arc<str>>);

impl Fragments {
    /// An empty cache of at most `bytes` of HTML.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let weight =
            |key: &Key, html: &Arc<str>| u32::try_from(html.len() + key.what.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weight).max_capacity(bytes).time_to_idle(IDLE).build())
    }

    /// The fragment of `key`, rendered by `render` when it is not there; those who ask meanwhile wait for the same one.
    ///
    /// # Errors
    /// When rendering fails; then nothing is kept.
    pub async fn get_or_render(
        &self,
        key: Key,
        render: impl Future<Output = Result<String>>,
    ) -> Result<Arc<str>> {
        let html = self.0.try_get_with(key, async { render.await.map(Arc::from) });
        html.await.map_err(|error: Arc<Error>| match Arc::try_unwrap(error) {
            Ok(error) => error,
            // Somebody else waits for the same failure, and it can be had once only.
            Err(shared) => Error::Internal(anyhow::anyhow!("{shared:?}")),
        })
    }
}
