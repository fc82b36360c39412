//! The two chains, what breaks one, and which entries are looked for.

use super::words::Category;
use crate::clock::day_begins;
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Which chain an entry is on. The order is the one in lists, where the time is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chain {
    /// What was done: kept for ever.
    Changes,
    /// What was seen: kept as long as the agency says.
    Views,
}

impl Chain {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Changes, Self::Views];

    /// Its number in statements over both.
    pub(super) fn number(self) -> i32 {
        match self {
            Self::Changes => 0,
            Self::Views => 1,
        }
    }

    /// What an entry of it is called.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Changes => "entry",
            Self::Views => "view",
        }
    }
}

/// A chain that somebody broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Whose.
    pub agency: AgencyId,
    /// Which chain.
    pub chain: Chain,
    /// The first row that is missing, changed, or does not follow the one before.
    pub row: i64,
    /// When that row was written, or the last good one before it.
    pub at: Option<DateTime<Utc>>,
    /// What is wrong.
    pub why: Why,
}

/// How a chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The row is not there, and later ones are.
    Missing,
    /// The row is not what was written.
    Changed,
    /// The row does not follow the one before it.
    OutOfPlace,
    /// The end is not where it was.
    CutOff,
    /// The beginning was removed without the record that pruning leaves.
    Unrecorded,
}

impl Broken {
    /// What happened, as a sentence. The day is told by who shows it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (noun, row) = (self.chain.noun(), crate::money::grouped(&self.row.to_string()));
        match self.why {
            Why::Missing => format!("The {noun} number {row} was removed."),
            Why::Changed => format!("The {noun} number {row} is not what was written."),
            Why::OutOfPlace => format!("The {noun} number {row} does not follow the one before it."),
            Why::CutOff => format!("The end of the log was cut off behind {noun} number {row}."),
            Why::Unrecorded => format!("Views up to number {row} were removed without a record of it."),
        }
    }
}

/// An entry's place, the newest first: when it was, and where it is on which chain.
pub type Key = (DateTime<Utc>, Chain, i64);

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// This person, or somebody who tried to be.
    Person(UserId),
    /// A creator who held a link.
    Link,
    /// The program itself.
    System,
    /// Somebody who was not signed in.
    Visitor,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Anything of a kind.
    Category(Category),
    /// This alone.
    Event(String),
}

/// Which entries are meant. Nothing leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By whom.
    pub who: Option<Who>,
    /// What.
    pub what: Option<What>,
    /// On what: an id, or a part of a name.
    pub on: Option<String>,
    /// The first day, in the agency's zone.
    pub from: Option<NaiveDate>,
    /// The last day, included.
    pub to: Option<NaiveDate>,
    /// From which address, or network: its first address, and the bits that count.
    pub address: Option<(IpAddr, u8)>,
}

/// The texts of a form or an address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub who: String,
    pub what: String,
    pub on: String,
    pub from: String,
    pub to: String,
    pub address: String,
}

/// The longest text to look for.
const MAX_LETTERS: usize = 100;

impl Asked {
    /// The filter meant; what cannot be read leaves nothing out.
    #[must_use]
    pub fn filter(&self) -> Filter {
        let on: String = self.on.trim().chars().take(MAX_LETTERS).collect();
        Filter {
            who: match self.who.trim() {
                "link" => Some(Who::Link),
                "system" => Some(Who::System),
                "visitor" => Some(Who::Visitor),
                person => person.parse().ok().map(Who::Person),
            },
            what: match self.what.trim() {
                "" => None,
                text => {
                    Some(Category::parse(text).map_or_else(|| What::Event(text.to_owned()), What::Category))
                }
            },
            on: (!on.is_empty()).then_some(on),
            from: self.from.trim().parse().ok(),
            to: self.to.trim().parse().ok(),
            address: network(self.address.trim()),
        }
    }
}

/// `203.0.113.7`, `2001:db8::/32`.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(it, bits)| (it, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(all), |bits| bits.parse().ok().filter(|bits| *bits <= all))?;
    Some((address, bits))
}

impl Filter {
    /// The same as the pairs of an address.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let who = self.who.as_ref().map(|who| match who {
            Who::Person(user) => user.to_string(),
            Who::Link => "link".to_owned(),
            Who::System => "system".to_owned(),
            Who::Visitor => "visitor".to_owned(),
        });
        let what = self.what.as_ref().map(|what| match what {
            What::Category(category) => category.name().to_owned(),
            What::Event(event) => event.clone(),
        });
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let pairs = [
            ("who", who),
            ("what", what),
            ("on", self.on.clone()),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("address", self.network()),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The address or network as PostgreSQL and people write it.
    #[must_use]
    pub fn network(&self) -> Option<String> {
        let (address, bits) = self.address?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        Some(if bits == all { address.to_string() } else { format!("{address}/{bits}") })
    }

    /// Whether anything is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        *self != Self::default()
    }

    /// When the days begin and end, as read in `zone`.
    pub(super) fn times(&self, zone: Option<Tz>) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let end = self.to.and_then(|day| day.checked_add_days(Days::new(1)));
        let begins = |day| day_begins(day, zone.unwrap_or(Tz::UTC));
        (self.from.map(begins), end.map(begins))
    }

    /// Whether entries of `chain` can be meant.
    pub(super) fn reaches(&self, chain: Chain) -> bool {
        match &self.what {
            None => true,
            Some(What::Category(category)) => (*category == Category::Views) == (chain == Chain::Views),
            Some(What::Event(event)) => super::words::is_view(event) == (chain == Chain::Views),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        let value =
            |name: &str| pairs.iter().find(|it| it.0 == name).map_or_else(String::new, |it| it.1.to_owned());
        Asked {
            who: value("who"),
            what: value("what"),
            on: value("on"),
            from: value("from"),
            to: value("to"),
            address: value("address"),
        }
    }

    #[test]
    fn an_address_reads_back_what_it_says() {
        let person = uuid::Uuid::from_u128(7).to_string();
        for pairs in [
            vec![("who", person.as_str()), ("what", "views"), ("on", "Mia"), ("address", "203.0.113.0/24")],
            vec![("who", "system"), ("what", "creators.added"), ("from", "2026-11-01"), ("address", "::1")],
        ] {
            let filter = asked(&pairs).filter();
            let read: Vec<_> = filter.pairs();
            let written: Vec<_> = read.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(written, pairs);
        }
        let nonsense = [("who", "me"), ("from", "yesterday"), ("address", "10.0.0.0/33"), ("on", " ")];
        assert_eq!(asked(&nonsense).filter(), Filter::default());
    }

    #[test]
    fn days_begin_where_the_agency_is() {
        let filter =
            Filter { from: "2026-11-02".parse().ok(), to: "2026-11-02".parse().ok(), ..Filter::default() };
        let (from, end) = filter.times(Some(Tz::America__New_York));
        assert_eq!(from, "2026-11-02T05:00:00Z".parse().ok());
        assert_eq!((end.unwrap() - from.unwrap()).num_hours(), 24);
        // In Beirut clocks skipped midnight.
        let filter = Filter { from: "2022-03-27".parse().ok(), ..Filter::default() };
        assert_eq!(filter.times(Some(Tz::Asia__Beirut)).0, "2022-03-26T22:00:00Z".parse().ok());
    }
}
