//! Who paid in two periods, and who spent most: of the whole agency, so a count.

use super::kept::{self, Count, Kept, Span};
use super::policy::ViewDashboard;
use super::store::{self, FanRow};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::AccountId;
use crate::period::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The paying fans of `period` beside those of `previous`, and the `top` who spent most in the first, per currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodFans {
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// How many of those who spent most.
    pub top: i64,
}

impl Count for PeriodFans {
    const NAME: &'static str = "period_fans";
    type Result = Vec<FanRow>;

    fn span(&self) -> Span {
        Span::of_both(self.period, self.previous, None)
    }

    async fn count(&self, tx: &mut AgencyTx) -> Result<Vec<FanRow>> {
        store::list_fans(tx, self.period, self.previous, self.top).await
    }
}

/// The count, with the names of today: those are never kept.
pub(super) async fn get(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    asked: &PeriodFans,
) -> Result<Kept<Vec<FanRow>>> {
    let mut kept = kept::get(db, scope, asked).await?;
    let rows = kept.result.as_deref_mut().unwrap_or_default();
    let fans: Vec<_> = rows.iter().filter_map(|row| Some((row.account?, row.fan_id.clone()?))).collect();
    if fans.is_empty() {
        return Ok(kept);
    }
    let mut tx = db.begin(scope).await?;
    let names = store::list_names(&mut tx, &fans).await?;
    let names: BTreeMap<(AccountId, String), _> =
        names.into_iter().map(|row| ((row.account, row.fan_id), (row.account_name, row.fan_name))).collect();
    for row in rows {
        let Some(key) = row.account.zip(row.fan_id.clone()) else { continue };
        if let Some((account, fan)) = names.get(&key) {
            (row.account_name, row.fan_name) = (Some(account.clone()), fan.clone());
        }
    }
    Ok(kept)
}
