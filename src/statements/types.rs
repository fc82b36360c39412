//! What an import is, and what somebody said about the columns of its file.

use crate::ids::{AccountId, StatementImportId};
use crate::money::Currency;
use crate::platform::EarningSource;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Declares a choice that travels as a word: in forms, addresses and the stored mapping.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal, $words:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// As people read it.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }

            /// The inverse of [`Self::name`].
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.name() == name)
            }
        }
    };
}

choice! {
    /// What stands between the cells of a line.
    Separator {
        /// `,`
        Comma = "comma", "Comma";
        /// `;`
        Semicolon = "semicolon", "Semicolon";
        /// A tab.
        Tab = "tab", "Tab";
    }
}

impl Separator {
    /// The sign itself.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }
}

choice! {
    /// In which order a date is written. It is asked, never guessed: 3/4 is a different day to different people.
    Dates {
        /// `31/12/2026`
        DayFirst = "day_first", "Day, month, year: 31/12/2026";
        /// `12/31/2026`
        MonthFirst = "month_first", "Month, day, year: 12/31/2026";
        /// `2026-12-31`
        YearFirst = "year_first", "Year, month, day: 2026-12-31";
    }
}

choice! {
    /// Whose clock the times are of, where they do not say it themselves.
    Clock {
        /// UTC.
        Utc = "utc", "UTC";
        /// The agency's.
        Agency = "agency", "The agency's time zone";
    }
}

choice! {
    /// The sign before the cents.
    Decimal {
        /// `1,234.56`
        Point = "point", "A point: 1,234.56";
        /// `1.234,56`
        Comma = "comma", "A comma: 1.234,56";
    }
}

/// Whether a row may count as `text`: a source that we know, or the rest.
#[must_use]
pub(super) fn is_source(text: &str) -> bool {
    text == "other" || EarningSource::KNOWN.iter().any(|known| known.as_str() == text)
}

/// A column by the name that it has in the file (or that we gave it), so that it is found again in the next file.
pub type Column = String;

/// How net is known beside gross.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// A column says what is left.
    Net(Column),
    /// A column says what the platform keeps.
    Fee(Column),
    /// Nothing is kept: net is gross.
    Nothing,
}

/// How the currency of a row is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Currencies {
    /// A column says it.
    Column(Column),
    /// All rows are in the account's.
    Own,
}

/// Which column is what, and how what stands in it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Between the cells.
    pub separator: Separator,
    /// Whether the first line names the columns.
    pub has_names: bool,
    /// The time, or its date.
    pub time: Column,
    /// The time of day, where it has a column of its own.
    pub time_of_day: Option<Column>,
    /// How dates are written.
    pub dates: Dates,
    /// Whose clock times are of.
    pub clock: Clock,
    /// How amounts are written.
    pub decimal: Decimal,
    /// What the fan paid.
    pub gross: Column,
    /// What is left of it.
    pub rest: Rest,
    /// In what currency.
    pub currency: Currencies,
    /// What was paid for, in the platform's words.
    pub kind: Option<Column>,
    /// What those words mean here: sources as they are stored.
    pub kinds: BTreeMap<String, String>,
    /// The source of rows without such a word.
    pub source: String,
    /// Who paid.
    pub fan: Option<Column>,
    /// The platform's id of the transaction.
    pub transaction: Option<Column>,
    /// Whether lines without a time (totals) are left out; otherwise they are a problem.
    #[serde(default)]
    pub skips_untimed: bool,
}

impl Mapping {
    /// Every column that it names, by the form's field.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Column)> {
        let rest = match &self.rest {
            Rest::Net(name) | Rest::Fee(name) => Some(name),
            Rest::Nothing => None,
        };
        let currency = match &self.currency {
            Currencies::Column(name) => Some(name),
            Currencies::Own => None,
        };
        let all = [
            ("time", Some(&self.time)),
            ("time_of_day", self.time_of_day.as_ref()),
            ("gross", Some(&self.gross)),
            ("rest_column", rest),
            ("currency", currency),
            ("kind", self.kind.as_ref()),
            ("fan", self.fan.as_ref()),
            ("transaction", self.transaction.as_ref()),
        ];
        all.into_iter().filter_map(|(field, name)| Some((field, name?)))
    }

    /// Every column that it names.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.fields().map(|(_, name)| name)
    }
}

choice! {
    /// Where an import stands.
    State {
        /// The file is on its way.
        Receiving = "receiving", "Not complete";
        /// The file is here and is looked at.
        Open = "open", "Not recorded yet";
        /// Its rows are being recorded.
        Recording = "recording", "Being recorded";
        /// They are.
        Recorded = "recorded", "Recorded";
        /// It is being taken back.
        Undoing = "undoing", "Being undone";
        /// It was.
        Undone = "undone", "Undone";
    }
}

/// An account that statements are recorded into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// The platform, as somebody typed it.
    pub platform: String,
    /// What it earns in.
    pub currency: Currency,
}

/// One import.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Which.
    pub id: StatementImportId,
    /// Where it stands.
    pub state: State,
    /// What the file was called.
    pub file_name: String,
    /// How large it is.
    pub bytes: i64,
    /// The account its rows go to, once there is one.
    pub account: Option<AccountId>,
    /// What that account is, or will be, called.
    pub account_name: String,
    /// The platform.
    pub platform: String,
    /// The account's currency.
    pub currency: Currency,
    /// Which column is what.
    pub mapping: Option<Mapping>,
    /// Rows recorded.
    pub added: i64,
    /// Rows left out because they were here already.
    pub duplicates: i64,
    /// The first and the last UTC day of its rows.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Why it could not be recorded the last time.
    pub problem: Option<String>,
    /// How many rows are done, and of how many, while it is recorded or undone.
    pub progress: Option<(i64, i64)>,
}

/// One import in the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The import itself.
    pub import: Import,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// Who chose the file.
    pub made_by: String,
    /// Who had it recorded, and when.
    pub recorded: Option<(String, DateTime<Utc>)>,
    /// Who had it undone, and when.
    pub undone: Option<(String, DateTime<Utc>)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_by_its_word_and_is_stored_by_it() {
        for state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(*state));
        }
        for dates in Dates::ALL {
            assert_eq!(serde_json::to_value(dates).ok(), Some(dates.name().into()));
        }
        assert_eq!(Separator::parse("pipe"), None);
    }

    #[test]
    fn a_source_is_one_that_is_offered() {
        assert!(is_source("tip") && is_source("other"));
        assert!(!is_source("") && !is_source("Tip") && !is_source(&"x".repeat(10_000)));
    }
}
