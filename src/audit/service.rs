//! Recording and verifying. A row's hash covers the hash before it, so a changed, removed or inserted row shows.

use super::store::{self, Head, Row};
use crate::auth::SystemScope;
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::Result;
use crate::ids::AgencyId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Something worth keeping: `connections.connected`, with what it concerned. Never holds a secret.
#[derive(Clone, Debug)]
pub struct Event {
    name: &'static str,
    subject: Option<String>,
    detail: Value,
}

impl Event {
    /// An event named `noun.verbed`.
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

/// Adds `event` to the agency's chain, in the transaction of the change itself.
///
/// # Errors
/// When the database refuses; then the change is not made either.
pub async fn record(tx: &mut AgencyTx, event: Event) -> Result<()> {
    let head = store::lock_head(tx).await?;
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
    let hash = hash_of(&row);
    store::add(tx, &Row { hash, ..row }).await
}

/// A chain that somebody broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Whose.
    pub agency: AgencyId,
    /// The first row that is missing, changed, or does not follow the one before.
    pub row: i64,
}

/// Walks every agency's chain; those that are broken. Rows that are added meanwhile are left for the next time.
///
/// # Errors
/// When the database does not answer.
pub async fn verify_all(db: &Db) -> Result<Vec<Broken>> {
    let mut broken = Vec::new();
    for agency in db.agencies("verify the audit chain of every agency").await? {
        let scope = SystemScope::for_agency(agency, "verify the audit chain");
        if let Err(row) = verify(db, &scope).await? {
            broken.push(Broken { agency, row });
        }
    }
    Ok(broken)
}

/// Walks the agency's chain from the beginning: how many rows it has, or the first that does not fit.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(db: &Db, tenant: &impl Tenant) -> Result<std::result::Result<i64, i64>> {
    let mut tx = db.begin(tenant).await?;
    // The end is read first: what is added while we walk lies behind it.
    let end = store::head(&mut tx).await?.unwrap_or(Head { seq: 0, hash: Vec::new() });
    let (mut seq, mut hash) = (0, Vec::new());
    while seq < end.seq {
        let rows = store::list_after(&mut tx, seq, 1000).await?;
        if rows.is_empty() {
            return Ok(Err(seq + 1));
        }
        for row in rows.into_iter().take_while(|row| row.seq <= end.seq) {
            if row.seq != seq + 1 || row.prev_hash != hash || row.hash != hash_of(&row) {
                return Ok(Err(seq + 1));
            }
            seq = row.seq;
            hash = row.hash;
        }
    }
    Ok(if hash == end.hash { Ok(seq) } else { Err(seq) })
}

/// SHA-256 over the hash before and every column, as JSON with sorted keys.
fn hash_of(row: &Row) -> Vec<u8> {
    let content = json!({
        "seq": row.seq,
        "at": row.at.timestamp_micros(),
        "actor": row.actor,
        "user_id": row.user_id,
        "event": row.event,
        "subject": row.subject,
        "detail": row.detail,
        "ip": row.ip,
        "request_id": row.request_id,
    });
    Sha256::new().chain_update(&row.prev_hash).chain_update(content.to_string()).finalize().to_vec()
}
