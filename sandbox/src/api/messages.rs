//! The messages of one chat: read, send, unsend.

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::fans::{ensure_contactable, required};
use super::reply::{Answer, Refusal, Reply, created, ok, paged};
use crate::clock::iso;
use crate::world::{Creator, Message, Mutation};

/// `GET /chats/{u}/messages`, newest first.
pub(super) fn list(call: &Call<'_>, fan: &str) -> Answer {
    call.require("read:chat")?;
    let (index, creator) = call.creator()?;
    let (fan, _) = required(call, creator, fan)?;
    // The unprefixed form marks as read unless told otherwise; /v1 only when told to.
    let marks = call.param("markAsRead").map_or(!call.v1, |value| value == "true");
    if marks && creator.chats.get(&fan).is_some_and(|chat| chat.unread() > 0) {
        call.happen(Mutation::ChatRead { creator: index, fan });
    }
    let messages = creator.chats.get(&fan).map(|chat| chat.messages.iter().rev());
    paged(call, messages.into_iter().flatten(), |message| message_json(creator, fan, message))
}

/// `GET /v1/chats/{u}/messages/{m}`.
pub(super) fn one(call: &Call<'_>, fan: &str, message: &str) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let (fan, _) = required(call, creator, fan)?;
    let message = find(call, creator, fan, message)?;
    ok(message_json(creator, fan, message))
}

fn find<'a>(
    call: &Call<'_>,
    creator: &'a Creator,
    fan: usize,
    message: &str,
) -> Result<&'a Message, Refusal> {
    let uuid = call.uuid(message, "Message")?;
    let mut messages = creator.chats.get(&fan).into_iter().flat_map(|chat| &chat.messages);
    messages.find(|other| other.id == uuid).ok_or_else(|| Refusal::not_found("Message"))
}

fn message_json(creator: &Creator, fan: usize, message: &Message) -> Value {
    let fan = &creator.fans[fan];
    let creator_party = json!({"uuid": creator.uuid, "handle": creator.handle});
    let fan_party = json!({"uuid": fan.uuid, "handle": fan.handle});
    let (sender, recipient) =
        if message.from_creator { (creator_party, fan_party) } else { (fan_party, creator_party) };
    json!({
        "uuid": message.id,
        "text": message.text,
        "sentAt": iso(message.at),
        "sender": sender,
        "recipient": recipient,
        "hasMedia": !message.media.is_empty(),
        "mediaType": super::media::kind_of(creator, &message.media),
        "mediaUuids": message.media,
        "type": message.kind,
        "pricing": message.price.map(|price| json!({"USD": {"price": price}})),
        "purchasedAt": message.purchased_at.map(iso),
        "isRead": message.read,
        "sentByUserId": message.sent_by,
    })
}

/// What `POST .../message` and mass messages have in common.
pub(super) struct Content {
    pub text: String,
    pub media: Vec<Uuid>,
    pub price: Option<i64>,
}

impl Content {
    pub(super) fn parse(call: &Call<'_>, creator: &Creator) -> Result<Self, Refusal> {
        let template = call.text("templateUuid").map(|uuid| template(creator, uuid)).transpose()?;
        let text = call.text("text").map(str::to_owned);
        let media = uuids(call.body.get("mediaUuids"));
        let price = call.body.get("price").and_then(Value::as_i64);
        // With a template the price of the request is ignored.
        let content = match template {
            Some(template) => Self {
                text: text.unwrap_or_else(|| template.text.to_owned()),
                media: if media.is_empty() { template.media.clone() } else { media },
                price: template.price,
            },
            None => Self { text: text.unwrap_or_default(), media, price },
        };
        content.check(creator)?;
        Ok(content)
    }

    fn check(&self, creator: &Creator) -> Result<(), Refusal> {
        if self.text.chars().count() > 5000 {
            return Err(Refusal::invalid("text must have at most 5000 characters"));
        }
        if self.text.is_empty() && self.media.is_empty() {
            return Err(Refusal::invalid("text or mediaUuids is required"));
        }
        if self.price.is_some_and(|price| price < 300) {
            return Err(Refusal::invalid("price must be at least 300"));
        }
        if self.price.is_some() && self.media.is_empty() {
            return Err(Refusal::invalid("price needs mediaUuids"));
        }
        if !self.media.iter().all(|uuid| creator.media.iter().any(|media| media.uuid == *uuid)) {
            return Err(Refusal::invalid("mediaUuids names media that do not exist"));
        }
        Ok(())
    }

    /// The message as it goes to one fan, in the name of the token's owner.
    pub(super) fn message(&self, call: &Call<'_>, kind: &str) -> Message {
        Message {
            id: crate::fresh::id(),
            at: call.now,
            from_creator: true,
            text: self.text.clone(),
            kind: kind.to_owned(),
            price: self.price,
            purchased_at: None,
            media: self.media.clone(),
            read: false,
            sent_by: Some(call.owner()),
        }
    }
}

fn template<'a>(creator: &'a Creator, uuid: &str) -> Result<&'a crate::world::Template, Refusal> {
    let found = creator.templates.iter().find(|template| template.uuid.to_string() == uuid);
    found.ok_or_else(|| Refusal::not_found("Template"))
}

pub(super) fn uuids(value: Option<&Value>) -> Vec<Uuid> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|uuid| uuid.as_str()?.parse().ok()).collect()
}

/// `POST /chats/{u}/message`.
pub(super) fn send(call: &Call<'_>, fan: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let (fan, person) = required(call, creator, fan)?;
    ensure_contactable(person)?;
    let message = Content::parse(call, creator)?.message(call, "SINGLE_RECIPIENT");
    let id = message.id;
    call.happen(Mutation::MessageAdded { creator: index, fan, message });
    created(json!({"messageUuid": id}))
}

/// `DELETE /chats/{u}/messages/{m}`.
pub(super) fn unsend(call: &Call<'_>, fan: &str, message: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let (fan, _) = required(call, creator, fan)?;
    let message = find(call, creator, fan, message)?;
    if !message.from_creator {
        return Err(Refusal::message(axum::http::StatusCode::FORBIDDEN, "Only own messages can be unsent"));
    }
    if message.purchased_at.is_some() {
        return Err(Refusal::invalid("A purchased message cannot be unsent"));
    }
    call.happen(Mutation::MessageRemoved { creator: index, fan, message: message.id, at: call.now });
    Ok(Reply::Empty)
}
