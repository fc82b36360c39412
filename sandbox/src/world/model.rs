//! What the world consists of. Lists that the API pages through are kept in the order of their key.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fees::net_of;
use crate::clock::{DAY, Millis};

/// All creators, and the agency that two of them gave access to.
#[derive(Debug)]
pub(crate) struct World {
    pub creators: Vec<Creator>,
    pub agency_uuid: Uuid,
    pub agency_email: String,
}

impl World {
    /// Tells histories apart: a journal fits only the history that it was written on.
    pub(crate) fn fingerprint(&self) -> String {
        let parts = self.creators.iter().map(|creator| {
            let last = creator.earnings.last().map_or(Uuid::nil(), |row| row.id);
            format!("{}.{}.{}", creator.fans.len(), creator.earnings.len(), last.simple())
        });
        parts.collect::<Vec<_>>().join("-")
    }

    pub(crate) fn creator_index(&self, uuid: Uuid) -> Option<usize> {
        self.creators.iter().position(|creator| creator.uuid == uuid)
    }

    /// A creator by uuid or by handle.
    pub(crate) fn find_creator(&self, name: &str) -> Option<usize> {
        self.creators.iter().position(|creator| creator.handle == name || creator.uuid.to_string() == name)
    }
}

/// One creator's page and everything that ever happened on it.
#[derive(Debug)]
pub(crate) struct Creator {
    pub uuid: Uuid,
    pub handle: &'static str,
    pub name: &'static str,
    pub bio: &'static str,
    pub email: String,
    pub currency: &'static str,
    pub price: i64,
    pub in_agency: bool,
    pub created_at: Millis,
    /// Fans by order of arrival; the index is how everything else names a fan.
    pub fans: Vec<Fan>,
    pub fan_by_uuid: HashMap<Uuid, usize>,
    /// Ascending by [`Earning::key`].
    pub earnings: Vec<Earning>,
    /// Ascending by time.
    pub subscriber_events: Vec<SubscriberEvent>,
    pub chats: BTreeMap<usize, Chat>,
    pub media: Vec<Media>,
    pub posts: Vec<Post>,
    pub templates: Vec<Template>,
    pub links: Vec<TrackingLink>,
    pub custom_lists: Vec<CustomList>,
    pub mass_messages: Vec<MassMessage>,
}

impl Creator {
    pub(crate) fn fan(&self, uuid: Uuid) -> Option<(usize, &Fan)> {
        let index = *self.fan_by_uuid.get(&uuid)?;
        Some((index, &self.fans[index]))
    }

    pub(crate) fn add_fan(&mut self, fan: Fan) -> usize {
        self.fan_by_uuid.insert(fan.uuid, self.fans.len());
        self.fans.push(fan);
        self.fans.len() - 1
    }

    /// Adds a row at its place and to its fan's spend.
    pub(crate) fn add_earning(&mut self, earning: Earning) {
        if let Some(fan) = earning.fan {
            self.fans[fan].spend.add(&earning);
        }
        let at = self.earnings.partition_point(|other| other.key() < earning.key());
        self.earnings.insert(at, earning);
    }

    pub(crate) fn earning(&self, id: Uuid) -> Option<&Earning> {
        self.earnings.iter().rev().find(|earning| earning.id == id)
    }

    /// What of a sale has not been taken back yet, in gross cents.
    pub(crate) fn unreversed_gross(&self, sale: &Earning) -> i64 {
        let reversed: i64 =
            self.earnings.iter().filter(|row| row.reverses == Some(sale.id)).map(|row| row.gross).sum();
        sale.gross + reversed
    }

    pub(crate) fn subscribers(&self) -> impl Iterator<Item = &Fan> {
        self.fans.iter().filter(|fan| fan.is_subscriber())
    }

    pub(crate) fn followers(&self) -> impl Iterator<Item = &Fan> {
        self.fans.iter().filter(|fan| fan.follows)
    }

    pub(crate) fn message_mut(&mut self, fan: usize, message: Uuid) -> Option<&mut Message> {
        self.chats.get_mut(&fan)?.messages.iter_mut().find(|other| other.id == message)
    }
}

/// A paying or following person.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fan {
    pub uuid: Uuid,
    pub handle: String,
    pub name: String,
    pub registered_at: Millis,
    pub follows: bool,
    pub contactable: bool,
    /// How much more than an ordinary fan this one buys.
    pub appetite: f64,
    pub subscription: Option<Subscription>,
    pub last_seen_at: Millis,
    #[serde(skip)]
    pub spend: Spend,
}

/// Where a fan stands towards a creator, as `/insights/fans/{u}` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FanStatus {
    Subscriber,
    Expired,
    Follower,
    NotContactable,
}

impl FanStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Subscriber => "subscriber",
            Self::Expired => "expired",
            Self::Follower => "follower",
            Self::NotContactable => "not_contactable",
        }
    }
}

/// From this much gross on a fan counts as a top spender.
const TOP_SPENDER: i64 = 50_000;

impl Fan {
    pub(crate) fn is_subscriber(&self) -> bool {
        self.subscription.as_ref().is_some_and(|subscription| subscription.active)
    }

    pub(crate) fn is_top_spender(&self) -> bool {
        self.spend.gross >= TOP_SPENDER
    }

    pub(crate) fn is_online(&self, now: Millis) -> bool {
        now - self.last_seen_at < 5 * crate::clock::MINUTE
    }

    pub(crate) fn status(&self) -> FanStatus {
        match &self.subscription {
            _ if !self.contactable => FanStatus::NotContactable,
            Some(subscription) if subscription.active => FanStatus::Subscriber,
            Some(_) => FanStatus::Expired,
            None => FanStatus::Follower,
        }
    }
}

/// The latest subscription of a fan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub id: Uuid,
    pub created_at: Millis,
    pub renews_at: Millis,
    pub auto_renews: bool,
    pub active: bool,
    pub trial: bool,
}

/// A fan's payments so far, reversals taken off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spend {
    pub gross: i64,
    pub net: i64,
    pub largest_gross: i64,
    pub last_purchase_at: Option<Millis>,
    pub by_source: BTreeMap<Source, i64>,
}

impl Spend {
    pub(super) fn add(&mut self, earning: &Earning) {
        self.gross += earning.gross;
        self.net += earning.net();
        *self.by_source.entry(earning.source).or_default() += earning.gross;
        if earning.gross > 0 {
            self.largest_gross = self.largest_gross.max(earning.gross);
            self.last_purchase_at = self.last_purchase_at.max(Some(earning.at));
        }
    }
}

/// What a row was earned with; reversals have sources of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Source {
    Subscription,
    Renewal,
    Post,
    Message,
    Tip,
    MediaLink,
    CheckoutLink,
    FanExperience,
    Affiliate,
    Referral,
    Giveaway,
    AppStore,
    Refund,
    Chargeback,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Renewal => "renewal",
            Self::Post => "post",
            Self::Message => "message",
            Self::Tip => "tip",
            Self::MediaLink => "mediaLink",
            Self::CheckoutLink => "checkoutLink",
            Self::FanExperience => "fanExperience",
            Self::Affiliate => "affiliate",
            Self::Referral => "referral",
            Self::Giveaway => "giveaway",
            Self::AppStore => "appStore",
            Self::Refund => "refund",
            Self::Chargeback => "chargeback",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }

    pub(crate) fn is_reversal(self) -> bool {
        matches!(self, Self::Refund | Self::Chargeback)
    }
}

/// One transaction. Rows are never rewritten; only the status follows from the clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Earning {
    /// The `transactionOrderId`.
    pub id: Uuid,
    pub at: Millis,
    pub gross: i64,
    pub source: Source,
    pub fan: Option<usize>,
    pub message: Option<Uuid>,
    pub post: Option<Uuid>,
    pub reverses: Option<Uuid>,
}

impl Earning {
    /// The order of the list and of its cursors: by time, then by id.
    pub(crate) fn key(&self) -> (Millis, Uuid) {
        (self.at, self.id)
    }

    pub(crate) fn net(&self) -> i64 {
        net_of(self.gross)
    }

    /// The row that takes `gross` cents of this sale back.
    pub(crate) fn reversed(&self, source: Source, gross: i64, id: Uuid, at: Millis) -> Self {
        Self { id, at, gross: -gross, source, reverses: Some(self.id), ..self.clone() }
    }

    /// Money is payable seven days after the sale.
    pub(crate) fn status(&self, now: Millis) -> &'static str {
        if now >= self.at + 7 * DAY { "availableForPayout" } else { "pendingBalance" }
    }
}

/// Somebody became or stopped being a subscriber.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SubscriberEvent {
    pub at: Millis,
    pub fan: usize,
    pub joined: bool,
}

/// The conversation with one fan.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    /// Ascending by time.
    pub messages: Vec<Message>,
    pub muted: bool,
    pub nickname: Option<String>,
}

impl Chat {
    pub(crate) fn unread(&self) -> usize {
        self.messages.iter().filter(|message| !message.from_creator && !message.read).count()
    }

    pub(crate) fn add(&mut self, message: Message) {
        let at = self.messages.partition_point(|other| (other.at, other.id) < (message.at, message.id));
        self.messages.insert(at, message);
    }
}

/// One message; with a price it stays locked until it is purchased.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub id: Uuid,
    pub at: Millis,
    pub from_creator: bool,
    pub text: String,
    pub kind: String,
    pub price: Option<i64>,
    pub purchased_at: Option<Millis>,
    pub media: Vec<Uuid>,
    pub read: bool,
    /// The token owner, for what came in by the API.
    pub sent_by: Option<Uuid>,
}

#[derive(Clone, Debug)]
pub(crate) struct Media {
    pub uuid: Uuid,
    pub kind: &'static str,
    pub name: String,
    pub created_at: Millis,
    pub price: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub uuid: Uuid,
    pub created_at: Millis,
    pub text: &'static str,
    pub price: Option<i64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub uuid: Uuid,
    pub text: &'static str,
    pub price: Option<i64>,
    pub media: Vec<Uuid>,
    pub folder: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct TrackingLink {
    pub uuid: Uuid,
    pub name: String,
    pub platform: String,
    pub created_at: Millis,
    pub clicks: u32,
    /// Fans who came through it.
    pub fans: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct CustomList {
    pub uuid: Uuid,
    pub name: String,
    pub members: Vec<usize>,
    pub created_at: Millis,
}

#[derive(Clone, Debug)]
pub(crate) struct MassMessage {
    pub uuid: Uuid,
    pub text: String,
    pub price: Option<i64>,
    pub media: Vec<Uuid>,
    pub recipients: Vec<usize>,
    pub created_at: Millis,
    pub scheduled_at: Option<Millis>,
    pub status: &'static str,
}
