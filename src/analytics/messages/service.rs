//! Reading what the page of paid messages shows.

use super::store::{self, Key, MessageRow};
use super::types::{Best, Sales, Sold};
use crate::analytics::kept::{self, Kept};
use crate::analytics::people::{self, Head};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::selection::Selection;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{Page, Turn};
use crate::money::Money;
use crate::period::Period;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Messages on one page.
pub const PAGE: usize = 25;

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which days and accounts.
    pub head: Head,
    /// What the messages brought.
    pub sold: Kept<Sold>,
    /// How the best of them begin, and the account's name.
    pub texts: BTreeMap<(AccountId, String), (String, Option<String>)>,
    /// The messages themselves, the newest first.
    pub page: Page<Listed>,
}

/// One message of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Of which account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The platform's id.
    pub id: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// To whom.
    pub fan: String,
    /// How it begins.
    pub preview: Option<String>,
    /// What unlocking costs.
    pub price: Money,
    /// When it was unlocked.
    pub unlocked_at: Option<DateTime<Utc>>,
}

/// The paid messages of `selection` sent in the first of `periods`, beside the second; the list goes on record as a view.
///
/// # Errors
/// When the database does not answer.
pub async fn messages(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    (period, previous): (Period, Period),
    selection: Selection,
    words: Option<&str>,
    turn: &Turn<Key>,
) -> Result<Shown> {
    let head = people::head(db, scope, (period, previous), selection, words).await?;
    let asked = Sales { period, previous, accounts: head.chosen.accounts.clone() };
    let sold = kept::get(db, scope, &asked).await?;
    let best = sold.result.as_ref().map(|it| it.best.as_slice()).unwrap_or_default();
    let mut tx = db.begin(scope).await?;
    let texts = store::list_texts(&mut tx, best).await?;
    let texts = texts.into_iter().map(|row| ((row.account, row.message), (row.account_name, row.preview)));
    let texts = texts.collect();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(&mut tx, asked.accounts.as_ref(), period, turn, limit).await?;
    let rows = rows.into_iter().filter_map(listed).collect();
    let page = Page::of(rows, turn, PAGE, |it: &Listed| (it.sent_at, it.account.0, it.id.clone()));
    // Fans are listed one by one: docs/decisions/0015-recorded-views.md.
    audit::record_view(&mut tx, Event::new("analytics.messages_viewed")).await?;
    tx.commit().await?;
    Ok(Shown { head, sold, texts, page })
}

/// What the messages brought, for a file; nobody is listed in it.
///
/// # Errors
/// When the database does not answer.
pub async fn sold(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    (period, previous): (Period, Period),
    selection: Selection,
) -> Result<(Head, Kept<Sold>)> {
    let head = people::head(db, scope, (period, previous), selection, None).await?;
    let asked = Sales { period, previous, accounts: head.chosen.accounts.clone() };
    let sold = kept::get(db, scope, &asked).await?;
    Ok((head, sold))
}

fn listed(row: MessageRow) -> Option<Listed> {
    Some(Listed {
        account: row.account_id,
        account_name: row.account_name,
        id: row.message_id,
        sent_at: row.sent_at,
        fan: row.fan,
        preview: row.preview.filter(|text| !text.trim().is_empty()),
        // The platform's rows are checked when they come in; what is no currency cannot be shown.
        price: Money::new(row.price, row.currency.parse().ok()?),
        unlocked_at: row.unlocked_at,
    })
}

impl Best {
    /// What it brought, in minor units.
    #[must_use]
    pub fn revenue(&self) -> i64 {
        self.price.saturating_mul(self.unlocked)
    }
}
