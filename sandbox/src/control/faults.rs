//! Faults on demand: which are set, which a request meets, and what they do to it.

use axum::body::{Body, to_bytes};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::{HANG, Verdict, too_many};
use crate::clock::{Millis, SECOND};
use crate::shared::Shared;
use crate::world::World;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A 5xx answer; `params.status` (503).
    #[serde(alias = "5xx")]
    ServerError,
    /// No answer for `params.ms` (two minutes).
    Timeout,
    /// A right answer after `params.ms` (1000).
    Slow,
    /// 429 with `params.retryAfter` seconds (2).
    #[serde(alias = "429")]
    RateLimited,
    /// Half of the right answer.
    TruncatedJson,
    /// Fields and enum values that no document knows; `params.fields`, `params.enums` (both true).
    UnknownValues,
    /// A message is sent, but its answer never comes; `params.ms` as for a timeout.
    SendTimesOut,
    /// Access tokens expire `params.seconds` (0) from now; once, at the moment the fault is set. Those issued later
    /// live for `params.lifetime` seconds, if given.
    TokenExpiry,
    /// The refresh token is refused from now on; access tokens live until they expire.
    ChainDeath,
    /// The grant is revoked: both tokens are refused.
    ConsentWithdrawn,
    /// A webhook first comes with a signature of `params.seconds` (600) ago.
    WebhookLate,
    /// A webhook comes twice.
    WebhookDoubled,
    /// A webhook comes after the one that follows it.
    WebhookOutOfOrder,
    /// A webhook first comes with a body that its signature does not cover.
    WebhookTampered,
}

impl Kind {
    fn meets_api(self) -> bool {
        use Kind::{RateLimited, SendTimesOut, ServerError, Slow, Timeout, TruncatedJson, UnknownValues};
        matches!(
            self,
            ServerError | Timeout | Slow | RateLimited | TruncatedJson | UnknownValues | SendTimesOut
        )
    }

    pub(super) fn is_immediate(self) -> bool {
        matches!(self, Kind::TokenExpiry | Kind::ChainDeath | Kind::ConsentWithdrawn)
    }
}

/// A fault that waits for something to meet it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub kind: Kind,
    /// Start of the address, with or without `/v1` and `/creators/{uuid}`.
    pub path: Option<String>,
    pub creator: Option<usize>,
    /// How often it still strikes; without a count, until `until` or until it is deleted.
    pub count: Option<u32>,
    pub until: Option<Millis>,
    pub params: Value,
}

impl Fault {
    fn number(&self, name: &str, default: u64) -> u64 {
        self.params.get(name).and_then(Value::as_u64).unwrap_or(default)
    }

    fn flag(&self, name: &str) -> bool {
        self.params.get(name).and_then(Value::as_bool).unwrap_or(true)
    }

    /// Seconds by which a late webhook's signature is too old.
    pub(crate) fn late_by(&self) -> i64 {
        i64::try_from(self.number("seconds", 600)).unwrap_or(600)
    }

    async fn hang(&self, sandbox: &Shared) -> Response {
        let default = u64::try_from(HANG.as_millis()).unwrap_or(u64::MAX);
        sandbox.pause(self.number("ms", default)).await;
        (StatusCode::GATEWAY_TIMEOUT, axum::Json(json!({"error": "Gateway Timeout"}))).into_response()
    }
}

/// All faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    next_id: u64,
    set: Vec<(u64, Fault)>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) -> u64 {
        self.next_id += 1;
        self.set.push((self.next_id, fault));
        self.next_id
    }

    pub(super) fn clear(&mut self, id: Option<u64>) -> usize {
        let before = self.set.len();
        self.set.retain(|(other, _)| id.is_some_and(|id| id != *other));
        before - self.set.len()
    }

    /// The faults that a request of the API meets; each that has a count has one less.
    pub(crate) fn take(
        &mut self,
        path: &str,
        method: &Method,
        creator: Option<usize>,
        now: Millis,
    ) -> Vec<Fault> {
        let short = short_path(path);
        let sends =
            *method == Method::POST && (path.ends_with("/message") || path.ends_with("/mass-messages"));
        self.strike(now, |fault| {
            fault.kind.meets_api()
                && (fault.kind != Kind::SendTimesOut || sends)
                && fault.creator.is_none_or(|wanted| creator == Some(wanted))
                && fault
                    .path
                    .as_deref()
                    .is_none_or(|wanted| path.starts_with(wanted) || short.starts_with(wanted))
        })
    }

    /// The faults that a webhook meets.
    pub(crate) fn take_for_webhook(&mut self, creator: usize, now: Millis) -> Vec<Fault> {
        self.strike(now, |fault| {
            !fault.kind.meets_api()
                && !fault.kind.is_immediate()
                && fault.creator.is_none_or(|wanted| creator == wanted)
        })
    }

    fn strike(&mut self, now: Millis, meets: impl Fn(&Fault) -> bool) -> Vec<Fault> {
        let mut struck = Vec::new();
        for (_, fault) in &mut self.set {
            if fault.until.is_none_or(|until| now < until) && fault.count != Some(0) && meets(fault) {
                fault.count = fault.count.map(|count| count - 1);
                struck.push(fault.clone());
            }
        }
        self.set.retain(|(_, fault)| fault.until.is_none_or(|until| now < until) && fault.count != Some(0));
        struck
    }

    pub(crate) fn to_json(&self, world: &World) -> Value {
        let show = |(id, fault): &(u64, Fault)| {
            json!({
                "id": id,
                "kind": fault.kind,
                "path": fault.path,
                "creator": fault.creator.map(|index| world.creators[index].handle),
                "count": fault.count,
                "until": fault.until.map(crate::clock::iso),
                "params": fault.params,
            })
        };
        self.set.iter().map(show).collect()
    }
}

/// The address without `/v1` and `/creators/{uuid}`.
fn short_path(path: &str) -> &str {
    let path = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let twin = path.strip_prefix("/creators/").and_then(|rest| rest.find('/').map(|slash| &rest[slash..]));
    twin.unwrap_or(path)
}

/// What happens instead of the answer, or before it.
pub(crate) async fn before(sandbox: &Shared, faults: &[Fault]) -> Option<Response> {
    for fault in faults {
        match fault.kind {
            Kind::Slow => sandbox.pause(fault.number("ms", 1000)).await,
            Kind::Timeout => return Some(fault.hang(sandbox).await),
            Kind::RateLimited => return Some(limited(sandbox, fault)),
            Kind::ServerError => return Some(server_error(fault)),
            _ => {}
        }
    }
    None
}

fn limited(sandbox: &Shared, fault: &Fault) -> Response {
    let retry_after = i64::try_from(fault.number("retryAfter", 2)).unwrap_or(2);
    let reset = sandbox.clock.now() / SECOND + retry_after;
    too_many(&Verdict { limit: 200, remaining: 0, retry_after, reset })
}

fn server_error(fault: &Fault) -> Response {
    let status =
        u16::try_from(fault.number("status", 503)).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, "upstream connect error or disconnect/reset before headers").into_response()
}

/// What happens to the answer.
pub(crate) async fn after(sandbox: &Shared, faults: &[Fault], mut response: Response) -> Response {
    for fault in faults {
        response = match fault.kind {
            Kind::SendTimesOut if response.status().is_success() => fault.hang(sandbox).await,
            Kind::TruncatedJson => with_body(response, |bytes| bytes[..bytes.len() / 2].to_vec()).await,
            Kind::UnknownValues => {
                let (fields, enums) = (fault.flag("fields"), fault.flag("enums"));
                with_body(response, |bytes| estrange_body(bytes, fields, enums)).await
            }
            _ => response,
        };
    }
    response
}

async fn with_body(response: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    match to_bytes(body, 64 << 20).await {
        Ok(bytes) => Response::from_parts(parts, Body::from(change(&bytes))),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn estrange_body(bytes: &[u8], fields: bool, enums: bool) -> Vec<u8> {
    match serde_json::from_slice(bytes) {
        Ok(mut value) => {
            estrange(&mut value, fields, enums);
            value.to_string().into_bytes()
        }
        Err(_) => bytes.to_vec(),
    }
}

/// Adds a field to every object, and gives fields with a closed list of values one that is not on it.
fn estrange(value: &mut Value, fields: bool, enums: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| estrange(item, fields, enums)),
        Value::Object(object) => estrange_object(object, fields, enums),
        _ => {}
    }
}

fn estrange_object(object: &mut Map<String, Value>, fields: bool, enums: bool) {
    const ENUMS: [&str; 6] = ["source", "transactionOrderStatus", "type", "mediaType", "status", "role"];
    for (name, value) in object.iter_mut() {
        if enums && ENUMS.contains(&name.as_str()) && value.is_string() {
            *value = json!("neverHeardOf");
        }
        estrange(value, fields, enums);
    }
    if fields {
        object.insert("sandboxSurprise".into(), json!({"isNew": true, "values": [1, null, "two"]}));
    }
}

/// Faults whose path is `/oauth2/token` (or a beginning of it) strike the token endpoint.
fn strikes_token_endpoint(fault: &Fault) -> bool {
    fault.kind.meets_api()
        && fault
            .path
            .as_deref()
            .is_some_and(|path| path.starts_with("/oauth2") && "/oauth2/token".starts_with(path))
}

fn is_about_the_answer(kind: Kind) -> bool {
    matches!(kind, Kind::SendTimesOut | Kind::TruncatedJson | Kind::UnknownValues)
}

/// What happens instead of an exchange.
pub(crate) async fn before_exchange(sandbox: &Shared) -> Option<Response> {
    let now = sandbox.clock.now();
    let faults = sandbox
        .faults()
        .strike(now, |fault| strikes_token_endpoint(fault) && !is_about_the_answer(fault.kind));
    before(sandbox, &faults).await
}

/// What happens to the answer of an exchange; the rotation has taken place.
pub(crate) async fn after_exchange(sandbox: &Shared, response: Response) -> Response {
    let now = sandbox.clock.now();
    let faults = sandbox
        .faults()
        .strike(now, |fault| strikes_token_endpoint(fault) && is_about_the_answer(fault.kind));
    after(sandbox, &faults, response).await
}
