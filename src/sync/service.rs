//! Asking for a sync, and where it stands.

use super::progress::Progress;
use super::types::News;
use super::{jobs, store};
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::AccountId;
use crate::platform::PlatformKind;
use std::time::Duration;

/// Has `account` synced as soon as a worker is free: newly connected, connected again, or something new is known of.
/// Commits with the caller's transaction; asking again while it waits changes nothing.
///
/// # Errors
/// When the database refuses.
pub async fn want(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::want(tx, account).await?;
    let agency = tx.agency_id();
    jobs::enqueue(tx.conn(), agency, account, Duration::ZERO).await
}

/// Has what `news` is about read again, for every agency that has the platform's account `platform_account`; how many have.
/// Commits with the caller's transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn want_news(
    tx: &mut SystemTx,
    kind: PlatformKind,
    platform_account: &str,
    news: &News,
) -> Result<usize> {
    let told = store::want_news(tx, kind.as_str(), platform_account, news).await?;
    let names_fans = !news.fans.is_empty() || !news.chats.is_empty();
    if names_fans && !told.is_empty() {
        store::set_fans_due(tx, kind.as_str(), platform_account, &news.fans, &news.chats).await?;
    }
    for sync in &told {
        jobs::enqueue(tx.conn(), sync.agency_id, sync.account_id, Duration::ZERO).await?;
    }
    Ok(told.len())
}

/// Makes `account` one of which nothing is ever read: its earnings come from statements.
///
/// # Errors
/// When the database refuses.
pub async fn add_without(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::add_without(tx, account).await
}

/// Notes that a statement of `account` was recorded just now.
///
/// # Errors
/// When the database refuses.
pub async fn note_statement(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::set_statement(tx, account).await
}

/// Stops syncing `account`, until it is wanted again: it was disconnected. What was synced stays.
///
/// # Errors
/// When the database refuses.
pub async fn stop(tx: &mut AgencyTx, account: AccountId) -> Result<()> {
    store::stop(tx, account).await
}

/// Stops syncing every account of the agency: it is being deleted.
///
/// # Errors
/// When the database refuses.
pub async fn stop_all(tx: &mut AgencyTx) -> Result<()> {
    store::stop_all(tx).await
}

/// How far the sync of `account` is; nothing for one that was never connected.
///
/// # Errors
/// When the database does not answer.
pub async fn progress(tx: &mut AgencyTx, account: AccountId) -> Result<Option<Progress>> {
    store::find_progress(tx, account).await
}
