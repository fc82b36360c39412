//! Recording what was done and what was seen.

use super::chain::hash_of;
use super::store::{self, Row};
use super::types::Chain;
use crate::db::AgencyTx;
use crate::error::Result;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Who sees the same again within this time leaves one entry.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// Something worth keeping: `connections.connected`, with what it concerned. Never holds a secret.
#[derive(Clone, Debug)]
pub struct Event {
    name: &'static str,
    subject: Option<String>,
    detail: Value,
}

impl Event {
    /// An event named `noun.verbed`, which audit/words.rs puts into words.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, subject: None, detail: json!({}) }
    }

    /// What it concerned: an id or an address.
    #[must_use]
    pub fn subject(mut self, subject: impl ToString) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// What else should be known later.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// Adds `event` to the agency's chain of changes, in the transaction of the change itself.
///
/// # Errors
/// When the database refuses; then the change is not made either.
pub async fn record(tx: &mut AgencyTx, event: Event) -> Result<()> {
    append(tx, Chain::Changes, event).await
}

/// Adds a view to the agency's chain of views, unless the person has one of the same within the hour; docs/decisions/0015 says
/// which views. It stands last in the transaction that reads, and the caller commits before anything is shown, so nobody
/// sees what is not on record.
///
/// # Errors
/// When the database refuses; then nothing is to be shown.
pub async fn record_view(tx: &mut AgencyTx, event: Event) -> Result<()> {
    let subject = event.subject.clone();
    record_views(tx, event, vec![subject.unwrap_or_default()]).await
}

/// The same for several subjects at once.
///
/// # Errors
/// When the database refuses; then nothing is to be shown.
pub async fn record_views(tx: &mut AgencyTx, event: Event, mut subjects: Vec<String>) -> Result<()> {
    subjects.sort();
    subjects.dedup();
    if let Some(user) = tx.actor().user_id {
        let since = tx.now() - AGAIN;
        let seen = store::list_seen(tx, user, event.name, &subjects, since).await?;
        subjects.retain(|subject| !seen.contains(subject));
    }
    for subject in subjects {
        let subject = (!subject.is_empty()).then_some(subject);
        append(tx, Chain::Views, Event { subject, ..event.clone() }).await?;
    }
    Ok(())
}

async fn append(tx: &mut AgencyTx, chain: Chain, event: Event) -> Result<()> {
    let head = store::lock_head(tx, chain).await?;
    let row = Row {
        seq: head.seq + 1,
        // The database keeps microseconds, and the hash must cover what is kept.
        at: chrono::SubsecRound::trunc_subsecs(tx.now(), 6),
        actor: tx.actor().kind.clone(),
        user_id: tx.actor().user_id,
        event: event.name.to_owned(),
        subject: event.subject,
        detail: event.detail,
        ip: tx.actor().ip.map(|ip| ip.to_string()),
        request_id: tx.actor().request_id.clone(),
        prev_hash: head.hash,
        hash: Vec::new(),
    };
    let hash = hash_of(chain, &row);
    store::add(tx, chain, &Row { hash, ..row }).await
}
