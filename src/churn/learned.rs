//! Learning who leaves from past months, and judging that on months that were held back.

use super::calibration::{Bin, Calibration, bins, brier, tenths};
use super::features::{COUNT, Known};
use super::logistic::Logistic;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Months that are needed: two to learn from, one to calibrate by, one to judge by.
pub const MONTHS: usize = 4;
/// So many fans must have subscribed in the month that judges, and in the one that calibrates.
pub const FANS: usize = 100;
/// So many must have left, and so many stayed, in the months learned from.
const EACH: usize = 30;

/// A subscriber on the first of a month, and whether they left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Example {
    /// What was known.
    pub known: Known,
    /// What came.
    pub left: bool,
}

/// What was learned, and how well it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    model: Logistic,
    calibration: Calibration,
    /// How it did on a month that it knew nothing of.
    pub judged: Judged,
}

/// How chances did on a held-back month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The month's first day.
    pub month: NaiveDate,
    /// From how many subscribers of earlier months it was learned.
    pub learned_from: usize,
    /// How many subscribers it was judged by.
    pub fans: usize,
    /// How many of them left.
    pub left: usize,
    /// Shown against came.
    pub bins: Vec<Bin>,
    /// The Brier score of what was shown, in thousandths.
    pub brier: u32,
    /// That of giving everybody the share that left in the month before.
    pub brier_base: u32,
}

/// Learns from `months` (the first day of each, and its subscribers): the last one judges, the one before it calibrates. None
/// where there is too little.
#[must_use]
pub fn learn(months: &BTreeMap<NaiveDate, Vec<Example>>) -> Option<Learned> {
    if months.len() < MONTHS {
        return None;
    }
    let mut newest = months.iter().rev();
    let ((month, judges), (_, calibrates)) = (newest.next()?, newest.next()?);
    let examples: Vec<([f64; COUNT], bool)> =
        newest.flat_map(|(_, all)| all.iter().map(|it| (it.known.numbers(), it.left))).collect();
    let leavers = examples.iter().filter(|it| it.1).count();
    let enough = leavers >= EACH && examples.len() - leavers >= EACH;
    if !enough || judges.len() < FANS || calibrates.len() < FANS {
        return None;
    }
    let model = Logistic::fit(&examples);
    let said: Vec<_> = calibrates.iter().map(|it| (model.chance(&it.known.numbers()), it.left)).collect();
    let calibration = Calibration::fit(&said);
    let shown: Vec<_> =
        judges.iter().map(|it| (calibration.apply(model.chance(&it.known.numbers())), it.left)).collect();
    let base = calibrates.iter().filter(|it| it.left).count() as f64 / calibrates.len() as f64;
    let judged = Judged {
        month: *month,
        learned_from: examples.len(),
        fans: judges.len(),
        left: judges.iter().filter(|it| it.left).count(),
        bins: bins(&shown),
        brier: tenths(brier(shown.iter().copied())),
        brier_base: tenths(brier(judges.iter().map(|it| (base, it.left)))),
    };
    Some(Learned { model, calibration, judged })
}

/// Why somebody is thought likely to leave: the numbers' names, what weighs most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// How often they renewed, or that they never did.
    Renewals,
    /// How soon the next charge is.
    Due,
    /// For how long they bought nothing else.
    Quiet,
    /// How little they buy.
    Little,
}

/// Which reason each number stands for, in the order of [`Known::numbers`].
const REASONS: [Why; COUNT] = [Why::Renewals, Why::Renewals, Why::Due, Why::Quiet, Why::Little, Why::Little];

impl Learned {
    /// The chance in tenths of a percent that a fan of whom this is known does not renew.
    #[must_use]
    pub fn risk(&self, known: &Known) -> u32 {
        tenths(self.calibration.apply(self.model.chance(&known.numbers())))
    }

    /// What raises a fan's risk above the average's most, at most two reasons.
    #[must_use]
    pub fn why(&self, known: &Known) -> Vec<Why> {
        let pushes = self.model.pushes(&known.numbers());
        let mut reasons: Vec<(Why, f64)> = Vec::new();
        for (why, push) in REASONS.into_iter().zip(pushes) {
            match reasons.iter_mut().find(|it| it.0 == why) {
                Some(reason) => reason.1 += push,
                None => reasons.push((why, push)),
            }
        }
        reasons.retain(|reason| reason.1 > 0.05);
        reasons.sort_by(|a, b| b.1.total_cmp(&a.1));
        reasons.into_iter().take(2).map(|reason| reason.0).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::super::features::{Payment, left};
    use super::*;
    use chrono::{Days, Months};

    /// Numbers that look random and are the same every time (splitmix64).
    struct Dice(u64);

    impl Dice {
        fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn day(&mut self, within: u64) -> Days {
            Days::new((self.unit() * within as f64) as u64)
        }
    }

    const FIRST: &str = "2025-06-01";

    /// A fan with a chance to renew of their own, who buys more the likelier they stay: their payments, and that chance.
    fn fan(dice: &mut Dice) -> (Vec<Payment>, f64) {
        let stays = 0.35 + 0.6 * dice.unit();
        let first: NaiveDate = FIRST.parse().unwrap();
        let mut day = first + dice.day(500);
        let mut payments = Vec::new();
        loop {
            payments.push(Payment { day, subscription: true, net: 800 });
            for _ in 0..3 {
                if dice.unit() < (stays - 0.35) * 0.8 {
                    payments.push(Payment { day: day + dice.day(30), subscription: false, net: 1500 });
                }
            }
            if day > first + Days::new(560) || dice.unit() > stays {
                break;
            }
            day = day + Days::new(30);
        }
        payments.sort_by_key(|payment| payment.day);
        (payments, stays)
    }

    /// Every fan with their hazard, and the examples of each month.
    type World = (Vec<(Vec<Payment>, f64)>, BTreeMap<NaiveDate, Vec<Example>>);

    fn world(seed: u64, fans: usize) -> World {
        let mut dice = Dice(seed);
        let fans: Vec<_> = (0..fans).map(|_| fan(&mut dice)).collect();
        let first: NaiveDate = FIRST.parse().unwrap();
        let months = (4..15).map(|month| first + Months::new(month)).map(|on| {
            let examples = fans.iter().filter_map(|(payments, _)| {
                Some(Example { known: Known::of(payments, on)?, left: left(payments, on) })
            });
            (on, examples.collect())
        });
        let months = months.collect();
        (fans, months)
    }

    #[test]
    fn of_fans_shown_at_a_risk_about_that_share_leaves() {
        let (mut weighed, mut all) = (0.0, 0.0);
        for seed in 1..=5 {
            let (_, months) = world(seed, 6_000);
            let judged = learn(&months).unwrap().judged;
            assert!(judged.brier < judged.brier_base, "seed {seed}: {judged:?}");
            for bin in judged.bins.iter().filter(|bin| bin.fans >= 60) {
                let came = f64::from(bin.left) / f64::from(bin.fans);
                let off = (came - f64::from(bin.shown) / 1000.0).abs();
                assert!(off < 0.13, "seed {seed}: {bin:?}");
                weighed += off * f64::from(bin.fans);
                all += f64::from(bin.fans);
            }
        }
        assert!(weighed / all < 0.05, "on average off by {}", weighed / all);
    }

    #[test]
    fn who_is_truly_likelier_to_leave_is_shown_so() {
        let (fans, months) = world(7, 6_000);
        let learned = learn(&months).unwrap();
        let on = learned.judged.month;
        let mut ranked: Vec<_> = fans
            .iter()
            .filter_map(|(payments, stays)| Some((learned.risk(&Known::of(payments, on)?), *stays)))
            .collect();
        ranked.sort_by_key(|it| it.0);
        let mean = |part: &[(u32, f64)]| part.iter().map(|it| it.1).sum::<f64>() / part.len() as f64;
        let third = ranked.len() / 3;
        let (safe, risky) = (mean(&ranked[..third]), mean(&ranked[ranked.len() - third..]));
        assert!(safe > risky + 0.1, "{safe} {risky}");
    }

    #[test]
    fn a_new_quiet_fan_is_told_why() {
        let (_, months) = world(3, 4_000);
        let learned = learn(&months).unwrap();
        let known = |charges, purchases| Known {
            charges,
            since_charge: 10,
            since_purchase: (purchases > 0).then_some(3),
            purchases_30: purchases,
            purchases_90: purchases,
            worth: purchases * 190,
        };
        assert!(learned.risk(&known(1, 0)) > learned.risk(&known(9, 6)));
        assert!(!learned.why(&known(1, 0)).is_empty());
        assert!(learned.why(&known(1, 0)).len() <= 2);
    }

    #[test]
    fn too_little_says_nothing() {
        let (_, months) = world(1, 6_000);
        let three: BTreeMap<_, _> =
            months.iter().rev().take(3).map(|(day, all)| (*day, all.clone())).collect();
        assert!(learn(&three).is_none());
        let (_, few) = world(1, 150);
        assert!(learn(&few).is_none());
        assert!(learn(&BTreeMap::new()).is_none());
    }

    #[test]
    fn the_same_past_teaches_the_same() {
        let (_, months) = world(2, 2_000);
        assert_eq!(learn(&months), learn(&months));
    }
}
