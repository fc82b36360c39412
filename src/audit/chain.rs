//! Verifying: a row's hash covers the hash before it, so a changed, removed or inserted row shows.

use super::store::{self, Head, Row};
use super::types::{Broken, Chain, Why};
use crate::auth::SystemScope;
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::Result;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Rows that one step of a walk reads.
const STEP: i64 = 1000;

/// Chains without a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// Entries on the chain of changes.
    pub changes: i64,
    /// Views on their chain, without those that were pruned.
    pub views: i64,
    /// When the oldest of all was written.
    pub since: Option<DateTime<Utc>>,
}

/// Where a walk over both chains is. It can be put down and taken up again: what it has passed was whole when it passed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Walk {
    chain: Chain,
    seq: i64,
    hash: String,
    at: Option<DateTime<Utc>>,
    /// Rows passed on each chain.
    passed: [i64; 2],
    since: Option<DateTime<Utc>>,
}

/// How a walk stands after a step.
pub(super) enum Stand {
    Walking,
    Whole(Whole),
    Broken(Broken),
}

impl Walk {
    /// At the beginning of both chains.
    pub(super) fn new() -> Self {
        let (hash, passed) = (String::new(), [0, 0]);
        Self { chain: Chain::Changes, seq: 0, hash, at: None, passed, since: None }
    }

    /// Rows passed.
    pub(super) fn done(&self) -> i64 {
        self.passed.iter().sum()
    }

    /// Goes on by so many rows at most. The end is read first: what is added meanwhile lies behind it.
    pub(super) async fn step(&mut self, tx: &mut AgencyTx) -> Result<Stand> {
        let end = store::head(tx, self.chain).await?;
        if self.chain == Chain::Views
            && let Some(broken) = self.skip_pruned(tx).await?
        {
            return Ok(Stand::Broken(broken));
        }
        let rows = if self.seq < end.seq {
            store::list_after(tx, self.chain, self.seq, STEP).await?
        } else {
            Vec::new()
        };
        let rows: Vec<_> = rows.into_iter().take_while(|row| row.seq <= end.seq).collect();
        if rows.is_empty() {
            return Ok(self.end_of_chain(tx.agency_id(), &end));
        }
        for row in rows {
            if let Some(why) = self.fault(&row) {
                // Of a missing row only the one before it is known.
                let at = if why == Why::Missing { self.at } else { Some(row.at) };
                return Ok(Stand::Broken(self.broken(tx.agency_id(), self.seq + 1, at, why)));
            }
            self.pass(&row);
        }
        Ok(Stand::Walking)
    }

    fn fault(&self, row: &Row) -> Option<Why> {
        if row.seq != self.seq + 1 {
            Some(Why::Missing)
        } else if row.prev_hash != self.hash_bytes() {
            Some(Why::OutOfPlace)
        } else if row.hash != hash_of(self.chain, row) {
            Some(Why::Changed)
        } else {
            None
        }
    }

    fn pass(&mut self, row: &Row) {
        self.seq = row.seq;
        self.hash = data_encoding::HEXLOWER.encode(&row.hash);
        self.at = Some(row.at);
        self.since = self.since.map_or(Some(row.at), |since| Some(since.min(row.at)));
        match self.chain {
            Chain::Changes => self.passed[0] += 1,
            Chain::Views => self.passed[1] += 1,
        }
    }

    fn end_of_chain(&mut self, agency: crate::ids::AgencyId, end: &Head) -> Stand {
        if self.seq < end.seq {
            return Stand::Broken(self.broken(agency, self.seq + 1, self.at, Why::Missing));
        }
        if self.hash_bytes() != end.hash {
            return Stand::Broken(self.broken(agency, self.seq, self.at, Why::CutOff));
        }
        match self.chain {
            Chain::Changes => {
                let (passed, since) = (self.passed, self.since);
                *self = Self { chain: Chain::Views, passed, since, ..Self::new() };
                Stand::Walking
            }
            Chain::Views => {
                let [changes, views] = self.passed;
                Stand::Whole(Whole { changes, views, since: self.since })
            }
        }
    }

    /// The chain of views begins where the last pruning left off, which is on record among the changes.
    async fn skip_pruned(&mut self, tx: &mut AgencyTx) -> Result<Option<Broken>> {
        let (pruned, recorded) = (store::lookup_pruned(tx).await?, store::lookup_recorded_pruning(tx).await?);
        if pruned != recorded {
            return Ok(Some(self.broken(tx.agency_id(), pruned.seq, None, Why::Unrecorded)));
        }
        if self.seq < pruned.seq {
            (self.seq, self.hash) = (pruned.seq, data_encoding::HEXLOWER.encode(&pruned.hash));
        }
        Ok(None)
    }

    fn hash_bytes(&self) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(self.hash.as_bytes()).unwrap_or_default()
    }

    fn broken(&self, agency: crate::ids::AgencyId, row: i64, at: Option<DateTime<Utc>>, why: Why) -> Broken {
        Broken { agency, chain: self.chain, row, at, why }
    }
}

/// Walks every agency's chains; those that are broken. Rows that are added meanwhile may be left for the next time.
///
/// # Errors
/// When the database does not answer.
pub async fn verify_all(db: &Db) -> Result<Vec<Broken>> {
    let mut broken = Vec::new();
    for agency in db.agencies("verify the audit chains of every agency").await? {
        let scope = SystemScope::for_agency(agency, "verify the audit chains");
        broken.extend(verify(db, &scope).await?.err());
    }
    Ok(broken)
}

/// Walks the agency's chains from the beginning: what they hold, or the first row that does not fit.
///
/// # Errors
/// When the database does not answer.
pub async fn verify(db: &Db, tenant: &impl Tenant) -> Result<std::result::Result<Whole, Broken>> {
    let (mut tx, mut walk) = (db.begin(tenant).await?, Walk::new());
    loop {
        match walk.step(&mut tx).await? {
            Stand::Walking => {}
            Stand::Whole(whole) => return Ok(Ok(whole)),
            Stand::Broken(broken) => return Ok(Err(broken)),
        }
    }
}

/// SHA-256 over the hash before and every column, as JSON with sorted keys. Views say that they are views, so that no row can
/// be moved from one chain to the other.
pub(super) fn hash_of(chain: Chain, row: &Row) -> Vec<u8> {
    let mut content = json!({
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
    if chain == Chain::Views {
        content["chain"] = json!(chain);
    }
    Sha256::new().chain_update(&row.prev_hash).chain_update(content.to_string()).finalize().to_vec()
}
