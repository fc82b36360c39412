//! Renewals that fall: looked for every night, account by account.

use super::service::{end_all_but, raise};
use super::store::{self, RenewalRow};
use super::types::{Evidence, Kind};
use crate::db::AgencyTx;
use crate::error::Result;
use chrono::Days;

/// Days that are compared with those before.
const RECENT: u64 = 30;
/// Days before.
const BEFORE: u64 = 90;
/// So many subscriptions must have come to an end or a renewal for their share to say anything.
const LEAST: f64 = 30.0;
const LEAST_BEFORE: f64 = 60.0;
/// A smaller fall is none.
const LEAST_FALL: f64 = 0.05;
/// A fall of fewer standard errors may be chance (of 50 accounts that do not change, about one seems to).
const STANDARD_ERRORS: f64 = 2.0;

/// Whether a smaller share was renewed than before: by at least 5 points, and by more than chance explains.
#[must_use]
fn falls(renewed: f64, due: f64, renewed_before: f64, due_before: f64) -> bool {
    if due < LEAST || due_before < LEAST_BEFORE {
        return false;
    }
    let fall = renewed_before / due_before - renewed / due;
    let both = (renewed + renewed_before) / (due + due_before);
    let standard_error = (both * (1.0 - both) * (1.0 / due + 1.0 / due_before)).sqrt();
    fall >= LEAST_FALL && fall > STANDARD_ERRORS * standard_error
}

/// The evidence of a fall.
fn evidence(row: &RenewalRow) -> Option<Evidence> {
    let (due, due_before) = (row.renewed + row.lost, row.renewed_before + row.lost_before);
    // Counts of subscriptions are far below what a fraction holds exactly.
    let number = |count: i64| u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
    let fell = falls(number(row.renewed), number(due), number(row.renewed_before), number(due_before));
    fell.then_some(Evidence::RenewalsFalling {
        renewed: row.renewed,
        due,
        renewed_before: row.renewed_before,
        due_before,
    })
}

/// Raises an alert for every account whose renewals fall, and ends those of accounts where they do no more. Of whole days.
///
/// # Errors
/// When the database refuses.
pub async fn watch(tx: &mut AgencyTx) -> Result<()> {
    let today = tx.now().date_naive();
    let middle = today - Days::new(RECENT);
    let rows = store::list_renewals(tx, middle - Days::new(BEFORE), middle, today).await?;
    let mut causes = Vec::new();
    for (account, evidence) in rows.iter().filter_map(|row| Some((row.account, evidence(row)?))) {
        let cause = account.to_string();
        raise(tx, &cause, Some(account), &evidence).await?;
        causes.push(cause);
    }
    end_all_but(tx, Kind::RenewalsFalling, &causes).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_needs_size_and_numbers() {
        assert!(falls(60.0, 100.0, 240.0, 300.0), "from 80 % to 60 %");
        assert!(!falls(60.0, 100.0, 180.0, 300.0), "the same share");
        assert!(!falls(80.0, 100.0, 180.0, 300.0), "a rise");
        assert!(!falls(12.0, 29.0, 240.0, 300.0), "too few of late");
        assert!(!falls(12.0, 30.0, 50.0, 59.0), "too few before");
        assert!(!falls(22.0, 30.0, 49.0, 60.0), "8 points, but of few: chance");
        assert!(!falls(7_600.0, 10_000.0, 24_000.0, 30_000.0), "4 points, however certain");
        assert!(falls(7_400.0, 10_000.0, 24_000.0, 30_000.0), "6 points of many");
    }

    #[test]
    fn nobody_renewed_and_everybody_did_are_no_trouble() {
        assert!(falls(0.0, 100.0, 300.0, 300.0));
        assert!(!falls(0.0, 100.0, 0.0, 300.0));
        assert!(!falls(100.0, 100.0, 300.0, 300.0));
    }
}
