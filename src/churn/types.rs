//! What is kept of fans who may leave, and what a page is told.

use super::features::Known;
use super::learned::{Judged, Why};
use crate::ids::AccountId;
use crate::keyset::Page;
use chrono::NaiveDate;

/// A fan's place in the list: the risk, highest first, the account, and the platform's id of the fan.
pub type Key = (i16, AccountId, String);

/// The risk of whom it is known that they leave, in tenths of a percent.
pub const CERTAIN: i16 = 1000;

/// How likely one fan is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The platform's id.
    pub fan: String,
    /// In tenths of a percent.
    pub risk: i16,
    /// When the subscription ends, if its renewal is off.
    pub ends_on: Option<NaiveDate>,
    /// What is known of them.
    pub known: Known,
    /// What weighs most.
    pub why: Vec<Why>,
}

/// One fan in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Of which account.
    pub account: AccountId,
    /// Its name.
    pub account_name: String,
    /// The name known best of the fan.
    pub name: String,
    /// The risk.
    pub risk: Risk,
}

impl Listed {
    /// Its place in the list.
    #[must_use]
    pub fn key(&self) -> Key {
        (self.risk.risk, self.account, self.risk.fan.clone())
    }
}

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// How chances did on a held-back month; none where there is too little to learn from.
    pub judged: Option<Judged>,
    /// Whether that is being found out now.
    pub pending: bool,
    /// How many subscribers were looked at, and of how many the renewal is off.
    pub counts: (i64, i64),
    /// Those at highest risk.
    pub fans: Page<Listed>,
    /// The account chosen, if one is.
    pub account: Option<AccountId>,
    /// The accounts to choose from.
    pub accounts: Vec<(AccountId, String)>,
}
