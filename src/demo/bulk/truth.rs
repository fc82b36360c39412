//! The truth of a made-up world: what forecasts and churn models try to find out from its rows, in plain numbers.

use super::dice::Dice;
use super::names;
use super::plan::{Plan, Window};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

/// Days of a subscription that is paid for once.
pub const TERM: TimeDelta = TimeDelta::days(30);
/// What is left of a fan's wish to buy extras in the last term before leaving: the sign by which leaving can be foreseen.
pub const FADING: f64 = 0.4;
/// How likely a fan who left comes back, and after how many days on average.
pub const RETURNS: (f64, f64) = (0.12, 45.0);
/// How many payments are taken back.
pub const REFUNDED: f64 = 0.012;

/// New subscribers a day of an average account; so that 24 months bring about a thousand fans and ten thousand earnings.
const JOINS: f64 = 1.5;
const DAYS_PER_MONTH: f64 = 30.44;

/// How one account really behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountTruth {
    /// The creator's name.
    pub name: String,
    /// The account's name on the platform.
    pub handle: String,
    /// In which it earns.
    pub currency: &'static str,
    /// What a subscription costs per term, in minor units.
    pub price: i64,
    /// How many hours the clock of most of its fans is ahead of UTC.
    pub zone_hours: i64,
    /// The first day on which anybody subscribed; before the window for accounts that have been there for long.
    pub began: NaiveDate,
    /// Expected new subscribers on an average day in the middle of the window.
    pub joins_per_day: f64,
    /// By which factor new subscribers grow from month to month.
    pub monthly_growth: f64,
    /// By weekday from Monday: new subscribers and extras against the average.
    pub weekly: [f64; 7],
    /// How far the best day of the year lies above the average.
    pub yearly_swing: f64,
    /// Which day of the year that is.
    pub yearly_peak: u32,
    /// By which factor its fans leave more readily than others.
    pub churn: f64,
    /// Priced messages that a subscriber gets in a term.
    pub messages_per_term: f64,
    middle: NaiveDate,
}

impl AccountTruth {
    /// The truth of the account with this number, from 0.
    #[must_use]
    pub fn of(plan: &Plan, window: &Window, number: u32) -> Self {
        let mut dice = Dice::new(plan.seed, "account", number);
        let name = names::creator(&mut dice);
        let handle = format!("{}.{}", name.to_lowercase().replace(' ', "."), number + 1);
        let length = window.until.date_naive() - window.from;
        // Three of four have been there for long, the others began within the first two thirds.
        let began = if dice.chance(0.75) {
            window.from - TimeDelta::days(180)
        } else {
            window.from + dice.within(length * 2 / 3)
        };
        Self {
            name,
            handle,
            currency: *dice.weighted(&CURRENCIES),
            price: *dice.pick(&[799, 999, 999, 1299, 1499, 1499, 1999, 2499]),
            zone_hours: *dice.weighted(&[(-8, 2), (-6, 2), (-5, 4), (0, 2), (1, 4), (2, 1), (9, 1)]),
            began,
            joins_per_day: JOINS * (dice.lognormal(1.0, 0.9) / 1.5).min(6.0),
            monthly_growth: dice.between(0.98, 1.035),
            weekly: weekly(&mut dice),
            yearly_swing: dice.between(0.05, 0.3),
            yearly_peak: 320 + dice.below(80),
            churn: dice.lognormal(1.0, 0.15),
            messages_per_term: dice.between(0.4, 1.5),
            middle: window.from + length / 2,
        }
    }

    /// What time does to new subscribers: 1 in the middle of the window.
    #[must_use]
    pub fn trend(&self, day: NaiveDate) -> f64 {
        self.monthly_growth.powf(days_from(self.middle, day) / DAYS_PER_MONTH)
    }

    /// What week and year do to new subscribers and to extras: 1 on average.
    #[must_use]
    pub fn season(&self, day: NaiveDate) -> f64 {
        let weekday = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
        let turn = (f64::from(day.ordinal()) - f64::from(self.yearly_peak)) / 365.25;
        self.weekly[weekday] * (1.0 + self.yearly_swing * (std::f64::consts::TAU * turn).cos())
    }

    /// The most that [`Self::season`] can be.
    #[must_use]
    pub fn high_season(&self) -> f64 {
        self.weekly.iter().copied().fold(0.0, f64::max) * (1.0 + self.yearly_swing)
    }

    /// Expected new subscribers on `day`.
    #[must_use]
    pub fn joins(&self, day: NaiveDate) -> f64 {
        if day < self.began { 0.0 } else { self.joins_per_day * self.trend(day) * self.season(day) }
    }

    /// A moment of `day` at an hour at which people are awake.
    pub(super) fn moment(&self, dice: &mut Dice, day: NaiveDate) -> DateTime<Utc> {
        let hour = *dice.weighted(&HOURS);
        let begins = day.and_time(chrono::NaiveTime::MIN).and_utc();
        begins + TimeDelta::hours((hour - self.zone_hours).rem_euclid(24)) + dice.within(TimeDelta::hours(1))
    }
}

const CURRENCIES: [(&str, u32); 3] = [("USD", 84), ("EUR", 11), ("GBP", 5)];

/// The hours of a fan's day: evenings are busy, nights are not.
const HOURS: [(i64, u32); 24] = [
    (0, 9),
    (1, 6),
    (2, 4),
    (3, 2),
    (4, 1),
    (5, 1),
    (6, 2),
    (7, 4),
    (8, 5),
    (9, 6),
    (10, 6),
    (11, 7),
    (12, 9),
    (13, 8),
    (14, 7),
    (15, 7),
    (16, 8),
    (17, 9),
    (18, 11),
    (19, 14),
    (20, 17),
    (21, 19),
    (22, 18),
    (23, 13),
];

/// Fridays to Sundays are the best days, each account in its own way; 1 on average.
fn weekly(dice: &mut Dice) -> [f64; 7] {
    let raw = [0.86, 0.84, 0.9, 0.95, 1.1, 1.2, 1.15].map(|usual| usual * dice.between(0.93, 1.07));
    let mean = raw.iter().sum::<f64>() / 7.0;
    raw.map(|day| day / mean)
}

fn days_from(start: NaiveDate, end: NaiveDate) -> f64 {
    f64::from(i32::try_from((end - start).num_days()).unwrap_or(0))
}

/// What sort of buyer a fan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Subscribes, looks, and mostly leaves.
    Casual,
    /// Stays, and buys now and then.
    Regular,
    /// Few of them bring most of the money.
    Whale,
}

/// How one fan really behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FanTruth {
    /// What sort of buyer.
    pub kind: Kind,
    /// How likely the fan leaves at the end of each term.
    pub hazard: f64,
    /// Extras that the fan buys in a term, before season and fading.
    pub extras_per_term: f64,
    /// How likely the fan pays for a message of the lowest price.
    pub unlocks: f64,
    /// By which factor the fan's tips are larger than usual, in per cent.
    pub generosity: i64,
}

impl FanTruth {
    pub(super) fn of(account: &AccountTruth, dice: &mut Dice) -> Self {
        let kind = *dice.weighted(&[(Kind::Casual, 80), (Kind::Regular, 17), (Kind::Whale, 3)]);
        let (hazard, extras, unlocks) = match kind {
            Kind::Casual => (0.36, 0.5, 0.22),
            Kind::Regular => (0.17, 2.4, 0.45),
            Kind::Whale => (0.08, 9.0, 0.75),
        };
        let generosity = match kind {
            Kind::Casual => *dice.weighted(&[(50, 2), (100, 5), (150, 1)]),
            Kind::Regular => *dice.weighted(&[(100, 5), (150, 3), (200, 1)]),
            Kind::Whale => *dice.weighted(&[(200, 6), (300, 4), (500, 2), (1000, 1)]),
        };
        Self {
            kind,
            hazard: (hazard * account.churn * dice.lognormal(1.0, 0.35)).clamp(0.01, 0.95),
            extras_per_term: extras * dice.lognormal(0.95, 0.4),
            unlocks,
            generosity,
        }
    }
}
