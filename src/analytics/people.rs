//! What the pages of subscribers, paid messages and fans have in common: which days and accounts they are of.

use super::policy::ViewDashboard;
use super::selection::{self, Chosen, Offers, Selection};
use super::store;
use crate::auth::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::period::Period;
use chrono::NaiveDate;

/// Which days and accounts a page is of.
#[derive(Clone, Debug)]
pub struct Head {
    /// The day now, in UTC.
    pub today: NaiveDate,
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// The accounts found.
    pub chosen: Chosen,
    /// What else could be chosen.
    pub offers: Offers,
    /// How many of the accounts are still being read for the first time: then nothing is compared.
    pub reading: i64,
}

/// Finds the accounts of `selection`, and whether their past is known.
pub(super) async fn head(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    (period, previous): (Period, Period),
    selection: Selection,
    words: Option<&str>,
) -> Result<Head> {
    let mut tx = db.begin(scope).await?;
    let mut chosen = selection::choose(&mut tx, selection).await?;
    // The same accounts are the same count, however they were chosen.
    chosen.accounts.iter_mut().for_each(|accounts| accounts.sort());
    let offers = selection::offers(&mut tx, words).await?;
    let reading = store::people::count_reading(&mut tx, chosen.accounts.as_ref()).await?;
    Ok(Head { today: tx.now().date_naive(), period, previous, chosen, offers, reading })
}
