//! What paid messages brought, and what one of them is in a list.
//!
//! A message belongs to the day on which it was sent, whenever it was unlocked: so of what was sent in a period one sees how
//! much sold. Revenue is the price of what was unlocked, before the platform's fee and refunds.

use crate::money::{Currency, Money};
use chrono::{DateTime, Utc};

/// A message's place in a list, the newest first: when it was sent, and the platform's id.
pub type Key = (DateTime<Utc>, String);

/// What the messages of a period brought, in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    /// Sent with a price.
    pub sent: i64,
    /// Those of them that were unlocked.
    pub unlocked: i64,
    /// The price of what was unlocked, in minor units.
    pub revenue: i64,
}

impl Sold {
    /// How many of a thousand were unlocked, rounded; nothing when nothing was sent.
    #[must_use]
    pub fn permille(self) -> Option<i64> {
        (self.sent > 0).then(|| (self.unlocked * 2000 + self.sent) / (self.sent * 2))
    }
}

/// A period beside the one before, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Results {
    /// In which currency.
    pub currency: Currency,
    /// Of this period.
    pub now: Sold,
    /// Of the one before; nothing when it is not known.
    pub before: Option<Sold>,
}

/// One paid message in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMessage {
    /// The platform's id.
    pub id: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// To whom, by the name known best.
    pub fan: String,
    /// How it begins.
    pub preview: Option<String>,
    /// What unlocking costs.
    pub price: Money,
    /// When it was unlocked, if it was.
    pub unlocked_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_what_was_sent() {
        let rate = |sent, unlocked| Sold { sent, unlocked, revenue: 0 }.permille();
        assert_eq!(rate(0, 0), None);
        assert_eq!(rate(3, 1), Some(333));
        assert_eq!(rate(3, 2), Some(667));
        assert_eq!(rate(8, 8), Some(1000));
    }
}
