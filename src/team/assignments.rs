//! Saying which chatters work on which accounts; it counts from the next request on. What was before is kept.

use super::policy::{AssignAccounts, ViewTeam};
use super::store;
use super::types::{AccountChoice, Span};
use crate::accounts::{self, Account};
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::{AccountId, UserId};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Chatters that a form offers at most.
const OFFERED: i64 = 500;
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
    let accounts = store::list_free_accounts(&mut tx, Some(chatter), words, &[], OFFERED).await?;
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
    let mut tx = db.begin(scope).await?;
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
    let mut tx = db.begin(scope).await?;
    for chatter in chatters {
        store::lookup_member(&mut tx, *chatter).await?;
    }
    accounts::ensure(&mut tx, accounts).await?;
    let pairs = store::end_assignments(&mut tx, chatters, accounts, Some(scope.member().user_id())).await?;
    record(&mut tx, "team.unassigned", &pairs).await?;
    tx.commit().await?;
    Ok(pairs.len())
}

/// Each is locked, so that nobody is assigned who is being removed.
async fn ensure_chatters(tx: &mut AgencyTx, chatters: &[UserId]) -> Result<()> {
    let mut chatters = chatters.to_vec();
    chatters.sort();
    for chatter in chatters {
        if store::lock_member(tx, chatter).await? != crate::auth::Role::Chatter {
            return Err(Error::conflict(
                "Only chatters are assigned to accounts; owners and managers see them all.",
            ));
        }
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
