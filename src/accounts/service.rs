//! Looking at accounts, naming them, and saying whose they are.

use super::policy::{ManageAccounts, ViewAccounts};
use super::store::{self, AccountRow, KnownRow, ListedRow};
use super::tags;
use super::types::{Account, Belongs, Filter, Health, Key, Listed};
use crate::audit::{self, Event};
use crate::auth::{Permission, Scope};
use crate::connections;
use crate::creators;
use crate::db::{AgencyTx, Db};
use crate::earnings;
use crate::earnings::policy::{ExportEarnings, ViewEarnings};
use crate::error::{Error, Result, on_constraint};
use crate::fans;
use crate::ids::{AccountId, CreatorId};
use crate::keyset::{Page, Turn};
use crate::money::{Currency, Money};
use crate::paid_messages;
use crate::period::{Choice, Period};
use crate::sync;
use crate::ui::Compared;
use chrono::{Days, NaiveDate};
use serde_json::json;
use std::collections::BTreeMap;

/// Accounts on one page of a list.
pub const PAGE: usize = 50;
/// The longest name.
const MAX_NAME: usize = 100;
/// What is offered at most when an account is chosen from those of nobody.
const MAX_OFFERED: i64 = 500;

/// A page of the list of accounts, and how many the filter finds in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    /// The accounts.
    pub page: Page<Listed>,
    /// How many the filter finds.
    pub matched: i64,
    /// The creators that a list can be filtered by.
    pub creators: Vec<Belongs>,
    /// The tags that a list can be filtered by.
    pub tags: Vec<String>,
}

/// A page of the accounts that `filter` finds.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &Db,
    scope: &Scope<ViewAccounts>,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Result<Listing> {
    let mut tx = db.begin(scope).await?;
    let creators = creators::offered(&mut tx).await?;
    let manages = ManageAccounts::INFO.roles.contains(&scope.member().role());
    let tags = if manages { tags::used(&mut tx).await? } else { Vec::new() };
    let (page, matched) = page(&mut tx, filter, turn).await?;
    Ok(Listing { page, matched, creators, tags })
}

/// A page of the accounts that `filter` finds, and how many it finds; for whoever may see them already.
///
/// # Errors
/// When the database does not answer.
pub async fn page(tx: &mut AgencyTx, filter: &Filter, turn: &Turn<Key>) -> Result<(Page<Listed>, i64)> {
    let today = tx.now().date_naive();
    let choice = Choice::Days(30);
    let (period, previous) = (choice.period(today), choice.previous(today));
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(tx, filter, turn, (previous.start, period), limit).await?;
    let matched = rows.first().map_or(0, |row| row.matched);
    let rows = rows.into_iter().map(|row| listed(row, period, previous)).collect::<Result<Vec<_>>>()?;
    Ok((Page::of(rows, turn, PAGE, |account| account.key.clone()), matched))
}

fn listed(row: ListedRow, period: Period, previous: Period) -> Result<Listed> {
    let known = row.known;
    let own = currency(&known)?;
    let (today, yesterday) = (period.last_day(), period.last_day() - Days::new(1));
    let mut sums: BTreeMap<(bool, Currency), Sums> = BTreeMap::new();
    let mut days: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for ((day, code), net) in row.days.into_iter().zip(&row.currencies).zip(row.nets) {
        let code: Currency = code.parse().map_err(anyhow::Error::from)?;
        let sums = sums.entry((code != own, code)).or_default();
        *if day >= period.start { &mut sums.now } else { &mut sums.before } += net;
        sums.today += if day == today { net } else { 0 };
        sums.yesterday += if day == yesterday { net } else { 0 };
        if code == own {
            days.insert(day, net);
        }
    }
    sums.entry((false, own)).or_default();
    // Days from `since` on are all here, and the last of those before `end` is not from before the first earning.
    let compares = |since: NaiveDate, end: NaiveDate| {
        let is_known = known.backfill_done_at.is_some()
            || known.backfill_reached.is_some_and(|at| at.date_naive() < since);
        is_known && row.first_day.is_some_and(|day| day < end)
    };
    let (months, two_days) = (compares(previous.start, previous.end), compares(yesterday, today));
    let net = sums.iter().map(|((_, code), it)| against(*code, it.now, it.before, months)).collect();
    let of_today =
        sums.iter().map(|((_, code), it)| against(*code, it.today, it.yesterday, two_days)).collect();
    Ok(Listed {
        id: known.id,
        net,
        today: of_today,
        days: period.iter().map(|day| days.get(&day).copied().unwrap_or(0)).collect(),
        key: (row.rank, row.low, known.id),
        platform: known.platform.parse().map_err(anyhow::Error::from)?,
        creator: belongs(&known),
        subscribers: known.subscribers_count,
        health: Health { state: known.health, since: known.health_since },
        synced_at: known.last_finished_at,
        name: known.name,
        handle: known.handle,
        tags: row.tags,
    })
}

/// What an account earned in one currency.
#[derive(Default)]
struct Sums {
    now: i64,
    before: i64,
    today: i64,
    yesterday: i64,
}

fn against(code: Currency, now: i64, before: i64, compares: bool) -> Compared {
    let money = |minor| Money::new(minor, code);
    Compared::new(money(now), compares.then(|| money(before)))
}

fn currency(known: &KnownRow) -> Result<Currency> {
    Ok(known.currency.parse().map_err(anyhow::Error::from)?)
}

fn belongs(known: &KnownRow) -> Option<Belongs> {
    Some(Belongs { id: known.creator_id?, name: known.creator_name.clone()? })
}

/// One account; for whoever may see it already, as the first step of its pages.
///
/// # Errors
/// `NotFound` for one that is not the tenant's.
pub async fn lookup(tx: &mut AgencyTx, id: AccountId) -> Result<Account> {
    let AccountRow { known, tags } = store::lookup(tx, id).await?;
    Ok(Account {
        currency: currency(&known)?,
        platform: known.platform.parse().map_err(anyhow::Error::from)?,
        creator: belongs(&known),
        health: Health { state: known.health, since: known.health_since },
        is_complete: known.backfill_done_at.is_some(),
        id: known.id,
        name: known.name,
        handle: known.handle,
        subscribers: known.subscribers_count,
        followers: known.followers_count,
        health_note: known.health_note,
        connection: known.connection_id,
        connected_by: known.connected_by,
        connected_at: known.connected_at,
        disconnected_at: known.disconnected_at,
        synced_at: known.last_finished_at,
        tags,
    })
}

/// The accounts within the member's reach.
///
/// # Errors
/// When the database does not answer.
pub async fn within_reach(db: &Db, scope: &Scope<ViewAccounts>) -> Result<Vec<AccountId>> {
    store::list_within_reach(&mut db.begin(scope).await?).await
}

/// Makes sure that all of `ids` are accounts within reach, before something is done with them.
///
/// # Errors
/// `NotFound` when one is not.
pub async fn ensure(tx: &mut AgencyTx, ids: &[AccountId]) -> Result<()> {
    let known = store::count_within_reach(tx, ids).await?;
    if usize::try_from(known) == Ok(ids.len()) { Ok(()) } else { Err(Error::NotFound) }
}

/// One account.
///
/// # Errors
/// `NotFound` for one that is not the tenant's.
pub async fn account(db: &Db, scope: &Scope<ViewAccounts>, id: AccountId) -> Result<Account> {
    lookup(&mut db.begin(scope).await?, id).await
}

/// A page of the earnings that `filter`, which names the account, finds, and what all of them add up to.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn earnings(
    db: &Db,
    scope: &Scope<ViewEarnings>,
    id: AccountId,
    filter: &earnings::Filter,
    turn: &Turn<earnings::Key>,
) -> Result<(Account, Page<earnings::ListedEarning>, Vec<earnings::Total>)> {
    let mut tx = db.begin(scope).await?;
    let account = lookup(&mut tx, id).await?;
    let page = earnings::page(&mut tx, filter, turn).await?;
    let totals = earnings::totals(&mut tx, filter).await?;
    audit::record_view(&mut tx, Event::new("accounts.earnings_viewed").subject(id)).await?;
    tx.commit().await?;
    Ok((account, page, totals))
}

/// Puts an export of the account's earnings on record, before its first row leaves.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn begin_export(
    db: &Db,
    scope: &Scope<ExportEarnings>,
    id: AccountId,
    filter: &earnings::Filter,
) -> Result<Account> {
    let mut tx = db.begin(scope).await?;
    let account = lookup(&mut tx, id).await?;
    earnings::record_export(&mut tx, filter).await?;
    tx.commit().await?;
    Ok(account)
}

/// A page of the account's fans that `filter` finds.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn subscribers(
    db: &Db,
    scope: &Scope<ViewAccounts>,
    id: AccountId,
    filter: &fans::Filter,
    turn: &Turn<fans::Key>,
) -> Result<(Account, Page<fans::ListedFan>)> {
    let mut tx = db.begin(scope).await?;
    let account = lookup(&mut tx, id).await?;
    let page = fans::page(&mut tx, id, filter, turn).await?;
    audit::record_view(&mut tx, Event::new("accounts.fans_viewed").subject(id)).await?;
    tx.commit().await?;
    Ok((account, page))
}

/// What the account's paid messages of `choice` brought, and a page of them.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn paid_messages(
    db: &Db,
    scope: &Scope<ViewAccounts>,
    id: AccountId,
    choice: Choice,
    turn: &Turn<paid_messages::Key>,
) -> Result<(Account, Comparison, Page<paid_messages::ListedMessage>)> {
    let mut tx = db.begin(scope).await?;
    let account = lookup(&mut tx, id).await?;
    let today = tx.now().date_naive();
    let (period, previous) = (choice.period(today), choice.previous(today));
    let results = paid_messages::results(&mut tx, id, period, previous).await?;
    let page = paid_messages::page(&mut tx, id, period, turn).await?;
    audit::record_view(&mut tx, Event::new("accounts.messages_viewed").subject(id)).await?;
    tx.commit().await?;
    Ok((account, Comparison { today, period, previous, results }, page))
}

/// What paid messages brought in a period, beside the one before.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The day now.
    pub today: NaiveDate,
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// Per currency.
    pub results: Vec<paid_messages::Results>,
}

/// One account, the connection through which it is reached, if there is one, and how far its sync is.
///
/// # Errors
/// `NotFound` for an account that is not the tenant's.
pub async fn connection(
    db: &Db,
    scope: &Scope<ViewAccounts>,
    id: AccountId,
) -> Result<(Account, Option<connections::Connection>, Option<sync::Progress>)> {
    let mut tx = db.begin(scope).await?;
    let account = lookup(&mut tx, id).await?;
    let connection = connections::of_account(&mut tx, id).await?;
    let progress = sync::progress(&mut tx, id).await?;
    Ok((account, connection, progress))
}

/// One account and the creators that it can be given to.
///
/// # Errors
/// `NotFound` for one that is not the tenant's.
pub async fn editable(
    db: &Db,
    scope: &Scope<ManageAccounts>,
    id: AccountId,
) -> Result<(Account, Vec<Belongs>)> {
    let mut tx = db.begin(scope).await?;
    let account = lookup(&mut tx, id).await?;
    Ok((account, creators::offered(&mut tx).await?))
}

/// Accounts that belong to nobody: id, name and handle.
///
/// # Errors
/// When the database does not answer.
pub async fn unassigned(tx: &mut AgencyTx) -> Result<Vec<(AccountId, String, String)>> {
    store::list_unassigned(tx, MAX_OFFERED).await
}

/// Gives the account another name here; a sync leaves it from then on.
///
/// # Errors
/// `Invalid` for a name that is empty or too long, `NotFound` for an account that is not the tenant's.
pub async fn rename(db: &Db, scope: &Scope<ManageAccounts>, id: AccountId, name: &str) -> Result<()> {
    let name = checked_name(name).map_err(|sentence| Error::field("name", sentence))?;
    let mut tx = db.begin(scope).await?;
    let before = store::set_name(&mut tx, id, &name).await?.ok_or(Error::NotFound)?;
    if before != name {
        let event = Event::new("accounts.renamed").subject(id);
        audit::record(&mut tx, event.detail(json!({ "from": before, "to": name }))).await?;
    }
    tx.commit().await
}

/// A name as it is kept: without space around, not empty, not too long.
///
/// # Errors
/// What to do about it.
pub fn checked_name(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("Type a name"),
        text if text.chars().count() > MAX_NAME => Err("At most 100 characters fit here"),
        text => Ok(text.to_owned()),
    }
}

/// Makes an account of a platform without an API, which statements are recorded into. The caller says so in the audit log, last: who
/// records earnings locks the agency's sums first and the log's end then.
///
/// # Errors
/// When the database refuses.
pub async fn add_by_statement(
    tx: &mut AgencyTx,
    name: &str,
    platform: &str,
    currency: Currency,
) -> Result<AccountId> {
    let id = tx.new_id();
    store::add_by_statement(tx, id, name, platform, currency).await?;
    Ok(id)
}

/// To whom an account is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// To nobody.
    Nobody,
    /// To a creator who is here.
    Creator(CreatorId),
    /// To a new creator of this name.
    New(String),
}

/// Gives the account to a creator, also to one who is new here, or to nobody.
///
/// # Errors
/// `Invalid` for a bad name, `NotFound` for an account or creator that is not the tenant's.
pub async fn assign(db: &Db, scope: &Scope<ManageAccounts>, id: AccountId, to: Recipient) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let creator = match to {
        Recipient::Nobody => None,
        Recipient::Creator(creator) => Some(creator),
        Recipient::New(name) => {
            let name = checked_name(&name).map_err(|sentence| Error::field("new_name", sentence))?;
            Some(creators::add_in(&mut tx, &name).await?)
        }
    };
    assign_in(&mut tx, id, creator).await?;
    tx.commit().await
}

/// The same within the caller's transaction; for whoever may already.
///
/// # Errors
/// `NotFound` for an account or creator that is not the tenant's.
pub async fn assign_in(tx: &mut AgencyTx, id: AccountId, creator: Option<CreatorId>) -> Result<()> {
    let before = store::set_creator(tx, id, creator)
        .await
        .map_err(on_constraint("accounts_agency_id_creator_id_fkey", || Error::NotFound))?
        .ok_or(Error::NotFound)?;
    if before != creator {
        let event = Event::new("accounts.assigned").subject(id);
        audit::record(tx, event.detail(json!({ "from": before, "to": creator }))).await?;
    }
    Ok(())
}
