//! The figures of one account: the same rules, read by the account's own keys.

use super::{Sums, history, subscribers};
use crate::accounts::{self, Account};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::store::account as store;
use crate::analytics::types::{AccountBoard, Edition};
use crate::audit::{self, Event};
use crate::auth::{Permission, Scope};
use crate::db::Db;
use crate::earnings::policy::ViewEarnings;
use crate::error::Result;
use crate::goals;
use crate::ids::AccountId;
use crate::period::Choice;
use crate::sync;

const TOP_FANS: i64 = 8;

/// One account and what it did in the days of `choice`.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn of_account(
    db: &Db,
    scope: &Scope<ViewEarnings>,
    edition: Edition,
    id: AccountId,
    choice: Choice,
) -> Result<(Account, AccountBoard)> {
    let mut tx = db.begin(scope).await?;
    let account = accounts::lookup(&mut tx, id).await?;
    // An account's own currency comes first, whatever the agency's is.
    let edition = Edition { currency: account.currency, ..edition };
    let (period, previous) = (choice.period(edition.today), choice.previous(edition.today));
    let sums = Sums::of(store::list_sums(&mut tx, id, period, previous).await?);
    let fans = store::list_fans(&mut tx, id, period, previous, TOP_FANS).await?;
    let overview = store::lookup_overview(&mut tx, id, period, previous).await?;
    let progress = sync::progress(&mut tx, id).await?;
    let sees_goals = ViewDashboard::INFO.roles.contains(&scope.member().role());
    let goal = if sees_goals { goals::of_account(&mut tx, id, edition.today).await? } else { None };
    // The top fans are listed one by one: docs/decisions/0015-recorded-views.md.
    audit::record_view(&mut tx, Event::new("accounts.fans_viewed").subject(id)).await?;
    tx.commit().await?;
    let history = history(&overview);
    let compared = history.compares_earnings(previous).then_some(previous);
    let board = AccountBoard {
        progress,
        period,
        previous,
        history,
        earned: sums.earned(edition.currency, period, compared, &fans),
        subscribers: subscribers(&overview, &history, period, previous, edition),
        goal,
    };
    Ok((account, board))
}
