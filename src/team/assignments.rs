//! Saying which chatters work on which accounts; it counts from the next request on. What was before is kept.

use super::authority::hold;
use super::policy::{AssignAccounts, ViewTeam};
use super::store;
use super::types::{AccountChoice, Span};
use crate::accounts::{self, Account};
use crate::audit::{self, Event};
use crate::auth::{Role, Scope};
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::{AccountId, UserId};
use chrono::{DateTime, Utc};
use serde_json::json;
use std::collections::BTreeSet;

/// Chatters that a form offers at most.
const OFFERED: i64 = 500;
/// Chatters or accounts in one act.
const MOST: usize = 500;
/// Spans that a page shows at most.
const SHOWN: i64 = 200;

/// Who works on an account.
#[derive(Clone, Debug)]
pub struct AccountTeam {
    /// The account.
    pub account: Account,
    /// Who does now, or did within the days asked for; and who did before.
    pub spans: Vec<Span>,
    /// Who could: id, name and address.
    pub free: Vec<(UserId, String, String)>,
}

/// Who works on `account` now and did before; within `span`, if one is given.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn of_account(
    db: &Db,
    scope: &Scope<AssignAccounts>,
    account: AccountId,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Result<AccountTeam> {
    let mut tx = db.begin(scope).await?;
    let found = accounts::lookup(&mut tx, account).await?;
    let spans = store::list_spans_of_account(&mut tx, account, span, SHOWN).await?;
    let free = store::list_free_chatters(&mut tx, account, OFFERED).await?;
    Ok(AccountTeam { account: found, spans, free })
}

/// The accounts that a member works on (or that are hers), and those that they worked on before.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn of_member(tx: &mut AgencyTx, user: UserId) -> Result<(Vec<AccountChoice>, Vec<Span>)> {
    let now = store::list_accounts_of(tx, user, OFFERED).await?;
    Ok((now, store::list_spans_of_member(tx, user, SHOWN).await?))
}

/// The accounts that `chatter` could be assigned to, with `words` in a name.
///
/// # Errors
/// `NotFound` for one who is no member of the agency.
pub async fn offered(
    db: &Db,
    scope: &Scope<ViewTeam>,
    chatter: UserId,
    words: Option<&str>,
) -> Result<(super::types::TeamMember, Vec<AccountChoice>)> {
    let mut tx = db.begin(scope).await?;
    let member = store::lookup_member(&mut tx, chatter).await?;
    let accounts = store::list_free_accounts(&mut tx, Some(chatter), words, OFFERED).await?;
    Ok((member, accounts))
}

/// Assigns each of `chatters` to each of `accounts`; how many pairs are new.
///
/// # Errors
/// `NotFound` when one of them is not the agency's, `Conflict` for a member who is no chatter.
pub async fn assign(
    db: &Db,
    scope: &Scope<AssignAccounts>,
    chatters: &[UserId],
    accounts: &[AccountId],
) -> Result<usize> {
    let (chatters, accounts) = (&distinct(chatters)?, &distinct(accounts)?);
    let mut tx = db.begin(scope).await?;
    hold(&mut tx, scope.member()).await?;
    ensure_chatters(&mut tx, chatters).await?;
    accounts::ensure(&mut tx, accounts).await?;
    let pairs = store::add_assignments(&mut tx, chatters, accounts, Some(scope.member().user_id())).await?;
    record(&mut tx, "team.assigned", &pairs).await?;
    tx.commit().await?;
    Ok(pairs.len())
}

/// Takes each of `chatters` off each of `accounts`; how many pairs ended.
///
/// # Errors
/// `NotFound` when one of them is not the agency's.
pub async fn unassign(
    db: &Db,
    scope: &Scope<AssignAccounts>,
    chatters: &[UserId],
    accounts: &[AccountId],
) -> Result<usize> {
    let (chatters, accounts) = (&distinct(chatters)?, &distinct(accounts)?);
    let mut tx = db.begin(scope).await?;
    hold(&mut tx, scope.member()).await?;
    if store::list_roles(&mut tx, chatters).await?.len() < chatters.len() {
        return Err(Error::NotFound);
    }
    accounts::ensure(&mut tx, accounts).await?;
    let pairs = store::end_assignments(&mut tx, chatters, accounts, Some(scope.member().user_id())).await?;
    record(&mut tx, "team.unassigned", &pairs).await?;
    tx.commit().await?;
    Ok(pairs.len())
}

/// Each once, and no more than a form can send.
fn distinct<T: Ord + Copy>(ids: &[T]) -> Result<Vec<T>> {
    let ids: BTreeSet<T> = ids.iter().copied().collect();
    if ids.len() > MOST {
        return Err(Error::conflict(format!("At most {MOST} can be chosen at once.")));
    }
    Ok(ids.into_iter().collect())
}

async fn ensure_chatters(tx: &mut AgencyTx, chatters: &[UserId]) -> Result<()> {
    let roles = store::list_roles(tx, chatters).await?;
    if roles.len() < chatters.len() {
        return Err(Error::NotFound);
    }
    if roles.iter().any(|role| *role != Role::Chatter) {
        return Err(Error::conflict(
            "Only chatters are assigned to accounts; owners and managers see them all.",
        ));
    }
    Ok(())
}

/// One row per chatter, so that a chatter's history is found by them.
pub(super) async fn record(
    tx: &mut AgencyTx,
    event: &'static str,
    pairs: &[(UserId, AccountId)],
) -> Result<()> {
    let mut chatters: Vec<_> = pairs.iter().map(|(user, _)| *user).collect();
    chatters.sort();
    chatters.dedup();
    for chatter in chatters {
        let accounts: Vec<_> =
            pairs.iter().filter(|(user, _)| *user == chatter).map(|(_, account)| account).collect();
        let event = Event::new(event).subject(chatter);
        audit::record(tx, event.detail(json!({ "accounts": accounts }))).await?;
    }
    Ok(())
}
