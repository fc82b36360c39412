//! Members looked up lately, for seconds; NOTIFY ends that early.

use super::Member;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use moka::future::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The members of this process, by person and agency chosen.
#[derive(Clone, Debug)]
pub struct Members {
    cache: Cache<(UserId, Option<AgencyId>), Member>,
    /// Rises when everything is forgotten, so that what was read before that is not kept after it.
    forgotten: Arc<AtomicU64>,
}

impl Default for Members {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(5)).build();
        Self { cache, forgotten: Arc::default() }
    }
}

impl Members {
    /// The person's membership in `agency`, as [`Member::lookup`] says, or said a moment ago.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lookup(&self, db: &Db, user: UserId, agency: Option<AgencyId>) -> Result<Option<Member>> {
        if let Some(member) = self.cache.get(&(user, agency)).await {
            return Ok(Some(member));
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let member = Member::lookup(db, user, agency).await?;
        if let Some(member) = &member {
            self.cache.insert((user, agency), member.clone()).await;
            if self.forgotten.load(Ordering::SeqCst) != forgotten {
                self.cache.invalidate(&(user, agency)).await;
            }
        }
        Ok(member)
    }

    /// Reads every member from the database the next time.
    pub fn invalidate_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }

    /// Whoever was looked up within the last seconds.
    pub fn iter(&self) -> impl Iterator<Item = Member> {
        self.cache.iter().map(|(_, member)| member)
    }
}
