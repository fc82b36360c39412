//! What a test can make happen: time, sales, refunds, messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::{Refused, required_creator, required_fan};
use crate::api::earning_json;
use crate::clock::{Millis, SECOND, iso, parse_iso};
use crate::shared::Shared;
use crate::world::{Creator, Earning, Message, Mutation, Sale, Source};

#[derive(Debug, Deserialize)]
pub(super) struct Advance {
    seconds: i64,
}

/// `POST /control/advance {seconds}`: the clock jumps; if the world is alive, it lives through the time skipped.
pub(super) async fn advance(State(sandbox): State<Arc<Shared>>, Json(by): Json<Advance>) -> Json<Value> {
    sandbox.clock.advance(by.seconds.max(0) * SECOND);
    if sandbox.config.live {
        super::move_on(&sandbox);
    }
    super::send_scheduled(&sandbox);
    if let Err(error) = sandbox.save_grants().await {
        tracing::error!(%error, "the clock could not be saved");
    }
    Json(json!({"now": iso(sandbox.clock.now())}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MakeEarnings {
    creator: String,
    /// `tip` if absent.
    source: Option<String>,
    /// Cents; a price that suits the source if absent.
    gross: Option<i64>,
    fan: Option<String>,
    count: Option<usize>,
    /// Now if absent.
    at: Option<String>,
}

/// `POST /control/earnings {creator, source?, gross?, fan?, count?, at?}`: makes sales and answers their rows.
pub(super) async fn make_earnings(
    State(sandbox): State<Arc<Shared>>,
    Json(order): Json<MakeEarnings>,
) -> Result<Json<Value>, Refused> {
    let creator = required_creator(&sandbox.world(), &order.creator)?;
    let source = order.source.as_deref().unwrap_or("tip");
    let source = Source::parse(source)
        .filter(|source| !source.is_reversal())
        .ok_or(Refused::bad("source is not one that earns; use /control/refund for reversals"))?;
    let at = moment(&sandbox, order.at.as_deref())?;
    let mut rows = Vec::new();
    let mut mover = sandbox.mover();
    for _ in 0..order.count.unwrap_or(1).min(10_000) {
        let made = {
            let world = sandbox.world();
            let fan =
                order.fan.as_deref().map(|name| required_fan(&world.creators[creator], name)).transpose()?;
            let sale = Sale { creator, source, gross: order.gross, fan, at };
            mover.sell(&world, &sale)
        };
        let ids: Vec<Uuid> = made.iter().filter_map(Mutation::earning_id).collect();
        sandbox.happen(made);
        rows.extend(ids);
    }
    let world = sandbox.world();
    let creator = &world.creators[creator];
    let now = sandbox.clock.now();
    let shown = rows.iter().filter_map(|id| creator.earning(*id)).map(|row| earning_json(creator, row, now));
    Ok(Json(json!({"earnings": shown.collect::<Vec<_>>()})))
}

fn moment(sandbox: &Shared, text: Option<&str>) -> Result<Millis, Refused> {
    match text {
        Some(text) => parse_iso(text).ok_or(Refused::bad("at must be an ISO 8601 date")),
        None => Ok(sandbox.clock.now()),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Refund {
    transaction_order_id: Uuid,
    /// Cents, positive; what is left of the sale if absent.
    gross: Option<i64>,
    /// `refund` (if absent) or `chargeback`.
    kind: Option<Source>,
}

/// `POST /control/refund {transactionOrderId, gross?, kind?}`: adds the negative row and answers it.
pub(super) async fn refund(
    State(sandbox): State<Arc<Shared>>,
    Json(order): Json<Refund>,
) -> Result<Json<Value>, Refused> {
    let source = order.kind.unwrap_or(Source::Refund);
    if !source.is_reversal() {
        return Err(Refused::bad("kind must be refund or chargeback"));
    }
    let (creator, row) = {
        let world = sandbox.world();
        let (creator, sale) = find_sale(&world.creators, order.transaction_order_id)?;
        let left = world.creators[creator].unreversed_gross(sale);
        let gross = order.gross.unwrap_or(left);
        if gross <= 0 || gross > left {
            return Err(Refused::bad("gross must be positive and no more than what is left of the sale"));
        }
        (creator, sale.reversed(source, gross, crate::fresh::id(), sandbox.clock.now()))
    };
    sandbox.happen(vec![Mutation::Earned { creator, earning: row.clone() }]);
    let world = sandbox.world();
    Ok(Json(json!({"earning": earning_json(&world.creators[creator], &row, sandbox.clock.now())})))
}

fn find_sale(creators: &[Creator], id: Uuid) -> Result<(usize, &Earning), Refused> {
    let mut found =
        creators.iter().enumerate().filter_map(|(index, creator)| Some((index, creator.earning(id)?)));
    let sale = found.next().ok_or_else(|| Refused::not_found("no such transaction"))?;
    if sale.1.source.is_reversal() {
        return Err(Refused::bad("a reversal cannot be reversed"));
    }
    Ok(sale)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MakeMessage {
    creator: String,
    fan: Option<String>,
    text: Option<String>,
    /// Written by the creator on the platform itself; by the fan if absent.
    #[serde(default)]
    from_creator: bool,
    /// Cents; only for messages of the creator.
    price: Option<i64>,
}

/// `POST /control/message {creator, fan?, text?, fromCreator?, price?}`.
pub(super) async fn message(
    State(sandbox): State<Arc<Shared>>,
    Json(order): Json<MakeMessage>,
) -> Result<Json<Value>, Refused> {
    let mut mover = sandbox.mover();
    let (creator, fan, fan_uuid, message) = {
        let world = sandbox.world();
        let creator = required_creator(&world, &order.creator)?;
        let page = &world.creators[creator];
        let fan = match order.fan.as_deref() {
            Some(name) => required_fan(page, name)?,
            None => mover.somebody(page),
        };
        let media = order.price.map(|_| page.media[0].uuid).into_iter().collect();
        let message = Message {
            id: crate::fresh::id(),
            at: sandbox.clock.now(),
            from_creator: order.from_creator || order.price.is_some(),
            text: order.text.unwrap_or_else(|| "hello from the control desk".into()),
            kind: "SINGLE_RECIPIENT".into(),
            price: order.price,
            purchased_at: None,
            media,
            read: false,
            sent_by: None,
        };
        (creator, fan, page.fans[fan].uuid, message)
    };
    let id = message.id;
    sandbox.happen(vec![Mutation::MessageAdded { creator, fan, message }]);
    Ok(Json(json!({"messageUuid": id, "fanUuid": fan_uuid})))
}
