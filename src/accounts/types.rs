//! What an account is for those who look at it, and how a list of accounts is asked for.

use crate::ids::{AccountId, ConnectionId, CreatorId};
use crate::money::{Currency, Money};
use crate::platform::PlatformKind;
use crate::ui::Compared;
use chrono::{DateTime, Utc};

/// The states of health that a list can be filtered by, as [`crate::ui::health_words`] spells them.
pub const HEALTHS: [&str; 7] = [
    "connected",
    "syncing",
    "needs_reconnect",
    "rate_limited",
    "platform_down",
    "disconnected",
    "by_statement",
];

/// What a list of accounts is ordered by; ties stand by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// By net of the last 30 days in the account's own currency, most first.
    Net,
    /// By subscribers, most first; accounts without a count come last.
    Subscribers,
    /// What needs somebody first.
    Health,
}

impl Sort {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Name, Self::Net, Self::Subscribers, Self::Health];

    /// The value of `sort=` in the address bar.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Net => "net",
            Self::Subscribers => "subscribers",
            Self::Health => "health",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Net => "Net, highest first",
            Self::Subscribers => "Subscribers, most first",
            Self::Health => "Needs attention first",
        }
    }

    /// The inverse of [`Self::name`]; what is unknown is by name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or_default()
    }
}

/// Whose accounts are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    #[default]
    All,
    /// One creator's.
    Creator(CreatorId),
    /// Those that belong to no creator yet.
    Nobody,
}

impl Whose {
    /// Reads `creator=`: an id, `none`, or nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "none" => Self::Nobody,
            id => id.parse().map_or(Self::All, Self::Creator),
        }
    }
}

/// Which accounts a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of a name, handle or creator's name.
    pub words: Option<String>,
    /// One of [`HEALTHS`].
    pub health: Option<&'static str>,
    /// Of whom.
    pub whose: Whose,
    /// With this tag.
    pub tag: Option<String>,
    /// In which order.
    pub sort: Sort,
}

impl Filter {
    /// Whether anything is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.words.is_some() || self.health.is_some() || self.whose != Whose::All || self.tag.is_some()
    }
}

/// An account's place in a list: what it is ordered by, its name in lower case, its id.
pub type Key = (i64, String, AccountId);

/// Health of an account: that of its connection, or that its first sync is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// As [`crate::ui::health_words`] spells it.
    pub state: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The creator whom an account belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belongs {
    /// Who.
    pub id: CreatorId,
    /// Her name.
    pub name: String,
}

/// One account in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// Where.
    pub platform: PlatformKind,
    /// Whose, if it was assigned.
    pub creator: Option<Belongs>,
    /// Net of the last 30 days against the 30 before, per currency; the account's own first.
    pub net: Vec<Compared>,
    /// Net of today against yesterday, per currency in the same order.
    pub today: Vec<Compared>,
    /// Net per day of the last 30, in the account's own currency.
    pub days: Vec<i64>,
    /// As the platform counts them.
    pub subscribers: Option<i64>,
    /// How it is reached.
    pub health: Health,
    /// When a sync last ended.
    pub synced_at: Option<DateTime<Utc>>,
    /// The agency's words for it, by name: for those who manage accounts.
    pub tags: Vec<String>,
    /// Its place in the list.
    pub key: Key,
}

/// One account with what its pages say on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// Where.
    pub platform: PlatformKind,
    /// The currency that it earns in.
    pub currency: Currency,
    /// As the platform counts them.
    pub subscribers: Option<i64>,
    /// As the platform counts them.
    pub followers: Option<i64>,
    /// Whose, if it was assigned.
    pub creator: Option<Belongs>,
    /// How it is reached.
    pub health: Health,
    /// What happened to it, in a sentence.
    pub health_note: Option<String>,
    /// Through which grant.
    pub connection: Option<ConnectionId>,
    /// Who connected it last; nothing when the creator did by a link.
    pub connected_by: Option<String>,
    /// When it was first connected here.
    pub connected_at: DateTime<Utc>,
    /// When it was disconnected, if it is.
    pub disconnected_at: Option<DateTime<Utc>>,
    /// When a sync last ended.
    pub synced_at: Option<DateTime<Utc>>,
    /// Whether the first sync went all the way back.
    pub is_complete: bool,
    /// The agency's words for it, by name: for those who manage accounts.
    pub tags: Vec<String>,
}

impl Account {
    /// Where it is: `@miahart on Fanvue`
    #[must_use]
    pub fn address(&self) -> String {
        self.platform.place(&self.handle)
    }

    /// The page of it called `tab`, or its first for nothing.
    #[must_use]
    pub fn path(&self, tab: &str) -> String {
        if tab.is_empty() { format!("/accounts/{}", self.id) } else { format!("/accounts/{}/{tab}", self.id) }
    }

    /// An amount in its own currency.
    #[must_use]
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_says() {
        for sort in Sort::ALL {
            assert_eq!(Sort::parse(sort.name()), sort);
        }
        assert_eq!(Sort::parse("nonsense"), Sort::Name);
        let creator = CreatorId(uuid::Uuid::from_u128(7));
        assert_eq!(Whose::parse(&creator.to_string()), Whose::Creator(creator));
        assert_eq!(Whose::parse("none"), Whose::Nobody);
        assert_eq!(Whose::parse(""), Whose::All);
    }

    #[test]
    fn only_what_leaves_accounts_out_narrows_a_list() {
        assert!(!Filter { sort: Sort::Net, ..Filter::default() }.narrows());
        assert!(Filter { whose: Whose::Nobody, ..Filter::default() }.narrows());
        assert!(Filter { words: Some("mia".to_owned()), ..Filter::default() }.narrows());
        assert!(Filter { tag: Some("vip".to_owned()), ..Filter::default() }.narrows());
    }
}
