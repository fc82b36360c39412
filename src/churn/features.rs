//! What is known of a subscriber on a day, from payments before it; and whether they stayed after it.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// How many numbers describe a fan.
pub const COUNT: usize = 6;
/// Who paid for a subscription within so many days subscribes.
pub const CYCLE: i64 = 31;
/// Who does not pay again within so many days has left: a cycle, and three days for a card that fails at first.
pub const WAIT: i64 = 34;
/// Payments count for so many days.
pub const MEMORY: Days = Days::new(365);
/// A purchase is remembered as lately for so many days.
const LATELY: u32 = 90;

/// One payment of a fan: money that came in, not a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// When.
    pub day: NaiveDate,
    /// Whether it was for a subscription, new or renewed.
    pub subscription: bool,
    /// What it left after the platform's fee.
    pub net: i64,
}

/// What is known of a subscriber on a day, in terms that people understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Payments for the subscription within a year.
    pub charges: u32,
    /// Days since the last of them.
    pub since_charge: u32,
    /// Days since anything else was bought, if lately.
    pub since_purchase: Option<u32>,
    /// Other purchases of the last 30 days.
    pub purchases_30: u32,
    /// Other purchases of the last 90 days.
    pub purchases_90: u32,
    /// What those of 90 days came to, in subscriptions' worth, in hundredths.
    pub worth: u32,
}

impl Known {
    /// What `payments` before `on`, in order of days, say; none when they are of nobody who subscribes then.
    #[must_use]
    pub fn of(payments: &[Payment], on: NaiveDate) -> Option<Self> {
        let before = payments.iter().filter(|payment| payment.day < on && payment.day >= on - MEMORY);
        let age = |payment: &Payment| (on - payment.day).num_days();
        let mut known = Self {
            charges: 0,
            since_charge: 0,
            since_purchase: None,
            purchases_30: 0,
            purchases_90: 0,
            worth: 0,
        };
        let (mut price, mut spent, mut last_charge) = (1, 0_i64, i64::MAX);
        for payment in before {
            let days = age(payment);
            if payment.subscription {
                known.charges += 1;
                (price, last_charge) = (payment.net.max(1), days);
            } else if days <= i64::from(LATELY) {
                known.purchases_90 += 1;
                known.purchases_30 += u32::from(days <= 30);
                known.since_purchase = u32::try_from(days).ok();
                spent = spent.saturating_add(payment.net);
            }
        }
        known.since_charge = u32::try_from(last_charge).ok().filter(|_| last_charge <= CYCLE)?;
        known.worth = u32::try_from(spent.saturating_mul(100) / price).unwrap_or(u32::MAX).min(100_000);
        Some(known)
    }

    /// The same as numbers: counts by their logarithm, since the second renewal tells more than the tenth.
    #[must_use]
    pub fn numbers(&self) -> [f64; COUNT] {
        let log = |count: u32| f64::from(count).ln_1p();
        [
            log(self.charges),
            f64::from(u8::from(self.charges == 1)),
            f64::from(self.since_charge) / 30.0,
            log(self.since_purchase.unwrap_or(LATELY)),
            log(self.purchases_30) + log(self.purchases_90),
            log(self.worth),
        ]
    }
}

/// Whether a subscriber of `on` did not pay for the subscription again.
#[must_use]
pub fn left(payments: &[Payment], on: NaiveDate) -> bool {
    let until = on + Days::new(WAIT.unsigned_abs());
    !payments.iter().any(|payment| payment.subscription && payment.day >= on && payment.day < until)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn paid(on: &str, subscription: bool, net: i64) -> Payment {
        Payment { day: day(on), subscription, net }
    }

    #[test]
    fn only_what_came_before_a_day_is_known_on_it() {
        let payments = [
            paid("2026-08-10", true, 800),
            paid("2026-08-20", false, 400),
            paid("2026-09-09", true, 800),
            paid("2026-10-02", false, 9_000),
            paid("2026-10-09", true, 800),
        ];
        let known = Known::of(&payments, day("2026-10-01")).unwrap();
        let expected = Known {
            charges: 2,
            since_charge: 22,
            since_purchase: Some(42),
            purchases_30: 0,
            purchases_90: 1,
            worth: 50,
        };
        assert_eq!(known, expected);
        assert!(!left(&payments, day("2026-10-01")));
        assert!(left(&payments, day("2026-11-01")));
    }

    #[test]
    fn who_has_not_paid_for_a_cycle_does_not_subscribe() {
        let payments = [paid("2026-08-10", true, 800), paid("2026-09-30", false, 900)];
        assert_eq!(Known::of(&payments, day("2026-10-01")), None);
        assert_eq!(Known::of(&[], day("2026-10-01")), None);
    }
}
