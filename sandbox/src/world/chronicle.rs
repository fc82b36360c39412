//! Everything that can happen after history: each change is a value, so that it can be journaled and replayed.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{Earning, Fan, Message, SubscriberEvent, Subscription, World};
use crate::clock::Millis;

/// One change of the world. Creators and fans are named by their index, which a replay reproduces.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Mutation {
    FanArrived { creator: usize, fan: Box<Fan> },
    Earned { creator: usize, earning: Earning },
    SubscriptionStarted { creator: usize, fan: usize, subscription: Subscription },
    SubscriptionRenewed { creator: usize, fan: usize, at: Millis, until: Millis },
    SubscriptionEnded { creator: usize, fan: usize, at: Millis },
    MessageAdded { creator: usize, fan: usize, message: Message },
    MessageUnlocked { creator: usize, fan: usize, message: Uuid, at: Millis },
    MessageRemoved { creator: usize, fan: usize, message: Uuid, at: Millis },
    ChatRead { creator: usize, fan: usize },
}

impl Mutation {
    /// The transaction that this adds.
    pub(crate) fn earning_id(&self) -> Option<Uuid> {
        match self {
            Self::Earned { earning, .. } => Some(earning.id),
            _ => None,
        }
    }

    pub(crate) fn apply(self, world: &mut World) {
        match self {
            Self::FanArrived { creator, fan } => {
                world.creators[creator].add_fan(*fan);
            }
            Self::Earned { creator, earning } => {
                if let Some(fan) = earning.fan {
                    see(world, creator, fan, earning.at);
                }
                world.creators[creator].add_earning(earning);
            }
            Self::SubscriptionStarted { creator, fan, subscription } => {
                push_event(world, creator, fan, subscription.created_at, true);
                world.creators[creator].fans[fan].subscription = Some(subscription);
            }
            Self::SubscriptionRenewed { creator, fan, until, .. } => {
                if let Some(subscription) = &mut world.creators[creator].fans[fan].subscription {
                    subscription.renews_at = until;
                    subscription.trial = false;
                }
            }
            Self::SubscriptionEnded { creator, fan, at } => {
                push_event(world, creator, fan, at, false);
                if let Some(subscription) = &mut world.creators[creator].fans[fan].subscription {
                    subscription.active = false;
                    subscription.auto_renews = false;
                }
            }
            Self::MessageAdded { creator, fan, message } => {
                if !message.from_creator {
                    see(world, creator, fan, message.at);
                }
                world.creators[creator].chats.entry(fan).or_default().add(message);
            }
            Self::MessageUnlocked { creator, fan, message, at } => {
                if let Some(message) = world.creators[creator].message_mut(fan, message) {
                    message.purchased_at = Some(at);
                }
            }
            Self::MessageRemoved { creator, fan, message, .. } => {
                if let Some(chat) = world.creators[creator].chats.get_mut(&fan) {
                    chat.messages.retain(|other| other.id != message);
                }
            }
            Self::ChatRead { creator, fan } => {
                if let Some(chat) = world.creators[creator].chats.get_mut(&fan) {
                    chat.messages.iter_mut().for_each(|message| message.read = true);
                }
            }
        }
    }
}

fn see(world: &mut World, creator: usize, fan: usize, at: Millis) {
    let seen = &mut world.creators[creator].fans[fan].last_seen_at;
    *seen = at.max(*seen);
}

fn push_event(world: &mut World, creator: usize, fan: usize, at: Millis, joined: bool) {
    let events = &mut world.creators[creator].subscriber_events;
    let place = events.partition_point(|event| event.at <= at);
    events.insert(place, SubscriberEvent { at, fan, joined });
}
