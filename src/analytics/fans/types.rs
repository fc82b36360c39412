//! What fans spend, and the rules by which it is told.
//!
//! - A **paying fan** made a payment above zero in the period; a fan of two accounts counts for each, one who pays in two currencies for
//!   each of them. What a fan brought is net: after the platform's fee, refunds of theirs in the period taken off.
//! - **Concentration**: of the paying fans of a currency, most net first, the first hundredth (twentieth, tenth) of them, rounded up to
//!   whole fans, and the share of the net of all that is theirs.
//! - **Whales** are those who brought most in the period.
//! - A **new spender**'s first payment above zero to the account, ever, lies in the period.
//! - **At risk** by recency and frequency: of fans who paid on at least [`RISK_DAYS`] different days of the last year, the usual gap is the
//!   time from the first to the last of these days over their number less one. At risk is who has not paid for more than
//!   twice the usual gap, and for at least [`RISK_SILENCE`] days; who has not for more than [`RISK_GONE`] days is gone already.
//!   It tells who to write to, not how likely it is: that is what the forecast of churn does.

use crate::analytics::share::Share;
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::Period;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// So many different days show a habit.
pub const RISK_DAYS: i32 = 4;
/// So many days of silence mean nothing yet.
pub const RISK_SILENCE: i32 = 14;
/// After so many days of silence a fan is gone.
pub const RISK_GONE: i32 = 120;

/// Asks what the fans who paid in `period` brought, beside `previous`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// Of which accounts; `None` is all.
    pub accounts: Option<Vec<AccountId>>,
}

/// What came of it in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spenders {
    /// The currency.
    pub currency: String,
    /// Who paid, and what they brought.
    pub now: Group,
    /// The same of the period before.
    pub before: Group,
    /// Who paid for the first time ever.
    pub new: Group,
    /// The same of the period before.
    pub new_before: Group,
    /// By what a fan brought: the numbers of [`BANDS`], lowest first; those without fans are missing.
    pub bands: Vec<BandRow>,
    /// The first hundredth, twentieth and tenth of fans.
    pub top: Vec<TopRow>,
    /// Who brought most.
    pub whales: Vec<FanRow>,
    /// Who of the new ones brought most.
    pub newcomers: Vec<FanRow>,
}

/// Some fans, and what they brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// How many.
    pub fans: i64,
    /// In minor units.
    pub net: i64,
}

/// Fans who each brought about as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandRow {
    /// Which of [`BANDS`].
    pub band: i64,
    /// How many.
    pub fans: i64,
    /// What they brought.
    pub net: i64,
}

/// Where bands of spending begin, in whole units; below the first is nothing, or less after refunds.
pub const BANDS: [i64; 6] = [0, 10, 50, 100, 500, 1_000];

/// The fans who brought most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopRow {
    /// So many of a hundred.
    pub percent: i64,
    /// How many that is.
    pub fans: i64,
    /// What they brought.
    pub net: i64,
}

/// One fan of a list; names are never kept, they are looked up when the list is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FanRow {
    /// Of which account.
    pub account: AccountId,
    /// The platform's id.
    pub fan: String,
    /// What they brought in the period; of those at risk, in the last year.
    pub net: i64,
    /// In how many payments; of those at risk, on how many days.
    pub payments: i64,
    /// The day of the last payment.
    pub last: NaiveDate,
    /// Of those at risk: how many days lie between payments usually, in tenths.
    pub gap_tenths: Option<i64>,
}

impl Spenders {
    /// Its currency; the platform's rows are checked when they come in, so only a mistake of ours leaves it out.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency.parse().ok()
    }

    /// `$10.00 to $49.99`.
    #[must_use]
    pub fn band_words(band: i64, currency: Currency) -> String {
        let whole = 10_i64.pow(currency.exponent());
        let money = |units: i64| Money::new(units * whole, currency);
        let at = usize::try_from(band).unwrap_or(0);
        match (at.checked_sub(1).and_then(|at| BANDS.get(at)), BANDS.get(at)) {
            (None, _) => "Nothing left after refunds".to_owned(),
            (Some(0), Some(below)) => format!("Under {}", money(*below)),
            (Some(from), Some(below)) => {
                format!("{} to {}", money(*from), Money::new(below * whole - 1, currency))
            }
            (Some(from), None) => format!("{} and more", money(*from)),
        }
    }

    /// The share of all net that `top` brought.
    #[must_use]
    pub fn share(&self, top: &TopRow) -> Share {
        Share::new(top.net, self.now.net)
    }
}

/// Asks who is at risk on `today`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtRisk {
    /// The day from which silence is counted.
    pub today: NaiveDate,
    /// Of which accounts; `None` is all.
    pub accounts: Option<Vec<AccountId>>,
}

/// Who is at risk, in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The currency.
    pub currency: String,
    /// All of them, and what they brought in the last year.
    pub all: Group,
    /// Those who brought most.
    pub fans: Vec<FanRow>,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn bands_are_told_in_the_currencys_own_units() {
        let words = |band| Spenders::band_words(band, Currency::USD);
        assert_eq!(words(0), "Nothing left after refunds");
        assert_eq!(words(1), "Under $10.00");
        assert_eq!(words(2), "$10.00 to $49.99");
        assert_eq!(words(6), "$1,000.00 and more");
        assert_eq!(
            Spenders::band_words(2, "JPY".parse().unwrap()).replace('\u{a0}', " "),
            "JPY 10 to JPY 49"
        );
    }
}
