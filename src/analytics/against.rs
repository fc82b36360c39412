//! What a period is compared with: the one before, the same days a year before, or any other days.

use crate::period::{Choice, Period};
use crate::ui::Address;
use chrono::{Days, Months, NaiveDate};

/// What the person picked; the address bar holds it as `against=…` (and `against_from=…&against_to=…` for other days).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// The period before ([`Choice::previous`]).
    #[default]
    Previous,
    /// The same days, a year before.
    YearBefore,
    /// Any other days.
    Days(Period),
}

impl Against {
    /// The names by which an address holds it.
    pub const NAMES: [&str; 3] = ["against", "against_from", "against_to"];

    /// Reads an address; what cannot be read is `None`.
    #[must_use]
    pub fn parse(address: &Address) -> Option<Self> {
        match address.value("against").unwrap_or_default() {
            "" | "previous" => Some(Self::Previous),
            "year" => Some(Self::YearBefore),
            "days" => {
                let (from, to) = (address.value("against_from"), address.value("against_to"));
                match Choice::parse("custom", from, to)? {
                    Choice::Custom(period) => Some(Self::Days(period)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The same as the pairs of an address.
    #[must_use]
    pub fn pairs(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Previous => Vec::new(),
            Self::YearBefore => vec![("against", "year".to_owned())],
            Self::Days(period) => vec![
                ("against", "days".to_owned()),
                ("against_from", period.start.to_string()),
                ("against_to", period.last_day().to_string()),
            ],
        }
    }

    /// The days meant, beside those of `choice` when today is `today`.
    #[must_use]
    pub fn period(self, choice: Choice, today: NaiveDate) -> Period {
        match self {
            Self::Previous => choice.previous(today),
            Self::YearBefore => {
                let period = choice.period(today);
                // Of the last day, not of the end: a 29th of February has the 28th a year before.
                let (start, last) = (period.start - Months::new(12), period.last_day() - Months::new(12));
                Period { start, end: last + Days::new(1) }
            }
            Self::Days(period) => period,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn parse(query: &str) -> Option<Against> {
        Against::parse(&Address::parse(&format!("/analytics?{query}")))
    }

    #[test]
    fn an_address_reads_back_what_it_says() {
        let days = Against::Days(Period { start: day("2026-01-01"), end: day("2026-02-01") });
        for against in [Against::Previous, Against::YearBefore, days] {
            let query = against.pairs().into_iter().map(|(name, value)| format!("{name}={value}&"));
            assert_eq!(parse(&query.collect::<String>()), Some(against));
        }
        assert_eq!(parse("against=days&against_from=2026-02-01&against_to=2026-01-01"), None);
        assert_eq!(parse("against=never"), None);
    }

    #[test]
    fn a_year_before_are_the_same_days() {
        let period = Against::YearBefore.period(Choice::ThisMonth, day("2026-11-21"));
        assert_eq!((period.start, period.end), (day("2025-11-01"), day("2025-11-22")));
        let leap = Choice::Custom(Period { start: day("2024-02-29"), end: day("2024-03-01") });
        assert_eq!(Against::YearBefore.period(leap, day("2026-11-21")).days(), 1);
        let whole = Choice::Custom(Period { start: day("2028-02-01"), end: day("2028-02-29") });
        let period = Against::YearBefore.period(whole, day("2028-11-21"));
        assert_eq!((period.start, period.end), (day("2027-02-01"), day("2027-03-01")));
    }
}
