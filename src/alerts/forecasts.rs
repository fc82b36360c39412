//! Earnings below forecast: what was said of thirty days, held against what they brought.

use super::service::{end_all_but, raise};
use super::types::{Evidence, Kind};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::money::Currency;
use crate::period::Period;

/// The newest forecast of days that are over, of one account or the agency, and what came. Minor units of net.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Of which account, when not of the agency.
    pub account: Option<AccountId>,
    /// In which currency.
    pub currency: Currency,
    /// The days.
    pub period: Period,
    /// The lower end of what was expected.
    pub low: i64,
    /// The middle.
    pub mid: i64,
    /// The upper end.
    pub high: i64,
    /// What came.
    pub came: i64,
}

/// What came must be so far above the lower end before an alert ends, as a part of the middle: the days of two nights are nearly the
/// same, and it would be raised and ended in turns.
const CLEAR: i64 = 50;

/// Raises an alert for everything that came out below its interval, and ends those of what does clearly no more. `all` is
/// everything of the agency that was judged.
///
/// # Errors
/// When the database refuses.
pub async fn heed(tx: &mut AgencyTx, all: &[Judged]) -> Result<()> {
    let mut causes = Vec::new();
    for it in all.iter().filter(|it| it.came < it.low.saturating_add(it.mid.saturating_abs() / CLEAR)) {
        let of = it.account.map_or_else(|| "agency".to_owned(), |id| id.to_string());
        let cause = format!("{of} {}", it.currency);
        if it.came < it.low {
            let evidence = Evidence::EarningsBelow {
                currency: it.currency,
                start: it.period.start,
                end: it.period.end,
                net: it.came,
                low: it.low,
                high: it.high,
            };
            raise(tx, &cause, it.account, &evidence).await?;
        }
        causes.push(cause);
    }
    end_all_but(tx, Kind::EarningsBelow, &causes).await?;
    Ok(())
}
