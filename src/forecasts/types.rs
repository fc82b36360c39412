//! What is kept of forecasts, and what a page is told of one.

use super::made::{Band, Made, Sum};
use super::models::Model;
use crate::accounts::Account;
use crate::ids::AccountId;
use crate::money::Currency;
use crate::period::Period;
use chrono::NaiveDate;

/// Of whom something is forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The agency: all of its accounts together.
    Agency,
    /// One account.
    Account(AccountId),
}

impl Subject {
    /// The account, if it is one.
    #[must_use]
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Agency => None,
            Self::Account(id) => Some(id),
        }
    }
}

/// The newest forecast of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of which currency.
    pub currency: Currency,
    /// The day that it was made on.
    pub made_on: NaiveDate,
    /// How many days were known then, from the first earning on.
    pub known_days: usize,
    /// The forecast; none where too few days were known.
    pub made: Option<Made>,
}

/// What was forecast for 30 days that are over, and what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// The 30 days.
    pub period: Period,
    /// What was expected.
    pub band: Band,
    /// By which rule.
    pub model: Model,
    /// What came.
    pub came: i64,
}

/// What an account will bring in the next 30 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Which account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// The 30 days.
    pub sum: Sum,
}

/// One currency's forecast with its past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The newest forecast.
    pub kept: Kept,
    /// The last 90 days before it began.
    pub history: Vec<(NaiveDate, i64)>,
    /// The newest forecast of 30 days that are over.
    pub past: Option<Past>,
    /// Of the agency: the accounts of which most is expected.
    pub accounts: Vec<Expected>,
}

/// Everything that a page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Of which account, when not of the agency.
    pub account: Option<Account>,
    /// Whether it is disconnected, so that nothing new is heard of it.
    pub disconnected: bool,
    /// Per currency, the most earned first; empty while the first one is being made, or where nothing was ever earned.
    pub told: Vec<Told>,
    /// Whether one is being made now.
    pub pending: bool,
    /// Today, which is not over.
    pub today: NaiveDate,
}
