//! Reading first pages.

use super::policy::ViewWork;
use super::store::{self, AccountRow, SalesRow};
use super::types::{Own, Sales, Waits, Week, Work, WorkAccount};
use crate::accounts::{self, Filter, Sort};
use crate::auth::Scope;
use crate::creators;
use crate::db::Db;
use crate::earnings::policy::ViewEarnings;
use crate::error::Result;
use crate::keyset::Turn;
use crate::money::{Currency, Money};
use crate::platform::EarningSource;
use crate::ui::Compared;

/// So many accounts stand on the page; the rest is in the list of accounts.
const MOST: i64 = 50;

/// What a chatter begins with.
///
/// # Errors
/// When the database does not answer.
pub async fn work(db: &Db, scope: &Scope<ViewWork>) -> Result<Work> {
    let (member, own) = (scope.member().user_id(), scope.member().currency());
    let mut tx = db.begin(scope).await?;
    let week = Week::of(tx.now().date_naive());
    let rows = store::list_accounts(&mut tx, member, week.today, MOST).await?;
    let sales = store::list_sales(&mut tx, member, week).await?;
    let compares = rows.first().is_some_and(|row| compares(row, week));
    let sold = [EarningSource::Message, EarningSource::Tip];
    Ok(Work {
        waits: rows.first().map(waits).unwrap_or_default(),
        week,
        sold: sold.into_iter().map(|source| sold_of(source, &sales, compares, own)).collect(),
        accounts: rows.into_iter().map(account).collect::<Result<_>>()?,
    })
}

/// Whether the week before can be compared with: the member worked then, and all of it was read.
fn compares(row: &AccountRow, week: Week) -> bool {
    let start = week.before.start;
    row.working_since.is_some_and(|at| at.date_naive() <= start)
        && row.read_from.is_none_or(|at| at.date_naive() < start)
}

fn waits(row: &AccountRow) -> Waits {
    Waits {
        accounts: row.accounts,
        unread: row.all_unread,
        unread_at: row.all_unread_at,
        reconnect: row.all_reconnect,
        ending: row.all_ending,
        joined: row.all_joined,
    }
}

fn account(row: AccountRow) -> Result<WorkAccount> {
    Ok(WorkAccount {
        id: row.id,
        name: row.name,
        handle: row.handle,
        platform: row.platform.parse().map_err(anyhow::Error::from)?,
        health: row.health,
        health_since: row.health_since,
        unread: row.unread_chats,
        unread_at: row.unread_at,
        ending: row.ending,
        joined: row.joined,
        subscribers: row.subscribers_count,
    })
}

fn sold_of(source: EarningSource, rows: &[SalesRow], compares: bool, own: Currency) -> Sales {
    let rows: Vec<_> = rows.iter().filter(|row| row.source == source.as_str()).collect();
    let sums = |of: fn(&SalesRow) -> i64| -> Vec<Money> {
        let sums = rows.iter().filter_map(|row| Some(Money::new(of(row), row.currency.parse().ok()?)));
        let mut sums: Vec<_> = sums.filter(|money| money.minor != 0).collect();
        sums.sort_by_key(|money| (money.currency != own, money.currency));
        sums
    };
    let compared = |now: fn(&SalesRow) -> i64, before: fn(&SalesRow) -> i64| {
        Compared::by_currency(&sums(now), compares.then(|| sums(before)).as_deref(), own)
    };
    Sales {
        today_count: rows.iter().map(|row| row.today_count).sum(),
        today: compared(|row| row.today, |row| row.today_before),
        week_count: rows.iter().map(|row| row.week_count).sum(),
        week: compared(|row| row.week, |row| row.week_before),
        source,
    }
}

/// What a creator begins with.
///
/// # Errors
/// When the database does not answer.
pub async fn own(db: &Db, scope: &Scope<ViewEarnings>) -> Result<Own> {
    let mut tx = db.begin(scope).await?;
    let creator = creators::of_member(&mut tx, scope.member().user_id()).await?;
    let filter = Filter { sort: Sort::Health, ..Filter::default() };
    let (page, count) = accounts::page(&mut tx, &filter, &Turn::First).await?;
    Ok(Own { creator, accounts: page.rows, count })
}
