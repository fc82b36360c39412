//! Which fans of an account are looked at, and what one of them is in a list. Money is in minor units of the account's
//! currency.

use crate::platform::FanStatus;
use chrono::{DateTime, TimeDelta, Utc};

/// A subscription that does not renew and runs for no longer than this ends soon.
pub const ENDS_SOON: TimeDelta = TimeDelta::days(3);

/// Which fans, by how they stand to the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Who subscribe now.
    #[default]
    Active,
    /// Who subscribe, but only for the next [`ENDS_SOON`]: they will not renew.
    Ending,
    /// Who did, and no longer do.
    Expired,
    /// Everybody who was ever seen, followers too.
    All,
}

impl Show {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Active, Self::Ending, Self::Expired, Self::All];

    /// The value of `show=` in the address bar.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ending => "ending",
            Self::Expired => "expired",
            Self::All => "all",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Ending => "Ending soon",
            Self::Expired => "Expired",
            Self::All => "All fans",
        }
    }

    /// The inverse of [`Self::name`]; what is unknown is who subscribe now.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|show| show.name() == name).unwrap_or_default()
    }
}

/// Which fans a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// How they stand to the account.
    pub show: Show,
    /// Words that begin words of the name or handle, as [`crate::words::words`] makes them; none leaves nobody out.
    pub words: Vec<String>,
}

/// A fan's place in a list by spend, the most first: gross spend, and the platform's id.
pub type Key = (i64, String);

/// One fan in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFan {
    /// The platform's id.
    pub id: String,
    /// The name known best.
    pub name: String,
    /// The name on the platform, without the @.
    pub handle: Option<String>,
    /// How they stand to the account, when the platform said.
    pub status: Option<FanStatus>,
    /// The start of the subscription.
    pub subscribed_at: Option<DateTime<Utc>>,
    /// The next charge, or the end when it does not renew.
    pub renews_at: Option<DateTime<Utc>>,
    /// Whether it renews by itself.
    pub auto_renews: Option<bool>,
    /// Everything spent, refunds taken off.
    pub gross: i64,
    /// In how many payments.
    pub payments: i64,
    /// The last payment.
    pub last_paid_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_says() {
        for show in Show::ALL {
            assert_eq!(Show::parse(show.name()), show);
        }
        assert_eq!(Show::parse(""), Show::Active);
    }
}
