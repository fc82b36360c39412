//! What tiers there are, and the rule by which a month gives one: docs/decisions/0023-creator-tiers.md.

use crate::ids::CreatorId;
use crate::money::{Currency, Money};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// A creator is a newcomer for so many days.
const NEW: Days = Days::new(30);
/// Of so many creators one is a legend.
const LEGENDS_OF: usize = 1000;

/// What a creator is, by what her last full month brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Her first 30 days are not over.
    Newcomer,
    /// Up to 1,000.
    Emerging,
    /// From 1,000.
    Rising,
    /// From 5,000.
    Established,
    /// From 25,000.
    Star,
    /// From 100,000.
    Superstar,
    /// A superstar among the first of every thousand creators.
    Legend,
}

impl Tier {
    /// All of them, the lowest first.
    pub const ALL: [Self; 7] = [
        Self::Newcomer,
        Self::Emerging,
        Self::Rising,
        Self::Established,
        Self::Star,
        Self::Superstar,
        Self::Legend,
    ];

    /// Where each begins that is reached by an amount: minor units, of whatever currency.
    pub(super) const FROM: [(Self, i64); 5] = [
        (Self::Emerging, i64::MIN),
        (Self::Rising, 100_000),
        (Self::Established, 500_000),
        (Self::Star, 2_500_000),
        (Self::Superstar, 10_000_000),
    ];

    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Newcomer => "newcomer",
            Self::Emerging => "emerging",
            Self::Rising => "rising",
            Self::Established => "established",
            Self::Star => "star",
            Self::Superstar => "superstar",
            Self::Legend => "legend",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Newcomer => "Newcomer",
            Self::Emerging => "Emerging",
            Self::Rising => "Rising",
            Self::Established => "Established",
            Self::Star => "Star",
            Self::Superstar => "Superstar",
            Self::Legend => "Legend",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text)
    }

    fn of_net(net: i64) -> Self {
        Self::FROM.into_iter().rev().find(|(_, from)| net >= *from).map_or(Self::Emerging, |(tier, _)| tier)
    }
}

/// The next tier that an amount reaches, and how much is missing; none from superstar on.
#[must_use]
pub fn next(net: Money) -> Option<(Tier, Money)> {
    let (tier, from) = Tier::FROM.into_iter().find(|(_, from)| *from > net.minor)?;
    Some((tier, Money::new(from.saturating_sub(net.minor), net.currency)))
}

/// What a creator did in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worked {
    /// Who.
    pub creator: CreatorId,
    /// Since when: her first earning, or when she was added if she has none.
    pub since: NaiveDate,
    /// The most that she earned in one currency.
    pub net: Money,
}

/// The tiers of all creators of an agency for the month that ends before `end`. Only creators of one currency are compared, and
/// a legend is a superstar first: where fewer than a thousand creators earn in a currency, it has none.
#[must_use]
pub fn rate(end: NaiveDate, creators: &[Worked]) -> BTreeMap<CreatorId, Tier> {
    let mut by_currency: BTreeMap<Currency, Vec<&Worked>> = BTreeMap::new();
    for worked in creators {
        by_currency.entry(worked.net.currency).or_default().push(worked);
    }
    let mut tiers: BTreeMap<_, _> =
        creators.iter().map(|worked| (worked.creator, tier(end, worked))).collect();
    for mut group in by_currency.into_values() {
        group.sort_by_key(|worked| (std::cmp::Reverse(worked.net.minor), worked.creator));
        for worked in &group[..group.len() / LEGENDS_OF] {
            tiers.entry(worked.creator).and_modify(|tier| {
                if *tier == Tier::Superstar {
                    *tier = Tier::Legend;
                }
            });
        }
    }
    tiers
}

fn tier(end: NaiveDate, worked: &Worked) -> Tier {
    if worked.since + NEW > end { Tier::Newcomer } else { Tier::of_net(worked.net.minor) }
}

/// One month of a creator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rated {
    /// Its first day.
    pub month: NaiveDate,
    /// What she was.
    pub tier: Tier,
    /// What she earned, in the currency in which she earned most.
    pub net: Money,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn worked(number: u128, since: &str, minor: i64, currency: &str) -> Worked {
        let creator = CreatorId(uuid::Uuid::from_u128(number));
        Worked { creator, since: day(since), net: Money::new(minor, currency.parse().unwrap()) }
    }

    fn tiers(creators: &[Worked]) -> Vec<Tier> {
        let rated = rate(day("2026-11-01"), creators);
        creators.iter().map(|it| rated[&it.creator]).collect()
    }

    #[test]
    fn a_month_gives_a_tier_by_its_net() {
        let amounts = [-5, 0, 99_999, 100_000, 499_999, 500_000, 2_499_999, 2_500_000, 9_999_999, 10_000_000];
        let creators: Vec<_> =
            (1..).zip(amounts).map(|(n, net)| worked(n, "2025-01-01", net, "USD")).collect();
        use Tier::{Emerging, Established, Rising, Star, Superstar};
        assert_eq!(
            tiers(&creators),
            [Emerging, Emerging, Emerging, Rising, Rising, Established, Established, Star, Star, Superstar]
        );
    }

    #[test]
    fn the_first_thirty_days_make_a_newcomer_whatever_they_bring() {
        let creators = [worked(1, "2026-10-02", 1_000_000, "USD"), worked(2, "2026-10-03", 1_000_000, "USD")];
        assert_eq!(tiers(&creators), [Tier::Established, Tier::Newcomer]);
    }

    #[test]
    fn one_of_every_thousand_creators_of_a_currency_is_a_legend_if_a_superstar() {
        let many = |count: u128, net: i64, currency: &str, first: u128| {
            (first..first + count).map(|n| worked(n, "2025-01-01", net, currency)).collect::<Vec<_>>()
        };
        let legends = |creators: &[Worked]| {
            rate(day("2026-11-01"), creators).into_values().filter(|tier| *tier == Tier::Legend).count()
        };
        assert_eq!(legends(&many(999, 20_000_000, "USD", 0)), 0);
        assert_eq!(legends(&many(1000, 20_000_000, "USD", 0)), 1);
        assert_eq!(legends(&many(2500, 20_000_000, "USD", 0)), 2);
        assert_eq!(legends(&many(2500, 9_000_000, "USD", 0)), 0);
        let mixed = [many(600, 20_000_000, "USD", 0), many(600, 20_000_000, "EUR", 10_000)].concat();
        assert_eq!(legends(&mixed), 0, "currencies are never compared");
    }

    #[test]
    fn the_next_tier_says_what_is_missing() {
        let usd = |minor| Money::new(minor, Currency::USD);
        assert_eq!(next(usd(458_800)), Some((Tier::Established, usd(41_200))));
        assert_eq!(next(usd(-100)), Some((Tier::Rising, usd(100_100))));
        assert_eq!(next(usd(10_000_000)), None);
    }

    #[test]
    fn a_tier_reads_back_what_it_is_stored_as() {
        assert!(Tier::ALL.into_iter().all(|tier| Tier::parse(tier.as_str()) == Some(tier)));
        assert_eq!(Tier::parse("queen"), None);
    }
}
