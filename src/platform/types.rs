//! The normalised types: what every platform's rows become. Money is in minor units of the row's currency.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

/// An account as its platform describes it. A count that the platform does not give is nothing, never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountProfile {
    /// The platform's id.
    pub platform_account_id: String,
    /// The name in addresses.
    pub handle: Option<String>,
    /// The name on the page.
    pub display_name: Option<String>,
    /// The picture.
    pub avatar_url: Option<String>,
    /// Whether it is a creator's page; nothing when the platform does not say.
    pub is_creator: Option<bool>,
    /// Fans who follow.
    pub followers: Option<i64>,
    /// Fans with a running subscription.
    pub subscribers: Option<i64>,
    /// Posts on the page.
    pub posts: Option<i64>,
    /// Since when the account exists.
    pub registered_at: Option<DateTime<Utc>>,
}

/// One transaction row. A refund or chargeback is a row of its own with negative amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earning {
    /// The platform's id, the key to upsert by.
    pub transaction_id: String,
    /// When the fan paid (or was paid back).
    pub occurred_at: DateTime<Utc>,
    /// What the fan paid.
    pub gross: i64,
    /// What is left after the platform's fee.
    pub net: i64,
    /// ISO 4217, upper case.
    pub currency: String,
    /// What was paid for.
    pub source: EarningSource,
    /// Whether the money can be paid out yet. Changes over time.
    pub status: EarningStatus,
    /// The transaction that this one takes back.
    pub reverses: Option<String>,
    /// The message that was paid for.
    pub message_id: Option<String>,
    /// The post that was paid for.
    pub post_id: Option<String>,
    /// Who paid, when the platform says.
    pub fan: Option<FanRef>,
}

macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident, $other:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
            /// One that we do not know (yet), in the platform's own words.
            $other(String),
        }

        impl $name {
            /// Every known one.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The form to store and to filter by.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::$other(raw) => raw,
                }
            }

            /// The inverse of [`Self::as_str`]; an unknown text is kept as it is.
            pub fn parse(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    raw => Self::$other(raw.to_owned()),
                }
            }
        }
    };
}

open_enum! {
    /// What was paid for. New kinds appear without notice, so an unknown one is kept.
    EarningSource, Other {
        /// The first charge of a subscription.
        Subscription = "subscription",
        /// Every later charge of it.
        Renewal = "renewal",
        /// A paid post.
        Post = "post",
        /// A paid message.
        Message = "message",
        /// A tip.
        Tip = "tip",
        /// A link to single media.
        MediaLink = "media_link",
        /// A checkout link.
        CheckoutLink = "checkout_link",
        /// A fan experience.
        FanExperience = "fan_experience",
        /// A share as an affiliate.
        Affiliate = "affiliate",
        /// A share for a referred creator.
        Referral = "referral",
        /// A giveaway.
        Giveaway = "giveaway",
        /// A sale in an app store.
        AppStore = "app_store",
        /// Money given back.
        Refund = "refund",
        /// Money taken back by the fan's bank.
        Chargeback = "chargeback",
    }
}

impl EarningSource {
    /// One of them, as people read it: `Tip`. A kind that we do not know is told in the platform's own words.
    #[must_use]
    pub fn singular(&self) -> String {
        let known = match self {
            Self::Subscription => "Subscription",
            Self::Renewal => "Renewal",
            Self::Post => "Post",
            Self::Message => "Message",
            Self::Tip => "Tip",
            Self::MediaLink => "Media link",
            Self::CheckoutLink => "Checkout link",
            Self::FanExperience => "Fan experience",
            Self::Affiliate => "Affiliate share",
            Self::Referral => "Referral share",
            Self::Giveaway => "Giveaway",
            Self::AppStore => "App store sale",
            Self::Refund => "Refund",
            Self::Chargeback => "Chargeback",
            Self::Other(raw) => return in_words(raw),
        };
        known.to_owned()
    }

    /// All of them: `Tips`.
    #[must_use]
    pub fn plural(&self) -> String {
        match self {
            Self::Other(raw) => in_words(raw),
            known => format!("{}s", known.singular()),
        }
    }
}

/// `brand_new_kind` as `Brand new kind`.
fn in_words(raw: &str) -> String {
    let mut letters = raw.chars().map(|letter| if matches!(letter, '_' | '-') { ' ' } else { letter });
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

open_enum! {
    /// Whether an earning can be paid out yet.
    EarningStatus, Unknown {
        /// Still held by the platform.
        Pending = "pending",
        /// Ready for a payout.
        Available = "available",
    }
}

open_enum! {
    /// How a fan stands to an account.
    FanStatus, Other {
        /// A running subscription.
        Subscriber = "subscriber",
        /// Had one.
        Expired = "expired",
        /// Follows only.
        Follower = "follower",
        /// Cannot be written to.
        NotContactable = "not_contactable",
    }
}

/// Just enough to recognise a fan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FanRef {
    /// The platform's id.
    pub id: String,
    /// The name in addresses.
    pub handle: Option<String>,
    /// The name on the page.
    pub display_name: Option<String>,
}

/// A fan as a list shows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fan {
    /// The platform's id.
    pub id: String,
    /// The name in addresses.
    pub handle: Option<String>,
    /// The name on the page.
    pub display_name: Option<String>,
    /// The name that the creator gave.
    pub nickname: Option<String>,
    /// The picture.
    pub avatar_url: Option<String>,
    /// Whether the platform counts them among its top spenders.
    pub is_top_spender: bool,
    /// When they joined the platform (not the account).
    pub registered_at: Option<DateTime<Utc>>,
}

/// What a fan spent at one account, and how the subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FanInsight {
    /// The platform's id of the fan.
    pub fan_id: String,
    /// How the fan stands to the account.
    pub status: FanStatus,
    /// Everything spent so far, gross.
    pub total_gross: Option<i64>,
    /// The largest single payment, gross.
    pub largest_gross: Option<i64>,
    /// What was spent on what, gross.
    pub gross_by_source: Vec<(EarningSource, i64)>,
    /// The last payment.
    pub last_purchase_at: Option<DateTime<Utc>>,
    /// The start of the subscription.
    pub subscribed_at: Option<DateTime<Utc>>,
    /// The next charge (or the end, when it does not renew).
    pub renews_at: Option<DateTime<Utc>>,
    /// Whether it renews by itself.
    pub auto_renews: Option<bool>,
}

/// One of the fans who spent most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopSpender {
    /// Who.
    pub fan: Fan,
    /// What they paid.
    pub gross: i64,
    /// What is left of it.
    pub net: i64,
    /// Messages exchanged.
    pub messages: i64,
}

/// The subscribers' movement on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriberDay {
    /// The day, in the platform's zone.
    pub day: NaiveDate,
    /// New minus cancelled, summed from the start **of the request's range**. Not the number of subscribers: it may be
    /// negative, and another range gives another figure for the same day.
    pub net_since_start: i64,
    /// Who subscribed on the day.
    pub new: i64,
    /// Who cancelled on the day.
    pub cancelled: i64,
}

/// A chat with one fan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    /// With whom; the fan's id is the chat's.
    pub fan: Fan,
    /// When the last message came or went.
    pub last_message_at: Option<DateTime<Utc>>,
    /// Messages of the fan that nobody read.
    pub unread_messages: i64,
    /// Whether the creator muted the chat.
    pub is_muted: bool,
}

/// Who wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The fan.
    Incoming,
    /// The account.
    Outgoing,
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The platform's id.
    pub id: String,
    /// Who wrote.
    pub direction: Direction,
    /// What.
    pub text: Option<String>,
    /// When.
    pub sent_at: DateTime<Utc>,
    /// The platform's word for how it came about (`TIP`, `BROADCAST`, ...).
    pub kind: String,
    /// Media that hang on it.
    pub media_ids: Vec<String>,
    /// Whether the other side read it.
    pub is_read: bool,
    /// Which platform user sent it. All that we send carry the token owner's id: our own record says who really did.
    pub sent_by: Option<String>,
    /// The price, when it is a paid one.
    pub ppv: Option<Ppv>,
}

/// The price of a pay-per-view message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ppv {
    /// What unlocking costs, gross.
    pub price: i64,
    /// ISO 4217.
    pub currency: String,
    /// When the fan paid; nothing while it is locked.
    pub unlocked_at: Option<DateTime<Utc>>,
}

/// What pay-per-view messages brought. Built by adding messages; the platform has no such figure of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PpvStats {
    /// Paid messages that went out.
    pub sent: u64,
    /// Those that were paid for.
    pub unlocked: u64,
    /// Their prices, gross, per currency.
    pub revenue: BTreeMap<String, i64>,
}

impl PpvStats {
    /// Counts a message, if it is a paid one that the account sent.
    pub fn add(&mut self, message: &Message) {
        let Some(ppv) = message.ppv.as_ref().filter(|_| message.direction == Direction::Outgoing) else {
            return;
        };
        self.sent += 1;
        if ppv.unlocked_at.is_some() {
            self.unlocked += 1;
            let sum = self.revenue.entry(ppv.currency.clone()).or_default();
            *sum = sum.saturating_add(ppv.price);
        }
    }

    /// Unlocked of sent, from 0 to 1; nothing when none was sent.
    pub fn unlock_rate(&self) -> Option<f64> {
        (self.sent > 0).then(|| self.unlocked as f64 / self.sent as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_in_words_known_or_not() {
        assert_eq!(EarningSource::Tip.plural(), "Tips");
        assert_eq!(EarningSource::MediaLink.singular(), "Media link");
        assert_eq!(EarningSource::parse("brand_new-kind").plural(), "Brand new kind");
        assert_eq!(EarningSource::parse("").singular(), "");
    }
}
