//! What a monthly report says.

use crate::ids::ReportId;
use crate::money::Currency;
use crate::period::Period;
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// A calendar month, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct MonthOf(NaiveDate);

impl MonthOf {
    /// The month that `day` is in.
    #[must_use]
    pub fn containing(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        self.0
    }

    /// So many months earlier.
    #[must_use]
    pub fn back(self, months: u32) -> Self {
        Self(self.0.checked_sub_months(Months::new(months)).unwrap_or(self.0))
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.checked_add_months(Months::new(1)).unwrap_or(self.0))
    }

    /// Its days.
    #[must_use]
    pub fn period(self) -> Period {
        Period { start: self.0, end: self.next().0 }
    }
}

/// `November 2026`
#[must_use]
pub fn month_name(month: MonthOf) -> String {
    month.0.format("%B %Y").to_string()
}

/// Reads `2026-11`.
#[must_use]
pub fn parse_month(text: &str) -> Option<MonthOf> {
    let day: NaiveDate = format!("{}-01", text.trim()).parse().ok()?;
    (2000..2200).contains(&day.year()).then_some(MonthOf(day))
}

/// `2026-11`, as addresses, forms and file names have it.
impl std::fmt::Display for MonthOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

/// A figure of the month, of the month before and of the same month a year before; `None` is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Three {
    /// Of the month.
    pub now: i64,
    /// Of the month before.
    pub month_before: Option<i64>,
    /// Of the same month a year before.
    pub year_before: Option<i64>,
}

/// One day's net by source, in the order of [`OfCurrency::sources`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfDay {
    /// Which.
    pub day: NaiveDate,
    /// Net of each source.
    pub net: Vec<i64>,
}

/// What was earned in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfCurrency {
    /// Which.
    pub currency: Currency,
    /// What is left after the platforms' fees.
    pub net: Three,
    /// What fans paid.
    pub gross: Three,
    /// What was given back, below zero.
    pub refunds: Three,
    /// How many payments there were.
    pub payments: Three,
    /// How many fans paid, each once per account.
    pub paying_fans: Three,
    /// Net by source, most first.
    pub sources: Vec<(String, i64)>,
    /// Every day of the month.
    pub days: Vec<OfDay>,
    /// Every account that earned in it, or whose own it is, most net first.
    pub accounts: Vec<AccountLine>,
}

/// What one account earned in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountLine {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: String,
    /// What is left.
    pub net: i64,
    /// What fans paid.
    pub gross: i64,
    /// What was given back, below zero.
    pub refunds: i64,
    /// How many payments.
    pub payments: i64,
    /// Net of the month before.
    pub net_before: i64,
}

/// Everything that a report says, but when it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Whose.
    pub agency: String,
    /// The zone that moments are told in; its name is part of the fingerprint, too.
    #[serde(skip)]
    pub zone: Tz,
    /// Of which month.
    pub month: MonthOf,
    /// Whether the month is not over yet.
    pub is_partial: bool,
    /// Per currency, the agency's own first.
    pub earned: Vec<OfCurrency>,
    /// Subscribers who joined.
    pub joined: Three,
    /// Subscribers who left.
    pub lost: Three,
    /// How many accounts there are.
    pub account_count: i64,
    /// How many of them are still being read for the first time.
    pub still_reading: i64,
}

/// A report that was made, or is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub id: ReportId,
    /// About which month.
    pub month: MonthOf,
    /// Whether it can be downloaded.
    pub is_ready: bool,
    /// A fingerprint of its figures.
    pub version: Option<String>,
    /// As of when its figures are.
    pub figures_at: Option<DateTime<Utc>>,
    /// How many accounts it tells of.
    pub accounts: i64,
    /// How many pages it has.
    pub pages: i64,
    /// How large it is.
    pub bytes: i64,
    /// Who made it; nobody when the schedule did.
    pub made_by: Option<String>,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// When word of the report of the month before is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Whether it is at all.
    pub is_on: bool,
    /// The day of the month, 1 to 28.
    pub day: u32,
    /// The hour of that day in the agency's zone.
    pub hour: u32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { is_on: false, day: 1, hour: 8 }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn a_month_reads_back_what_it_says() {
        let month = parse_month("2026-03").unwrap();
        assert_eq!((month.to_string().as_str(), month_name(month).as_str()), ("2026-03", "March 2026"));
        assert_eq!(
            (month.back(1).to_string(), month.back(12).to_string()),
            ("2026-02".into(), "2025-03".into())
        );
        assert_eq!(month.period().days(), 31);
        for bad in ["", "2026", "2026-13", "1026-01", "2026-03-01"] {
            assert_eq!(parse_month(bad), None, "{bad}");
        }
    }
}
