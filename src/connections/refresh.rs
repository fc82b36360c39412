//! Refreshing one connection, so that no chain of tokens ever breaks: one process at a time, and the new pair is stored
//! before anybody uses it. docs/decisions/0010-refresh.md tells why each step is there.

use super::{health, store, tokens};
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::platform::{PlatformError, PlatformResult, Platforms, TokenPair};
use crate::vault::Vault;
use std::time::Duration;

/// An answer later than this is not waited for: the question is repeated while the platform's grace (30 s) lasts.
const PATIENCE: Duration = Duration::from_secs(10);

/// When a refresh is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It is due, by the database's clock.
    Due,
    /// The token is used up or nearly, and somebody is waiting for a good one.
    Stale,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refreshed {
    /// A new pair is stored.
    Renewed,
    /// Nothing to do: somebody else was faster.
    Fresh,
    /// The chain is dead; the owners were told.
    Dead,
    /// The old pair is kept, and the next try is scheduled.
    Failed(PlatformError),
}

impl Refreshed {
    /// The word in the metrics.
    fn label(&self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Fresh => "fresh",
            Self::Dead => "dead",
            Self::Failed(error) => error.label(),
        }
    }
}

/// Refreshes the connection if `need` still holds once it is this process's turn.
///
/// # Errors
/// When the database does not answer. What the platform says is in the answer.
pub(super) async fn refresh(
    db: &Db,
    vault: &Vault,
    platforms: &Platforms,
    tenant: &impl Tenant,
    id: ConnectionId,
    need: Need,
) -> Result<Refreshed> {
    let done = attempt(db, vault, platforms, tenant, id, need).await?;
    metrics::counter!("token_refreshes_total", "outcome" => done.label()).increment(1);
    Ok(done)
}

async fn attempt(
    db: &Db,
    vault: &Vault,
    platforms: &Platforms,
    tenant: &impl Tenant,
    id: ConnectionId,
    need: Need,
) -> Result<Refreshed> {
    if need == Need::Stale {
        announce(db, tenant, id).await?;
    }
    let mut tx = db.begin(tenant).await?;
    let Some(row) = store::lock_for_refresh(&mut tx, id, need == Need::Due).await? else {
        return Ok(Refreshed::Fresh);
    };
    let wanted = if need == Need::Due { row.due } else { row.stale };
    let Some(sealed) = row.refresh_token.filter(|_| wanted) else { return Ok(Refreshed::Fresh) };
    let old = tokens::open_refresh(vault, tenant.agency_id(), id, &sealed)?;
    let kind = row.platform.parse().map_err(anyhow::Error::from)?;
    let client = platforms.get(kind).ok_or_else(|| super::access::not_set_up(kind))?.clone();
    let answer = match tokio::time::timeout(PATIENCE, client.refresh(&old)).await {
        Ok(answer) => answer,
        Err(_) => Err(PlatformError::TimedOut),
    };
    settle(tx, vault, id, row.failures, answer).await
}

/// Commits that the platform is about to be asked, before it is asked: should this process die, the connection is due for
/// every other one at once.
async fn announce(db: &Db, tenant: &impl Tenant, id: ConnectionId) -> Result<()> {
    let mut tx = db.begin(tenant).await?;
    store::set_refresh_started(&mut tx, id).await?;
    tx.commit().await
}

/// Stores what the platform answered, in the transaction that holds the row.
async fn settle(
    mut tx: AgencyTx,
    vault: &Vault,
    id: ConnectionId,
    failures: i32,
    answer: PlatformResult<TokenPair>,
) -> Result<Refreshed> {
    let done = match answer {
        Ok(pair) => {
            let sealed = tokens::seal_pair(vault, tx.agency_id(), id, &pair)?;
            store::set_pair(&mut tx, id, &sealed).await?;
            health::set_working(&mut tx, id).await?;
            Refreshed::Renewed
        }
        Err(PlatformError::InvalidGrant) => {
            health::set_dead(&mut tx, vault, id).await?;
            Refreshed::Dead
        }
        Err(error) => {
            let wait = error.retry_after().unwrap_or_else(|| back_off(failures));
            store::set_refresh_failed(&mut tx, id, wait.as_secs_f64()).await?;
            health::set_troubled(&mut tx, id, &error).await?;
            Refreshed::Failed(error)
        }
    };
    tx.commit().await?;
    Ok(done)
}

/// The first tries follow one another within the platform's grace, for the failed one may have counted there; then slower.
fn back_off(failures: i32) -> Duration {
    Duration::from_secs(match failures {
        ..=0 => 1,
        1 => 2,
        2 => 3,
        3..=6 => 5,
        7 => 15,
        8 => 30,
        9 => 60,
        10 => 120,
        _ => 300,
    })
}

#[cfg(test)]
mod tests {
    use super::back_off;

    #[test]
    fn the_first_tries_stay_within_the_grace_and_later_ones_are_minutes_apart() {
        let within: u64 = (0..6).map(|failures| back_off(failures).as_secs()).sum();
        assert!(within < 30, "{within}");
        assert_eq!(back_off(50).as_secs(), 300);
    }
}
