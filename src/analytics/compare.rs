//! What the page of comparing accounts shows.

use super::revenue::Sums;
use super::{Chosen, Offers};
use crate::ids::AccountId;
use crate::money::Currency;
use crate::period::Period;
use crate::ui::{Compared, Series, Step};
use chrono::NaiveDate;

/// So many accounts stand side by side.
pub const MOST: usize = 6;

/// Accounts side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The day now, in UTC.
    pub today: NaiveDate,
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub against: Period,
    /// Of which accounts.
    pub chosen: Chosen,
    /// Which others can be chosen.
    pub offers: Offers,
    /// Those that stand here, most net first.
    pub sides: Vec<Side>,
    /// The currencies of their earnings, the agency's own first.
    pub currencies: Vec<Currency>,
    /// Net over time of those who earned in one currency.
    pub chart: Option<Chart>,
}

/// One account among the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// What it earned, per currency, the agency's own first.
    pub sums: Vec<(Currency, Sums)>,
    /// Subscribers who joined.
    pub joined: Compared,
    /// Subscribers who left.
    pub lost: Compared,
}

/// Lines over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Of which currency.
    pub currency: Currency,
    /// How long the steps are.
    pub step: Step,
    /// The steps.
    pub days: Vec<Period>,
    /// A line for each account.
    pub lines: Vec<Series>,
}
