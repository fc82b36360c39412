//! What a creator is for those who look at her.

use crate::accounts::{Belongs, Listed};
use crate::ids::{AccountId, CreatorId, UserId};
use crate::tiers::{Rated, Tier};
use crate::ui::Compared;
use chrono::{DateTime, Utc};

/// A creator's place in a list: her name in lower case, and her id.
pub type Key = (String, CreatorId);

/// Which creators a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of a name.
    pub words: Option<String>,
    /// Those who were archived, instead of those who were not.
    pub archived: bool,
}

/// One of a creator's accounts, in her row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnPlatform {
    /// Which.
    pub id: AccountId,
    /// Where it is: `@miahart on Fanvue`.
    pub place: String,
}

/// One creator in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedCreator {
    /// Who.
    pub who: Belongs,
    /// Her accounts.
    pub accounts: Vec<OnPlatform>,
    /// Net of the last 30 days against the 30 before, per currency.
    pub net: Vec<Compared>,
    /// What she was in the last full month.
    pub tier: Option<Tier>,
    /// Her place in the list.
    pub key: Key,
}

/// One creator with her accounts and figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Creator {
    /// Who.
    pub who: Belongs,
    /// Since when she is here.
    pub created_at: DateTime<Utc>,
    /// When she was archived, if she is.
    pub archived_at: Option<DateTime<Utc>>,
    /// The member that she is, if she signs in here.
    pub member: Option<UserId>,
    /// Her accounts, by name; at most a page of them.
    pub accounts: Vec<Listed>,
    /// How many accounts she has.
    pub account_count: i64,
    /// Net of the last 30 days against the 30 before, per currency.
    pub net: Vec<Compared>,
    /// Subscribers of her accounts that have a count.
    pub subscribers: Option<i64>,
    /// What she was month by month, the newest first.
    pub tiers: Vec<Rated>,
}
