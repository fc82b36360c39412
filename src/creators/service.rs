//! Looking at creators, adding, naming, archiving them, and giving them accounts.

use super::policy::{ManageCreators, ViewCreators};
use super::store::{self, CreatorRow, Days};
use super::types::{Creator, Filter, Key, ListedCreator, OnPlatform};
use crate::accounts::{self, Belongs, Whose};
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::{AccountId, CreatorId};
use crate::keyset::{Page, Turn};
use crate::money::{Currency, Money};
use crate::period::Choice;
use crate::platform::PlatformKind;
use crate::tiers;
use crate::ui::Compared;
use serde_json::json;

/// Creators on one page of a list.
pub const PAGE: usize = 50;
/// Creators that a form offers at most.
const MAX_OFFERED: i64 = 1000;

/// A page of the creators that `filter` finds.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &Db,
    scope: &Scope<ViewCreators>,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Result<Page<ListedCreator>> {
    let mut tx = db.begin(scope).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let days = days(&tx);
    let rows = store::list(&mut tx, filter, turn, days, limit).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let tiers = tiers::of_creators(&mut tx, &ids).await?;
    tx.commit().await?;
    let own = scope.member().currency();
    let rows = rows.into_iter().map(|row| ListedCreator {
        net: net(&row, own),
        tier: tiers.get(&row.id).copied(),
        key: (row.low, row.id),
        who: Belongs { id: row.id, name: row.name },
        accounts: row.accounts.0.into_iter().map(on_platform).collect(),
    });
    Ok(Page::of(rows.collect(), turn, PAGE, |creator| creator.key.clone()))
}

fn days(tx: &AgencyTx) -> Days {
    let (choice, today) = (Choice::Days(30), tx.now().date_naive());
    Days { period: choice.period(today), previous: choice.previous(today) }
}

/// The agency's own currency first.
fn net(row: &CreatorRow, own: Currency) -> Vec<Compared> {
    let mut sums: Vec<_> = row
        .net
        .0
        .iter()
        .filter_map(|(code, now, before)| {
            let currency: Currency = code.parse().ok()?;
            let before = row.compares.then(|| Money::new(*before, currency));
            Some((currency, Compared::new(Money::new(*now, currency), before)))
        })
        .collect();
    sums.sort_by_key(|(currency, _)| (*currency != own, *currency));
    sums.into_iter().map(|(_, compared)| compared).collect()
}

fn on_platform(row: store::AccountRow) -> OnPlatform {
    let place = row.platform.parse::<PlatformKind>().map(|it| it.place(&row.handle)).unwrap_or_default();
    OnPlatform { id: row.id, place }
}

/// One creator with her accounts and figures.
///
/// # Errors
/// `NotFound` for one who is not the tenant's.
pub async fn creator(db: &Db, scope: &Scope<ViewCreators>, id: CreatorId) -> Result<Creator> {
    let mut tx = db.begin(scope).await?;
    let days = days(&tx);
    let row = store::lookup(&mut tx, id, days).await?;
    let hers = accounts::Filter { whose: Whose::Creator(id), ..accounts::Filter::default() };
    let (page, account_count) = accounts::page(&mut tx, &hers, &Turn::First).await?;
    let tiers = tiers::of_creator(&mut tx, id).await?;
    audit::record_view(&mut tx, Event::new("creators.viewed").subject(id)).await?;
    tx.commit().await?;
    Ok(Creator {
        net: net(&row, scope.member().currency()),
        who: Belongs { id, name: row.name },
        created_at: row.created_at,
        archived_at: row.archived_at,
        member: row.user_id,
        accounts: page.rows,
        account_count,
        subscribers: row.subscribers,
        tiers,
    })
}

/// The same, with the accounts that could be given to her: id, name and handle of those of nobody.
///
/// # Errors
/// `NotFound` for one who is not the tenant's.
pub async fn editable(
    db: &Db,
    scope: &Scope<ManageCreators>,
    id: CreatorId,
) -> Result<(Belongs, bool, Vec<(AccountId, String, String)>)> {
    let mut tx = db.begin(scope).await?;
    let days = days(&tx);
    let row = store::lookup(&mut tx, id, days).await?;
    let free = accounts::unassigned(&mut tx).await?;
    Ok((Belongs { id, name: row.name }, row.archived_at.is_some(), free))
}

/// The creators that a form offers: those who are not archived, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn offered(tx: &mut AgencyTx) -> Result<Vec<Belongs>> {
    let rows = store::list_names(tx, MAX_OFFERED).await?;
    Ok(rows.into_iter().map(|(id, name)| Belongs { id, name }).collect())
}

/// Adds a creator.
///
/// # Errors
/// `Invalid` for a name that is empty or too long.
pub async fn add(db: &Db, scope: &Scope<ManageCreators>, name: &str) -> Result<CreatorId> {
    let name = checked(name)?;
    let mut tx = db.begin(scope).await?;
    let id = add_in(&mut tx, &name).await?;
    tx.commit().await?;
    Ok(id)
}

/// Adds a creator of a checked name within the caller's transaction; for whoever may already.
///
/// # Errors
/// When the database refuses.
pub async fn add_in(tx: &mut AgencyTx, name: &str) -> Result<CreatorId> {
    let id = tx.new_id();
    store::add(tx, id, name).await?;
    audit::record(tx, Event::new("creators.added").subject(id).detail(json!({ "name": name }))).await?;
    Ok(id)
}

fn checked(name: &str) -> Result<String> {
    accounts::checked_name(name).map_err(|sentence| Error::field("name", sentence))
}

/// Gives her another name.
///
/// # Errors
/// `Invalid` for a name that is empty or too long, `NotFound` for a creator who is not the tenant's.
pub async fn rename(db: &Db, scope: &Scope<ManageCreators>, id: CreatorId, name: &str) -> Result<()> {
    let name = checked(name)?;
    let mut tx = db.begin(scope).await?;
    let before = store::set_name(&mut tx, id, &name).await?.ok_or(Error::NotFound)?;
    if before != name {
        let event = Event::new("creators.renamed").subject(id);
        audit::record(&mut tx, event.detail(json!({ "from": before, "to": name }))).await?;
    }
    tx.commit().await
}

/// Takes her out of the lists; her accounts go on as they are. Her name is given back.
///
/// # Errors
/// `NotFound` for a creator who is not the tenant's.
pub async fn archive(db: &Db, scope: &Scope<ManageCreators>, id: CreatorId) -> Result<String> {
    set_archived(db, scope, id, true).await
}

/// Brings her back. Her name is given back.
///
/// # Errors
/// `NotFound` for a creator who is not the tenant's.
pub async fn restore(db: &Db, scope: &Scope<ManageCreators>, id: CreatorId) -> Result<String> {
    set_archived(db, scope, id, false).await
}

async fn set_archived(
    db: &Db,
    scope: &Scope<ManageCreators>,
    id: CreatorId,
    archived: bool,
) -> Result<String> {
    let mut tx = db.begin(scope).await?;
    let at = archived.then(|| tx.now());
    let (name, changed) = store::set_archived(&mut tx, id, at).await?.ok_or(Error::NotFound)?;
    if changed {
        let event = if archived { "creators.archived" } else { "creators.restored" };
        audit::record(&mut tx, Event::new(event).subject(id)).await?;
    }
    tx.commit().await?;
    Ok(name)
}

/// Gives her an account, whosever it was.
///
/// # Errors
/// `NotFound` for a creator or account that is not the tenant's.
pub async fn give_account(
    db: &Db,
    scope: &Scope<ManageCreators>,
    id: CreatorId,
    account: AccountId,
) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    accounts::assign_in(&mut tx, account, Some(id)).await?;
    tx.commit().await
}
