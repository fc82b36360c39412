//! What stands in the bell of every page: kept in memory until an alert changes, so that a page costs no query for it.

use super::policy::ViewAlerts;
use super::store;
use super::types::Alert;
use crate::auth::Scope;
use crate::db::{Db, Tenant};
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use moka::future::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Alerts in the bell; the others are on the page behind it.
const NEWEST: i64 = 5;
/// More unread ones are not counted.
const MOST: i64 = 100;
/// What no notification ends (an account's new name) is read again after this.
const KEPT: Duration = Duration::from_secs(60);

/// What stands in a member's bell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bell {
    /// How many that go on are unread; 100 stands for more, too.
    pub unread: i64,
    /// The newest that go on.
    pub newest: Vec<Alert>,
}

/// The bells of this process, by member. NOTIFY ends them when an alert changes or is read.
#[derive(Clone, Debug)]
pub struct Bells {
    cache: Cache<(AgencyId, UserId), Arc<Bell>>,
    /// Rises when everything is forgotten, so that what was read before that is not kept after it.
    forgotten: Arc<AtomicU64>,
}

impl Default for Bells {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(10_000).time_to_live(KEPT).build();
        Self { cache, forgotten: Arc::default() }
    }
}

impl Bells {
    /// The member's bell.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(&self, db: &Db, scope: &Scope<ViewAlerts>) -> Result<Arc<Bell>> {
        let key = (scope.agency_id(), scope.member().user_id());
        if let Some(bell) = self.cache.get(&key).await {
            return Ok(bell);
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let mut tx = db.begin(scope).await?;
        let bell = Arc::new(store::bell(&mut tx, key.1, NEWEST, MOST).await?);
        drop(tx);
        self.cache.insert(key, bell.clone()).await;
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.cache.invalidate(&key).await;
        }
        Ok(bell)
    }

    /// Reads every bell from the database the next time.
    pub fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }
}
