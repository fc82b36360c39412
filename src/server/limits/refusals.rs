//! What was refused: counted always, and put on record in the member's agency, not again for every repetition.

use super::class::Class;
use super::rates::Whose;
use crate::audit::{self, Event};
use crate::auth::{Member, Origin, SystemScope, Visitor};
use crate::db::Db;
use crate::error::Result;
use crate::ids::AgencyId;
use crate::server::state::App;
use moka::future::Cache;
use serde_json::json;
use std::time::Duration;

/// The same refusal is put on record once in so long.
const ONCE_IN: Duration = Duration::from_secs(10 * 60);

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Too often.
    Rate,
    /// The member's role does not allow it.
    Role,
    /// Another site made the browser send it.
    CrossSite,
}

impl Reason {
    /// Its word in metrics and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Role => "role",
            Self::CrossSite => "cross_site",
        }
    }
}

/// Counts a refusal, for the metrics.
pub fn count(reason: Reason, class: Class) {
    metrics::counter!("refusals_total", "reason" => reason.as_str(), "class" => class.as_str()).increment(1);
}

/// What was put on record lately by this process.
pub struct Refusals(Cache<(Whose, Option<AgencyId>, Reason, Class), ()>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_live(ONCE_IN).build())
    }
}

impl Refusals {
    /// Counts it, and puts it on record in the background; of somebody unknown there is a line in the log.
    pub async fn note(&self, app: &App, visitor: &Visitor, reason: Reason, class: Class, network: &Whose) {
        let Some(member) = visitor.member() else { return self.note_unknown(reason, class, network).await };
        count(reason, class);
        let whose = Whose::Person(member.user_id());
        if self.is_first((whose, Some(member.agency_id()), reason, class)).await {
            let (db, member, origin) = (app.db.clone(), member.clone(), visitor.origin().clone());
            tokio::spawn(async move {
                if let Err(error) = record(&db, &member, &origin, reason, class).await {
                    tracing::error!(%error, "a refusal could not be put on record");
                }
            });
        }
    }

    /// Counts a refusal of a whole network.
    pub async fn note_network(&self, class: Class, network: &Whose) {
        self.note_unknown(Reason::Rate, class, network).await;
    }

    async fn note_unknown(&self, reason: Reason, class: Class, network: &Whose) {
        count(reason, class);
        if self.is_first((network.clone(), None, reason, class)).await {
            let (reason, class) = (reason.as_str(), class.as_str());
            tracing::warn!(reason, class, ?network, "refused; the same is not told again for ten minutes");
        }
    }

    async fn is_first(&self, what: (Whose, Option<AgencyId>, Reason, Class)) -> bool {
        self.0.entry(what).or_insert(()).await.is_fresh()
    }
}

async fn record(db: &Db, member: &Member, origin: &Origin, reason: Reason, class: Class) -> Result<()> {
    let user = member.user_id();
    let scope = SystemScope::caused_by(member.agency_id(), origin.actor("member", Some(user)));
    let mut tx = db.begin(&scope).await?;
    let detail = json!({ "why": reason.as_str(), "of": class.as_str() });
    audit::record(&mut tx, Event::new("identity.refused").subject(user).detail(detail)).await?;
    tx.commit().await
}
