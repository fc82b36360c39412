//! Mass messages: one call, and the platform writes to everybody on the lists.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::Call;
use super::lists;
use super::messages::Content;
use super::reply::{Answer, Refusal, Reply, created, ok, paged};
use crate::clock::{iso, parse_iso};
use crate::world::{Creator, MassMessage, Mutation};

/// `POST /chats/mass-messages`.
pub(super) fn send(call: &Call<'_>) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let content = Content::parse(call, creator)?;
    let included =
        call.body.get("includedLists").ok_or_else(|| Refusal::invalid("includedLists is required"))?;
    let included = members(creator, included)?;
    let excluded = call.body.get("excludedLists").map(|lists| members(creator, lists)).transpose()?;
    let excluded = excluded.unwrap_or_default();
    let recipients: Vec<usize> =
        included.difference(&excluded).copied().filter(|fan| creator.fans[*fan].contactable).collect();
    let scheduled_at = scheduled_at(call)?;
    let waits = scheduled_at.is_some_and(|at| at > call.now);
    if !waits {
        for fan in &recipients {
            let message = content.message(call, "BROADCAST");
            call.happen(Mutation::MessageAdded { creator: index, fan: *fan, message });
        }
    }
    let mass = MassMessage {
        uuid: crate::fresh::id(),
        text: content.text.clone(),
        price: content.price,
        media: content.media.clone(),
        recipients,
        created_at: call.now,
        scheduled_at,
        status: if waits { "SCHEDULED" } else { "SENT" },
    };
    let answer =
        json!({"id": mass.uuid, "recipientCount": mass.recipients.len(), "createdAt": iso(call.now)});
    call.edit(move |world| world.creators[index].mass_messages.push(mass));
    created(answer)
}

fn scheduled_at(call: &Call<'_>) -> Result<Option<i64>, Refusal> {
    let Some(text) = call.text("scheduledAt") else { return Ok(None) };
    parse_iso(text).map(Some).ok_or_else(|| Refusal::invalid("scheduledAt must be an ISO 8601 date"))
}

fn members(creator: &Creator, choice: &Value) -> Result<BTreeSet<usize>, Refusal> {
    let names = |key: &str| {
        let list = choice.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut fans = BTreeSet::new();
    for list in names("smartListUuids") {
        for fan in 0..creator.fans.len() {
            if lists::is_member(creator, fan, &list)? {
                fans.insert(fan);
            }
        }
    }
    for list in names("customListUuids") {
        let list = creator.custom_lists.iter().find(|other| other.uuid.to_string() == list);
        fans.extend(&list.ok_or_else(|| Refusal::not_found("List"))?.members);
    }
    Ok(fans)
}

/// `GET /chats/mass-messages`, newest first.
pub(super) fn list(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    paged(call, creator.mass_messages.iter().rev(), mass_json)
}

fn mass_json(mass: &MassMessage) -> Value {
    json!({
        "id": mass.uuid,
        "text": mass.text,
        "price": mass.price,
        "mediaUuids": mass.media,
        "recipientCount": mass.recipients.len(),
        "status": mass.status,
        "createdAt": iso(mass.created_at),
        "scheduledAt": mass.scheduled_at.map(iso),
    })
}

/// `PATCH /chats/mass-messages/{id}`: only what is still scheduled can change.
pub(super) fn update(call: &Call<'_>, id: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let place = position(call, creator, id)?;
    if creator.mass_messages[place].status != "SCHEDULED" {
        return Err(Refusal::invalid("Only a scheduled mass message can be changed"));
    }
    let mut changed = creator.mass_messages[place].clone();
    changed.text = call.text("text").map_or(changed.text, str::to_owned);
    changed.scheduled_at = scheduled_at(call)?.or(changed.scheduled_at);
    let answer = mass_json(&changed);
    call.edit(move |world| {
        if let Some(mass) = world.creators[index].mass_messages.get_mut(place) {
            *mass = changed;
        }
    });
    ok(answer)
}

/// `DELETE /chats/mass-messages/{id}`.
pub(super) fn unsend(call: &Call<'_>, id: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let place = position(call, creator, id)?;
    call.edit(move |world| {
        if let Some(mass) = world.creators[index].mass_messages.get_mut(place) {
            mass.status = "UNSENT";
        }
    });
    Ok(Reply::Empty)
}

fn position(call: &Call<'_>, creator: &Creator, id: &str) -> Result<usize, Refusal> {
    let uuid = call.uuid(id, "Mass message")?;
    let place = creator.mass_messages.iter().position(|mass| mass.uuid == uuid);
    place.ok_or_else(|| Refusal::not_found("Mass message"))
}
