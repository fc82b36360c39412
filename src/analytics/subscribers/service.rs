//! Reading what the page of subscribers shows.

use super::types::{CohortRow, Cohorts, DueDay, Flow, FlowDay, Renewals};
use crate::analytics::kept::{self, Kept};
use crate::analytics::people::{self, Head};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::selection::Selection;
use crate::auth::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::period::Period;

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which days and accounts.
    pub head: Head,
    /// Joined and lost on the days of both periods.
    pub flow: Kept<Vec<FlowDay>>,
    /// What came up for renewal on the days of both periods, as far as it is decided.
    pub renewals: Kept<Vec<DueDay>>,
    /// What became of the fans of each month.
    pub cohorts: Kept<Vec<CohortRow>>,
}

/// Subscribers of `selection` in the days of `periods`, beside the second of them.
///
/// # Errors
/// When the database does not answer.
pub async fn subscribers(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    periods: (Period, Period),
    selection: Selection,
    words: Option<&str>,
) -> Result<Shown> {
    let head = people::head(db, scope, periods, selection, words).await?;
    let ((period, previous), accounts) = (periods, head.chosen.accounts.clone());
    let flow = Flow { period, previous, accounts: accounts.clone() };
    let decided = Renewals::decided_until(head.today);
    let start = period.start.min(previous.start);
    let end = period.end.max(previous.end).min(decided).max(start);
    let renewals = Renewals { start, end, accounts: accounts.clone() };
    Ok(Shown {
        flow: kept::get(db, scope, &flow).await?,
        renewals: kept::get(db, scope, &renewals).await?,
        cohorts: kept::get(db, scope, &Cohorts::up_to(head.today, accounts)).await?,
        head,
    })
}
