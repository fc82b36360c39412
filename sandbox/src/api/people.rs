//! How fans and creators look in answers.

use serde_json::{Value, json};

use crate::clock::iso;
use crate::world::{Creator, Fan};

/// A fan in a list.
pub(super) fn fan_json(creator: &Creator, fan: &Fan) -> Value {
    let nickname = creator
        .fan_by_uuid
        .get(&fan.uuid)
        .and_then(|index| creator.chats.get(index))
        .and_then(|chat| chat.nickname.clone());
    json!({
        "uuid": fan.uuid,
        "handle": fan.handle,
        "displayName": fan.name,
        "nickname": nickname,
        "isTopSpender": fan.is_top_spender(),
        "avatarUrl": null,
        "registeredAt": iso(fan.registered_at),
    })
}

/// A fan as a transaction names them.
pub(super) fn payer_json(creator: &Creator, fan: usize) -> Value {
    let mut payer = fan_json(creator, &creator.fans[fan]);
    if let Some(fields) = payer.as_object_mut() {
        fields.remove("avatarUrl");
        fields.remove("registeredAt");
    }
    payer
}

/// A creator as `/creators` lists her.
pub(super) fn creator_json(creator: &Creator) -> Value {
    json!({
        "uuid": creator.uuid,
        "handle": creator.handle,
        "displayName": creator.name,
        "nickname": null,
        "isTopSpender": false,
        "avatarUrl": null,
        "registeredAt": iso(creator.created_at),
        "role": "ADMIN",
    })
}
