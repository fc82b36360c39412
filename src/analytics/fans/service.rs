//! Reading what the page of fans shows.

use super::store::{self, KnownRow};
use super::types::{AtRisk, FanRow, Risk, Spend, Spenders};
use crate::analytics::kept::{self, Kept};
use crate::analytics::people::{self, Head};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::selection::Selection;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::ids::AccountId;
use crate::period::Period;
use crate::platform::FanStatus;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which days and accounts.
    pub head: Head,
    /// What those who paid brought, by currency.
    pub spend: Kept<Vec<Spenders>>,
    /// Who is at risk, by currency.
    pub risk: Kept<Vec<Risk>>,
    /// What is known of the fans in the lists.
    pub known: BTreeMap<(AccountId, String), Known>,
}

/// What is known of a fan beside the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The name known best.
    pub name: String,
    /// The account's name.
    pub account: String,
    /// How they stand to the account, when the platform said.
    pub status: Option<FanStatus>,
    /// The next charge, or the end when it does not renew.
    pub renews_at: Option<DateTime<Utc>>,
    /// Whether it renews by itself.
    pub auto_renews: Option<bool>,
}

impl Shown {
    /// What is known of a row's fan; nothing of one that is gone.
    #[must_use]
    pub fn known(&self, row: &FanRow) -> Option<&Known> {
        self.known.get(&(row.account, row.fan.clone()))
    }
}

/// The fans of `selection` who paid in the first of `periods`, beside the second; the lists go on record as a view.
///
/// # Errors
/// When the database does not answer.
pub async fn fans(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    (period, previous): (Period, Period),
    selection: Selection,
    words: Option<&str>,
) -> Result<Shown> {
    let head = people::head(db, scope, (period, previous), selection, words).await?;
    let accounts = head.chosen.accounts.clone();
    let spend = kept::get(db, scope, &Spend { period, previous, accounts: accounts.clone() }).await?;
    let risk = kept::get(db, scope, &AtRisk { today: head.today, accounts }).await?;
    let lists = spend.result.iter().flatten().flat_map(|it| it.whales.iter().chain(&it.newcomers));
    let lists = lists.chain(risk.result.iter().flatten().flat_map(|it: &Risk| &it.fans));
    let mut listed: Vec<_> = lists.map(|row| (row.account, row.fan.clone())).collect();
    listed.sort();
    listed.dedup();
    let mut tx = db.begin(scope).await?;
    let known = store::list_known(&mut tx, &listed).await?.into_iter().map(known).collect();
    // Fans are listed one by one: docs/decisions/0015-recorded-views.md.
    audit::record_view(&mut tx, Event::new("analytics.fans_viewed")).await?;
    tx.commit().await?;
    Ok(Shown { head, spend, risk, known })
}

fn known(row: KnownRow) -> ((AccountId, String), Known) {
    let known = Known {
        name: row.name.unwrap_or_else(|| row.fan.clone()),
        account: row.account_name,
        status: row.subscription.as_deref().map(FanStatus::parse),
        renews_at: row.renews_at,
        auto_renews: row.auto_renews,
    };
    ((row.account, row.fan), known)
}
