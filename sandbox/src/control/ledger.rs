//! The raw ledger, from which a test can recompute every figure, and the state of all grants.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::clock::{Millis, iso};
use crate::oauth::{Chain, Identity};
use crate::shared::Shared;
use crate::world::{Creator, Earning};

/// `GET /control/ledger?creator=<uuid or handle>`: every row as of now, oldest first, without paging.
pub(super) async fn ledger(
    State(sandbox): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let now = sandbox.clock.now();
    let world = sandbox.world();
    let chosen: Vec<&Creator> = match query.get("creator") {
        None => world.creators.iter().collect(),
        Some(name) => match world.find_creator(name) {
            Some(index) => vec![&world.creators[index]],
            None => {
                return (StatusCode::NOT_FOUND, Json(json!({"error": "no such creator"}))).into_response();
            }
        },
    };
    let creators: Vec<Value> = chosen.into_iter().map(|creator| creator_ledger(creator, now)).collect();
    Json(json!({"sandbox": true, "now": iso(now), "creators": creators})).into_response()
}

fn creator_ledger(creator: &Creator, now: Millis) -> Value {
    let fan_uuid = |fan: usize| creator.fans[fan].uuid;
    let events = creator.subscriber_events.iter().map(|event| {
        let kind = if event.joined { "new" } else { "cancelled" };
        json!({"date": iso(event.at), "type": kind, "fanUuid": fan_uuid(event.fan)})
    });
    let priced = creator.chats.iter().flat_map(|(fan, chat)| {
        chat.messages.iter().filter(|message| message.price.is_some()).map(|message| {
            json!({
                "uuid": message.id,
                "fanUuid": fan_uuid(*fan),
                "sentAt": iso(message.at),
                "price": message.price,
                "purchasedAt": message.purchased_at.map(iso),
            })
        })
    });
    json!({
        "uuid": creator.uuid,
        "handle": creator.handle,
        "name": creator.name,
        "currency": creator.currency,
        "inAgency": creator.in_agency,
        "earnings": creator.earnings.iter().map(|row| row_json(creator, row, now)).collect::<Vec<_>>(),
        "subscriberEvents": events.collect::<Vec<_>>(),
        "pricedMessages": priced.collect::<Vec<_>>(),
        "activeSubscribers": creator.subscribers().count(),
        "followers": creator.followers().count(),
        "fans": creator.fans.len(),
    })
}

fn row_json(creator: &Creator, row: &Earning, now: Millis) -> Value {
    json!({
        "transactionOrderId": row.id,
        "date": iso(row.at),
        "gross": row.gross,
        "net": row.net(),
        "currency": creator.currency,
        "source": row.source.as_str(),
        "status": row.status(now),
        "fanUuid": row.fan.map(|fan| creator.fans[fan].uuid),
        "messageUuid": row.message,
        "postUuid": row.post,
        "reversedTransactionOrderId": row.reverses,
    })
}

/// `GET /control/state`: the clock, the creators, every grant, and what has been asked so far.
pub(super) async fn state(State(sandbox): State<Arc<Shared>>) -> Json<Value> {
    let world = sandbox.world();
    let creators: Vec<Value> = world
        .creators
        .iter()
        .map(|creator| {
            json!({
                "uuid": creator.uuid,
                "handle": creator.handle,
                "name": creator.name,
                "currency": creator.currency,
                "inAgency": creator.in_agency,
                "earnings": creator.earnings.len(),
                "fans": creator.fans.len(),
                "subscribers": creator.subscribers().count(),
            })
        })
        .collect();
    let mut chains: Vec<Chain> = sandbox.grants().chains.values().cloned().collect();
    chains.sort_by_key(|chain| (chain.created_at, chain.id));
    let grants: Vec<Value> = chains
        .iter()
        .map(|chain| {
            let (identity, uuid) = match chain.identity {
                Identity::Agency => ("agency", world.agency_uuid),
                Identity::Creator(index) => (world.creators[index].handle, world.creators[index].uuid),
            };
            json!({
                "id": chain.id,
                "identity": identity,
                "userUuid": uuid,
                "alive": chain.death.is_none(),
                "death": chain.death,
                "refreshes": chain.refreshes,
                "scopes": chain.scopes,
                "createdAt": iso(chain.created_at),
            })
        })
        .collect();
    Json(json!({
        "sandbox": true,
        "now": iso(sandbox.clock.now()),
        "creators": creators,
        "agencyUuid": world.agency_uuid,
        "grants": grants,
        "alive": chains.iter().filter(|chain| chain.death.is_none()).count(),
        "dead": chains.iter().filter(|chain| chain.death.is_some()).count(),
        "counters": sandbox.counters.to_json(),
        "webhooks": sandbox.outbox.to_json(),
        "faults": sandbox.faults().to_json(&world),
    }))
}
