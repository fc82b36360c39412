//! Asking for a count, and making it in the background.

use super::jobs::CountKept;
use super::store::{self, Row};
use super::{Count, FRESH, INLINE, KEPT, Kept, Told};
use crate::analytics::policy::ViewDashboard;
use crate::auth::{Scope, SystemScope};
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::Result;
use crate::ids::AgencyId;
use crate::jobs::{How, enqueue};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A job that is overdue by this was lost, and is sent anew.
const OVERDUE: TimeDelta = TimeDelta::minutes(10);

/// That somebody looked is written down at most this often.
const NOTICED: TimeDelta = TimeDelta::days(1);

/// What is known of `count`: counted now if that is cheap, else what is kept of it; where that is missing or old, a job is on its
/// way once this returns.
///
/// # Errors
/// When the database does not answer.
pub async fn get<C: Count>(db: &Db, scope: &Scope<ViewDashboard>, count: &C) -> Result<Kept<C::Result>> {
    let params = serde_json::to_value(count).context("a count is written as JSON")?;
    let hash = hash(&params);
    let mut tx = db.begin(scope).await?;
    let row = store::lookup(&mut tx, C::NAME, &hash, &count.span()).await?;
    if row.payments.is_some_and(|payments| payments.saturating_mul(C::ROWS_PER_PAYMENT) <= INLINE) {
        let result = count.count(&mut tx).await?;
        return Ok(Kept { result: Some(result), told: Told::Now });
    }
    if let Some(due) = due(&row, tx.now()) {
        if store::want(&mut tx, C::NAME, &hash, &params, due, OVERDUE).await? {
            send(&mut tx, scope.agency_id(), C::NAME, &hash, due).await?;
        }
        tx.commit().await?;
    } else if row.asked_at.is_some_and(|at| at < tx.now() - NOTICED) {
        store::set_asked(&mut tx, C::NAME, &hash).await?;
        tx.commit().await?;
    }
    Ok(kept(row))
}

/// Known by what it is of, whatever the order in which JSON was written: `serde_json` sorts the names in an object.
fn hash(params: &Value) -> Vec<u8> {
    Sha256::digest(params.to_string()).to_vec()
}

/// When a job should count, if one should and none is on its way.
fn due(row: &Row, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if row.wanted_at.is_some_and(|at| at >= now - OVERDUE) {
        return None;
    }
    match row.counted_at {
        None => Some(now),
        Some(_) if row.version == Some(row.data_version) => None,
        Some(at) => Some(now.max(at + FRESH)),
    }
}

async fn send(
    tx: &mut AgencyTx,
    agency: AgencyId,
    kind: &str,
    hash: &[u8],
    due: DateTime<Utc>,
) -> Result<()> {
    let hash = data_encoding::HEXLOWER.encode(hash);
    // One after the other, so that one agency's counts leave the machine to others.
    let how = How::default().key(format!("count {agency} {kind} {hash}")).queue(format!("count {agency}"));
    let how = how.after((due - tx.now()).to_std().unwrap_or_default());
    enqueue(tx.conn(), &CountKept { agency, kind: kind.to_owned(), hash }, how).await
}

fn kept<T: serde::de::DeserializeOwned>(row: Row) -> Kept<T> {
    let failed = row.failed_at.is_some();
    // What another version of the program kept and this one cannot read is not there.
    let result = row.result.and_then(|json| serde_json::from_value(json).ok());
    match (result, row.counted_at) {
        (Some(result), Some(at)) => Kept { result: Some(result), told: Told::AsOf { at, failed } },
        _ => Kept { result: None, told: Told::Counting { failed } },
    }
}

/// Makes the count `hash` of kind `C` and keeps it, unless nothing changed since the last. Whatever fails is on its row, for
/// pages, and is this job's failure.
pub(super) async fn make<C: Count>(db: &Db, agency: AgencyId, hash: &[u8]) -> Result<()> {
    let scope = SystemScope::for_agency(agency, "count what pages show");
    let mut tx = db.begin(&scope).await?;
    store::prepare(&mut tx).await?;
    let Some(wish) = store::lookup_wish(&mut tx, C::NAME, hash).await? else { return Ok(()) };
    if wish.version == Some(wish.data_version) && wish.failed_at.is_none() {
        return store::set_current(db, &scope, C::NAME, hash).await;
    }
    let at = tx.now();
    let counted = match serde_json::from_value::<C>(wish.params) {
        Ok(count) => count.count(&mut tx).await,
        Err(error) => Err(anyhow::Error::new(error).context("a count is read from JSON").into()),
    };
    let counted = counted.and_then(|it| Ok(serde_json::to_value(it).context("a result is written as JSON")?));
    // The snapshot is given back: agencies move on while it counts, and would refuse to be written under it.
    drop(tx);
    let mut tx = db.begin(&scope).await?;
    let done = match counted {
        Ok(result) => store::set_result(&mut tx, C::NAME, hash, &result, (wish.data_version, at)).await,
        Err(error) => {
            store::set_failed(&mut tx, C::NAME, hash).await?;
            tx.commit().await?;
            return Err(error);
        }
    };
    done?;
    tx.commit().await
}

/// Forgets what nobody asked for any more.
pub(super) async fn forget(db: &Db) -> Result<u64> {
    let mut tx = db.begin_system("forget counts that nobody asks for").await?;
    let before = tx.now() - KEPT;
    let counts = store::remove_asked_before(&mut tx, before).await?;
    tx.commit().await?;
    Ok(counts)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
    }

    fn row(counted: Option<i64>, version: i64, wanted: Option<i64>) -> Row {
        Row {
            data_version: 7,
            result: counted.map(|_| Value::from(1)),
            version: counted.map(|_| version),
            counted_at: counted.map(at),
            failed_at: None,
            wanted_at: wanted.map(at),
            asked_at: Some(at(0)),
            payments: None,
        }
    }

    #[test]
    fn what_is_missing_is_counted_at_once_and_what_is_old_no_sooner_than_it_may() {
        assert_eq!(due(&row(None, 0, None), at(30)), Some(at(30)));
        assert_eq!(due(&row(Some(0), 7, None), at(30)), None, "nothing changed");
        assert_eq!(due(&row(Some(0), 6, None), at(30)), Some(at(30)));
        assert_eq!(due(&row(Some(25), 6, None), at(30)), Some(at(35)));
    }

    #[test]
    fn a_job_on_its_way_is_waited_for_until_it_must_be_lost() {
        assert_eq!(due(&row(None, 0, Some(30)), at(30)), None);
        assert_eq!(due(&row(Some(25), 6, Some(35)), at(30)), None);
        assert_eq!(due(&row(None, 0, Some(19)), at(30)), Some(at(30)));
    }

    #[test]
    fn what_cannot_be_read_is_not_there() {
        assert_eq!(kept::<i64>(row(Some(5), 7, None)).told, Told::AsOf { at: at(5), failed: false });
        assert_eq!(kept::<String>(row(Some(5), 7, None)).told, Told::Counting { failed: false });
    }

    #[test]
    fn the_same_parameters_are_the_same_count() {
        let read = |text: &str| hash(&serde_json::from_str(text).unwrap());
        assert_eq!(read(r#"{"a":1,"b":[2]}"#), read(r#"{ "b": [2], "a": 1 }"#));
        assert_ne!(read(r#"{"a":1}"#), read(r#"{"a":2}"#));
    }
}
