//! Months, goals, and the rule of pace.

use crate::ids::{AccountId, GoalId};
use crate::money::Money;
use crate::period::Period;
use chrono::{Datelike, Months, NaiveDate};

/// A calendar month of UTC days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(NaiveDate);

impl Month {
    /// The month in which `day` lies.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Reads `2026-11`; years that no figure is from are none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day: NaiveDate = format!("{text}-01").parse().ok()?;
        (2000..2200).contains(&day.year()).then_some(Self(day))
    }

    /// The form in addresses: `2026-11`.
    #[must_use]
    pub fn name(self) -> String {
        self.0.format("%Y-%m").to_string()
    }

    /// The first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        self.0
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + Months::new(1))
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0 - Months::new(1))
    }

    /// Its days.
    #[must_use]
    pub fn period(self) -> Period {
        Period { start: self.0, end: self.next().0 }
    }
}

/// `November 2026`
impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%B %Y"))
    }
}

/// A goal as it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Which.
    pub id: GoalId,
    /// Net of the month.
    pub amount: Money,
}

/// Whose goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The agency's.
    Agency,
    /// An account's, by its name.
    Account(AccountId, String),
}

/// How many weeks before a month tell what its weekdays weigh.
pub const WEEKS: i64 = 8;

/// What the days of a month weigh against each other, by weekday from Monday on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights([i64; 7]);

impl Weights {
    /// A straight line: every day is as good as the other.
    pub const EVEN: Self = Self([1; 7]);

    /// As the agency's weekdays earned in the eight weeks before the month; a straight line where there is less history, or a
    /// weekday that earned nothing.
    #[must_use]
    pub fn of(net_by_weekday: Option<[i64; 7]>) -> Self {
        net_by_weekday.filter(|net| net.iter().all(|net| *net > 0)).map_or(Self::EVEN, Self)
    }

    /// Whether days differ.
    #[must_use]
    pub fn is_even(&self) -> bool {
        *self == Self::EVEN
    }

    fn of_days(&self, days: Period) -> i128 {
        let weight = |day: NaiveDate| {
            let index = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
            i128::from(self.0.get(index).copied().unwrap_or(1))
        };
        days.iter().map(weight).sum()
    }
}

/// How a goal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is.
    pub goal: Money,
    /// What was earned of it so far, today included.
    pub earned: Money,
    /// Whether that is on the way.
    pub pace: Pace,
    /// What the month ends with if it goes on like this; nothing before a day is over.
    pub projected: Option<Money>,
}

/// Whether what was earned is what the month so far should have brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// No day of the month is over.
    NotYet,
    /// So many percent more than the days that are over should have brought (less where negative; within 2 it is as good as on
    /// the way).
    Off(i64),
    /// The goal is reached.
    Reached,
    /// The month is over, and this is missing.
    Missed(Money),
}

impl Pace {
    /// As people read it.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::NotYet => "Not begun".to_owned(),
            Self::Off(percent) if percent > 2 => format!("{percent} % ahead of pace"),
            Self::Off(percent) if percent < -2 => format!("{} % behind pace", -percent),
            Self::Off(_) => "On pace".to_owned(),
            Self::Reached => "Reached".to_owned(),
            Self::Missed(by) => format!("Missed by {by}"),
        }
    }

    /// Whether it is good news, where it is either.
    #[must_use]
    pub fn is_good(self) -> Option<bool> {
        match self {
            Self::NotYet => None,
            Self::Off(percent) => Some(percent >= -2),
            Self::Reached => Some(true),
            Self::Missed(_) => Some(false),
        }
    }
}

/// What was earned of a goal's month, in its currency: net minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earned {
    /// So far.
    pub all: i64,
    /// Of that, today: a day that is not over says nothing about pace.
    pub today: i64,
}

impl Standing {
    /// How `goal` of `month` stands on `today`: what the days that are over brought, against their share of the goal by weight.
    #[must_use]
    pub fn of(goal: Money, earned: Earned, month: Month, today: NaiveDate, weights: &Weights) -> Self {
        let money = |minor: i64| Money::new(minor, goal.currency);
        let Period { start, end } = month.period();
        let (all, shown) = (earned.all, money(earned.all));
        let standing = |pace, projected| Self { goal, earned: shown, pace, projected };
        if today >= end {
            let missing = goal.minor.saturating_sub(all);
            return standing(
                if missing > 0 { Pace::Missed(money(missing)) } else { Pace::Reached },
                Some(shown),
            );
        }
        let over = weights.of_days(Period { start, end: today.max(start) });
        if over == 0 {
            return standing(if all >= goal.minor { Pace::Reached } else { Pace::NotYet }, None);
        }
        let whole = weights.of_days(month.period());
        let before = i128::from(all) - i128::from(earned.today);
        let projected = saturated(before * whole / over).max(all);
        // What was earned, over goal * over / whole, in percent more than that; rounded to the nearest.
        let (is, should) = (before * whole, i128::from(goal.minor) * over);
        let percent = rounded((is - should) * 100, should);
        let pace = if all >= goal.minor { Pace::Reached } else { Pace::Off(percent) };
        standing(pace, Some(money(projected)))
    }

    /// How much of the goal is there, in percent; never more than people can do something with.
    #[must_use]
    pub fn percent(&self) -> i64 {
        rounded(i128::from(self.earned.minor) * 100, i128::from(self.goal.minor)).clamp(0, 9_999)
    }
}

/// `part / of`, to the nearest whole.
fn rounded(part: i128, of: i128) -> i64 {
    if of <= 0 {
        return 0;
    }
    saturated((part * 2 + of).div_euclid(of * 2))
}

/// What is beyond the amounts that there are becomes the last of them.
fn saturated(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::money::Currency;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn standing(goal: i64, all: i64, today_part: i64, today: &str) -> Standing {
        let today = day(today);
        Standing::of(usd(goal), Earned { all, today: today_part }, Month::of(today), today, &Weights::EVEN)
    }

    #[test]
    fn a_month_knows_its_days_and_neighbours() {
        for (name, days) in [("2026-02", 28), ("2028-02", 29), ("2026-04", 30), ("2026-12", 31)] {
            assert_eq!(Month::parse(name).unwrap().period().days(), days, "{name}");
        }
        let january = Month::parse("2026-01").unwrap();
        assert_eq!(
            (january.previous().name(), january.next().to_string()),
            ("2025-12".to_owned(), "February 2026".to_owned())
        );
        assert_eq!(Month::of(day("2026-03-31")).next().name(), "2026-04");
        for nonsense in ["", "2026", "2026-13", "2026-1-1", "1999-12", "9999-01", "november"] {
            assert_eq!(Month::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn on_a_straight_line_pace_is_by_days_in_months_of_any_length() {
        for (today, days, over) in
            [("2026-02-15", 28, 14), ("2028-02-15", 29, 14), ("2026-04-16", 30, 15), ("2026-12-31", 31, 30)]
        {
            let goal = days * 1_000;
            let exact = standing(goal, over * 1_000, 0, today);
            assert_eq!((exact.pace, exact.projected), (Pace::Off(0), Some(usd(goal))), "{today}");
            let half = standing(goal, over * 500, 0, today);
            assert_eq!((half.pace, half.projected), (Pace::Off(-50), Some(usd(goal / 2))), "{today}");
        }
    }

    #[test]
    fn today_counts_as_earned_and_not_for_the_pace() {
        let it = standing(30_000, 10_500, 500, "2026-04-11");
        assert_eq!((it.earned, it.pace, it.projected), (usd(10_500), Pace::Off(0), Some(usd(30_000))));
        let late = standing(60_000, 33_000, 20_000, "2026-04-30");
        assert_eq!(late.projected, Some(usd(33_000)), "at least what is there already");
    }

    #[test]
    fn the_first_day_says_nothing_yet_and_a_month_to_come_neither() {
        let first = standing(30_000, 700, 700, "2026-04-01");
        assert_eq!((first.pace, first.projected), (Pace::NotYet, None));
        let next = Month::parse("2026-05").unwrap();
        let ahead = Standing::of(usd(1), Earned::default(), next, day("2026-04-20"), &Weights::EVEN);
        assert_eq!((ahead.pace, ahead.projected), (Pace::NotYet, None));
        assert_eq!(standing(500, 700, 700, "2026-04-01").pace, Pace::Reached);
    }

    #[test]
    fn a_month_that_is_over_was_reached_or_missed() {
        let month = Month::parse("2026-02").unwrap();
        let of = |all| {
            Standing::of(usd(1_000), Earned { all, today: 0 }, month, day("2026-03-01"), &Weights::EVEN)
        };
        assert_eq!((of(1_000).pace, of(999).pace), (Pace::Reached, Pace::Missed(usd(1))));
        assert_eq!((of(999).pace.words(), of(1_500).percent()), ("Missed by $0.01".to_owned(), 150));
    }

    #[test]
    fn weekdays_weigh_as_they_earned() {
        // Saturdays and Sundays bring as much as the other days together.
        let weights = Weights::of(Some([20, 20, 20, 20, 20, 50, 50]));
        let month = Month::parse("2026-02").unwrap();
        let at = |today: &str, all: i64| {
            Standing::of(usd(80_000), Earned { all, today: 0 }, month, day(today), &weights).pace
        };
        // February 2026 is four such weeks, of 20,000 each, and begins with a Sunday: a quarter of a week.
        assert_eq!(at("2026-02-02", 5_000), Pace::Off(0));
        assert_eq!(at("2026-02-08", 20_000), Pace::Off(0));
        assert_eq!(at("2026-02-08", 10_000), Pace::Off(-50));
    }

    #[test]
    fn with_too_little_history_or_a_dead_weekday_the_line_is_straight() {
        assert!(Weights::of(None).is_even());
        assert!(Weights::of(Some([1, 2, 3, 4, 5, 6, 0])).is_even());
        assert!(Weights::of(Some([1, 2, 3, 4, 5, 6, -7])).is_even());
        assert!(!Weights::of(Some([1, 2, 3, 4, 5, 6, 7])).is_even());
    }

    #[test]
    fn refunds_may_outweigh_what_was_earned() {
        let it = standing(30_000, -1_000, 0, "2026-04-16");
        assert_eq!((it.percent(), it.projected), (0, Some(usd(-1_000))));
        assert_eq!(it.pace, Pace::Off(-107));
    }

    #[test]
    fn the_words_say_which_way() {
        let words = |percent| Pace::Off(percent).words();
        assert_eq!((words(2), words(-2)), ("On pace".to_owned(), "On pace".to_owned()));
        assert_eq!((words(12), words(-12)), ("12 % ahead of pace".to_owned(), "12 % behind pace".to_owned()));
    }

    #[test]
    fn the_greatest_amounts_do_not_overflow() {
        let it = standing(i64::MAX, i64::MAX, 0, "2026-04-02");
        assert_eq!((it.pace, it.projected), (Pace::Reached, Some(usd(i64::MAX))));
        assert_eq!(standing(1, i64::MIN, 0, "2026-04-16").percent(), 0);
    }
}
