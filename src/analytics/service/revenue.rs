//! What the whole agency, or some of its accounts, earned.

use crate::analytics::policy::ViewDashboard;
use crate::analytics::revenue::{Pair, Revenue, incomes};
use crate::analytics::selection::{Selection, choose, offers};
use crate::analytics::store::revenue as store;
use crate::analytics::types::{Edition, History};
use crate::auth::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::period::Period;
use crate::platform::EarningSource;
use std::collections::BTreeMap;

/// The revenue of `periods` (shown, and compared with) of the accounts of `selection`; `words` are in the names of accounts
/// offered besides.
///
/// # Errors
/// When the database does not answer.
pub async fn revenue(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    edition: Edition,
    (period, against): (Period, Period),
    selection: Selection,
    words: Option<&str>,
) -> Result<Revenue> {
    let mut tx = db.begin(scope).await?;
    let chosen = choose(&mut tx, selection).await?;
    let offers = offers(&mut tx, words).await?;
    let accounts = chosen.accounts.as_deref();
    let (first_earning, earnings_complete_from) = store::lookup_reach(&mut tx, accounts).await?;
    let history = History { first_earning, earnings_complete_from, ..History::default() };
    let mut by_source: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in store::list_sources(&mut tx, accounts, period, against).await? {
        let Ok(currency) = row.currency.parse() else { continue };
        let pair = Pair {
            net: row.net,
            gross: row.gross,
            payments: row.payments,
            net_before: row.net_before,
            gross_before: row.gross_before,
            payments_before: row.payments_before,
        };
        by_source.entry(currency).or_default().push((EarningSource::parse(&row.source), pair));
    }
    let incomes = incomes(by_source, edition.currency, history.compares_earnings(against));
    Ok(Revenue { today: edition.today, period, against, history, chosen, offers, incomes })
}
