//! What single fans have spent, and who spends most.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::Call;
use super::people::fan_json;
use super::reply::{Answer, Refusal, ok, paged};
use crate::clock::iso;
use crate::world::{Creator, Earning, Fan, net_of};

/// Most fans that one bulk request may name.
const BULK: usize = 100;

/// `/insights/fans/{u}`.
pub(super) fn one(call: &Call<'_>, fan: &str) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    let uuid = call.uuid(fan, "Fan")?;
    let (_, fan) = creator.fan(uuid).ok_or_else(|| Refusal::not_found("Fan"))?;
    ok(insight(fan))
}

/// `GET /insights/fans?fanUuids=a,b`.
pub(super) fn bulk(call: &Call<'_>) -> Answer {
    let uuids = call.list("fanUuids").into_iter().map(str::to_owned).collect();
    many(call, uuids)
}

/// `POST /insights/fans/batch {fanUuids}`.
pub(super) fn batch(call: &Call<'_>) -> Answer {
    let uuids = call.body.get("fanUuids").and_then(Value::as_array);
    let uuids = uuids.ok_or_else(|| Refusal::invalid("fanUuids is required"))?;
    many(call, uuids.iter().filter_map(|uuid| uuid.as_str().map(str::to_owned)).collect())
}

fn many(call: &Call<'_>, uuids: Vec<String>) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    if uuids.is_empty() || uuids.len() > BULK {
        return Err(Refusal::invalid(format!("fanUuids must name 1 to {BULK} fans")));
    }
    let mut results = Map::new();
    let mut errors = Vec::new();
    for text in uuids {
        let fan = text.parse::<Uuid>().ok().and_then(|uuid| creator.fan(uuid));
        if fan.is_none() {
            errors.push(json!({"code": "FAN_NOT_FOUND", "fanUuid": text, "message": "Fan not found"}));
        }
        results.insert(text, fan.map_or(Value::Null, |(_, fan)| insight(fan)));
    }
    ok(json!({"results": results, "errors": errors}))
}

fn insight(fan: &Fan) -> Value {
    let amount = |gross: i64| json!({"gross": gross, "net": net_of(gross), "total": net_of(gross)});
    let sources: Map<String, Value> = fan
        .spend
        .by_source
        .iter()
        .map(|(source, gross)| (source.as_str().to_owned(), amount(*gross)))
        .collect();
    let subscription =
        fan.subscription.as_ref().filter(|subscription| subscription.active).map(|subscription| {
            json!({
                "createdAt": iso(subscription.created_at),
                "renewsAt": iso(subscription.renews_at),
                "autoRenewalEnabled": subscription.auto_renews,
            })
        });
    json!({
        "status": fan.status().as_str(),
        "spending": {
            "lastPurchaseAt": fan.spend.last_purchase_at.map(iso),
            "total": {"gross": fan.spend.gross, "net": fan.spend.net, "total": fan.spend.net},
            "maxSinglePayment": amount(fan.spend.largest_gross),
            "sources": sources,
        },
        "subscription": subscription,
    })
}

/// `/insights/top-spenders`: by gross, all time or within the period asked for.
pub(super) fn top_spenders(call: &Call<'_>) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    let (from, to) = call.period()?;
    let mut sums = vec![(0_i64, 0_i64); creator.fans.len()];
    for row in creator.earnings.iter().filter(|row| row.at >= from && row.at < to) {
        if let Some(fan) = row.fan {
            sums[fan].0 += row.gross;
            sums[fan].1 += row.net();
        }
    }
    let mut spenders: Vec<usize> = (0..sums.len()).filter(|fan| sums[*fan].0 > 0).collect();
    spenders.sort_by_key(|fan| (std::cmp::Reverse(sums[*fan].0), creator.fans[*fan].uuid));
    paged(call, spenders.into_iter(), |fan| {
        let (gross, net) = sums[fan];
        json!({"gross": gross, "net": net, "messages": written(creator, fan), "user": fan_json(creator, &creator.fans[fan])})
    })
}

/// Messages that the fan wrote.
fn written(creator: &Creator, fan: usize) -> usize {
    let messages = creator.chats.get(&fan).map(|chat| &chat.messages);
    messages.map_or(0, |messages| messages.iter().filter(|message| !message.from_creator).count())
}

/// `/insights/spending`: what was taken back.
pub(super) fn spending(call: &Call<'_>) -> Answer {
    super::earnings::rows(call, |row: &Earning| row.source.is_reversal())
}

/// The chat's fan, or 404.
pub(super) fn required<'a>(
    call: &Call<'_>,
    creator: &'a Creator,
    fan: &str,
) -> Result<(usize, &'a Fan), Refusal> {
    let uuid = call.uuid(fan, "User")?;
    creator.fan(uuid).ok_or_else(|| Refusal::not_found("User"))
}

/// Refuses to write to a fan who cannot be written to.
pub(super) fn ensure_contactable(fan: &Fan) -> Result<(), Refusal> {
    if fan.contactable {
        return Ok(());
    }
    Err(Refusal::message(StatusCode::BAD_REQUEST, "This user cannot be contacted"))
}
