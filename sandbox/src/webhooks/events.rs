//! What of the world's changes is announced, in the envelope of the new family (keys without a value are left out).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::{Millis, iso};
use crate::world::{Creator, Earning, Fan, Message, Mutation, Source, Subscription, World};

/// One event, ready to be signed.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub id: Uuid,
    pub creator: usize,
    kind: &'static str,
    at: Millis,
    data: Value,
}

impl Event {
    pub(super) fn body(&self) -> String {
        json!({
            "id": format!("evt_{}", self.id.simple()),
            "type": self.kind,
            "timestamp": iso(self.at),
            "data": self.data,
        })
        .to_string()
    }

    pub(super) fn webhook_id(&self) -> String {
        format!("evt_{}", self.id.simple())
    }
}

/// The event of a change that is about to be applied, if it is one that the platform announces.
pub(crate) fn event_for(world: &World, mutation: &Mutation) -> Option<Event> {
    let (creator, kind, at, data) = match mutation {
        Mutation::FanArrived { creator, fan } if fan.follows => {
            let data =
                json!({"object": "follow", "follower": person(fan), "created_at": iso(fan.last_seen_at)});
            (*creator, "creator.follow.created", fan.last_seen_at, data)
        }
        Mutation::Earned { creator, earning } => {
            let (kind, data) = payment(&world.creators[*creator], earning);
            (*creator, kind, earning.at, data)
        }
        Mutation::SubscriptionStarted { creator, fan, subscription } => {
            let data = subscription_data(world, *creator, *fan, subscription);
            (*creator, "creator.subscription.activated", subscription.created_at, data)
        }
        Mutation::SubscriptionRenewed { creator, fan, at, until } => {
            let now = changed(world, *creator, *fan, |subscription| subscription.renews_at = *until)?;
            let data = subscription_data(world, *creator, *fan, &now);
            (*creator, "creator.subscription.renewed", *at, data)
        }
        Mutation::SubscriptionEnded { creator, fan, at } => {
            let now = changed(world, *creator, *fan, |subscription| subscription.active = false)?;
            let data = subscription_data(world, *creator, *fan, &now);
            (*creator, "creator.subscription.deactivated", *at, data)
        }
        Mutation::MessageAdded { creator, fan, message } => {
            let kind = if message.from_creator { "creator.message.sent" } else { "creator.message.received" };
            (*creator, kind, message.at, message_data(&world.creators[*creator], *fan, message))
        }
        Mutation::MessageRemoved { creator, fan, message, at } => {
            let page = &world.creators[*creator];
            let fan = person(&page.fans[*fan]);
            let data = json!({
                "object": "message", "uuid": message, "deleted_at": iso(*at), "creator": {"uuid": page.uuid}, "fan": fan,
            });
            (*creator, "creator.message.deleted", *at, data)
        }
        _ => return None,
    };
    Some(Event { id: crate::fresh::id(), creator, kind, at, data: without_nulls(data) })
}

fn person(fan: &Fan) -> Value {
    json!({"uuid": fan.uuid, "handle": fan.handle, "display_name": fan.name})
}

fn changed(
    world: &World,
    creator: usize,
    fan: usize,
    change: impl FnOnce(&mut Subscription),
) -> Option<Subscription> {
    let mut subscription = world.creators[creator].fans[fan].subscription.clone()?;
    change(&mut subscription);
    Some(subscription)
}

fn subscription_data(world: &World, creator: usize, fan: usize, subscription: &Subscription) -> Value {
    let page = &world.creators[creator];
    json!({
        "object": "subscription",
        "id": subscription.id,
        "status": if subscription.active { "active" } else { "expired" },
        "cancel_at_period_end": !subscription.auto_renews,
        "current_period_start": iso(subscription.renews_at - 30 * crate::clock::DAY),
        "created_at": iso(subscription.created_at),
        "expires_at": iso(subscription.renews_at),
        "deactivation_reason": (!subscription.active).then_some("not_renewed"),
        "creator": {"uuid": page.uuid},
        "purchaser": {"uuid": page.fans[fan].uuid},
    })
}

fn payment(creator: &Creator, row: &Earning) -> (&'static str, Value) {
    let purchaser = row.fan.map(|fan| json!({"uuid": creator.fans[fan].uuid}));
    if let Some(sale) = row.reverses {
        let (kind, object) = match row.source {
            Source::Chargeback => ("creator.dispute.created", "dispute"),
            _ => ("creator.refund.created", "refund"),
        };
        let data = json!({
            "object": object,
            "id": row.id,
            "payment_id": sale,
            "amount": -row.gross,
            "currency": creator.currency,
            "created_at": iso(row.at),
            "purchaser": purchaser,
            "creator": {"uuid": creator.uuid},
        });
        return (kind, data);
    }
    let renews = matches!(row.source, Source::Subscription | Source::Renewal);
    let subscription = row.fan.filter(|_| renews).and_then(|fan| creator.fans[fan].subscription.as_ref());
    let data = json!({
        "object": "payment",
        "id": row.id,
        "gross": row.gross,
        "currency": creator.currency,
        "source": row.source.as_str(),
        "paid_at": iso(row.at),
        "created_at": iso(row.at),
        "post_uuid": row.post,
        "message_uuid": row.message,
        "subscription": subscription.map(|subscription| json!({"id": subscription.id})),
        "purchaser": purchaser,
        "fan": purchaser,
        "creator": {"uuid": creator.uuid},
    });
    ("creator.payment.succeeded", data)
}

/// Metadata only, as one account experienced it: the text is to be fetched.
fn message_data(creator: &Creator, fan: usize, message: &Message) -> Value {
    let unread = creator.chats.get(&fan).map_or(0, crate::world::Chat::unread);
    json!({
        "object": "message",
        "uuid": message.id,
        "sender": if message.from_creator { "creator" } else { "fan" },
        "created_at": iso(message.at),
        "is_automated": message.kind.starts_with("AUTOMATED"),
        "unread_messages_count": (!message.from_creator).then_some(unread + 1),
        "is_muted": creator.chats.get(&fan).is_some_and(|chat| chat.muted),
        "creator": {"uuid": creator.uuid},
        "fan": person(&creator.fans[fan]),
    })
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect::<Map<_, _>>())
        }
        other => other,
    }
}
