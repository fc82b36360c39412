//! What the address bar asks a page of analytics for: days, days to compare with, and accounts.

use super::USUAL;
use crate::analytics::{Against, Question, Selection};
use crate::auth::Visitor;
use crate::period::{Choice, Period};
use crate::ui::Address;
use chrono::NaiveDate;

/// The names by which an address holds days and accounts, which hold on every page of analytics.
pub const SHARED: [&str; 10] =
    ["period", "from", "to", "against", "against_from", "against_to", "account", "creator", "tag", "chatter"];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The whole address.
    pub address: Address,
    /// Which days.
    pub choice: Choice,
    /// Which days they are compared with.
    pub against: Against,
    /// Of which accounts.
    pub selection: Selection,
    /// What accounts offered for selection have in their name.
    pub words: Option<String>,
    /// Why something else is shown than was asked for.
    pub mistake: Option<&'static str>,
}

impl Asked {
    /// Reads the address of the visitor's request; what makes no sense falls back to the last 30 days and the days before.
    #[must_use]
    pub fn of(visitor: &Visitor) -> Self {
        Self::parse(Address::parse(&visitor.path).filled())
    }

    fn parse(address: Address) -> Self {
        let choice = match address.value("period") {
            Some(name) => Choice::parse(name, address.value("from"), address.value("to")),
            None => Some(USUAL),
        };
        let against = Against::parse(&address);
        let mistake = match (choice, against) {
            (None, _) => Some(
                "These days cannot be shown: a period needs a first and a last day, the last not before the first, and at most \
                 three years. Here are the last 30 days.",
            ),
            (_, None) => Some("Those days cannot be compared with. Here are the days before."),
            _ => None,
        };
        let words = address.value("find").map(str::trim).filter(|words| !words.is_empty()).map(str::to_owned);
        Self {
            choice: choice.unwrap_or(USUAL),
            against: against.unwrap_or_default(),
            selection: Selection::parse(&address),
            words,
            mistake,
            address,
        }
    }

    /// What the services are asked.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            choice: self.choice,
            against: self.against,
            selection: self.selection.clone(),
            words: self.words.clone(),
        }
    }

    /// The days, and those they are compared with, when today is `today`.
    #[must_use]
    pub fn periods(&self, today: NaiveDate) -> (Period, Period) {
        (self.choice.period(today), self.against.period(self.choice, today))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_said_and_something_else_is_shown() {
        let asked = |query: &str| Asked::parse(Address::parse(&format!("/analytics?{query}")));
        assert_eq!((asked("").choice, asked("").mistake), (USUAL, None));
        assert_eq!(asked("period=7d&against=year").against, Against::YearBefore);
        assert!(asked("period=never").mistake.is_some());
        assert!(asked("against=days&against_from=x").mistake.is_some());
    }
}
