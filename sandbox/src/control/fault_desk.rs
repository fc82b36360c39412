//! `POST` and `DELETE /control/faults`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::{Fault, Kind};
use super::refusal::{Refused, required_creator};
use crate::clock::{SECOND, parse_iso};
use crate::oauth::{Chain, Death, Identity};
use crate::shared::Shared;

/// What a test orders. Unknown fields are refused, so that a typo does not pass for a fault that never struck.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    kind: Kind,
    #[serde(default)]
    scope: Scope,
    path: Option<String>,
    creator: Option<String>,
    count: Option<u32>,
    /// A moment of the world's clock.
    until: Option<String>,
    /// Instead of `until`: seconds from now.
    seconds: Option<i64>,
    #[serde(default)]
    params: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    path: Option<String>,
    creator: Option<String>,
}

pub(super) async fn set(
    State(sandbox): State<Arc<Shared>>,
    Json(order): Json<Order>,
) -> Result<Json<Value>, Refused> {
    let creator = match order.creator.as_deref().or(order.scope.creator.as_deref()) {
        Some("agency") if order.kind.is_immediate() => {
            return Ok(Json(strike_agency(&sandbox, &order).await));
        }
        Some(name) => Some(required_creator(&sandbox.world(), name)?),
        None => None,
    };
    if order.kind.is_immediate() {
        let hits = |chain: &Chain| creator.is_none_or(|index| chain.identity == Identity::Creator(index));
        return Ok(Json(strike(&sandbox, &order, hits).await));
    }
    let now = sandbox.clock.now();
    let until = match (&order.until, order.seconds) {
        (Some(text), _) => Some(parse_iso(text).ok_or(Refused::bad("until must be an ISO 8601 date"))?),
        (None, seconds) => seconds.map(|seconds| now + seconds * SECOND),
    };
    let path = order.path.or(order.scope.path);
    let fault = Fault { kind: order.kind, path, creator, count: order.count, until, params: order.params };
    let id = sandbox.faults().add(fault);
    Ok(Json(json!({"id": id})))
}

async fn strike_agency(sandbox: &Shared, order: &Order) -> Value {
    strike(sandbox, order, |chain| chain.identity == Identity::Agency).await
}

async fn strike(sandbox: &Shared, order: &Order, hits: impl Fn(&Chain) -> bool) -> Value {
    let affected = match order.kind {
        Kind::ChainDeath => sandbox.grants().kill(Death::Killed, hits),
        Kind::ConsentWithdrawn => sandbox.grants().kill(Death::Withdrawn, hits),
        _ => {
            let lifetime = order.params.get("lifetime").and_then(Value::as_u64);
            if let Some(lifetime) = lifetime.and_then(|lifetime| u32::try_from(lifetime).ok()) {
                sandbox.grants().token_lifetime = lifetime;
            }
            let seconds = order.params.get("seconds").and_then(Value::as_i64).or(order.seconds).unwrap_or(0);
            sandbox.grants().expire_in(seconds, sandbox.clock.now(), hits)
        }
    };
    if let Err(error) = sandbox.save_grants().await {
        tracing::error!(%error, "grants could not be saved");
    }
    json!({"affected": affected})
}

/// All faults, or the one of `?id=`.
pub(super) async fn clear(
    State(sandbox): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Json<Value>, Refused> {
    let id = match query.get("id") {
        Some(text) => Some(text.parse().map_err(|_| Refused::bad("id must be a number"))?),
        None => None,
    };
    Ok(Json(json!({"cleared": sandbox.faults().clear(id)})))
}
