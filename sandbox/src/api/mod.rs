//! The API: one gate for every request (faults, version, token, rate), then the endpoint by its path.

mod agency;
mod call;
mod chats;
mod earnings;
mod endpoints;
mod fans;
mod limiter;
mod links;
mod lists;
mod mass_messages;
mod media;
mod messages;
mod people;
mod reply;
mod subscribers;
mod summary;
mod users;

pub(crate) use self::earnings::earning_json;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use self::call::{Call, Effects};
pub(crate) use self::limiter::{Limiter, Verdict};

use self::reply::{Answer, Refusal};
use crate::control::faults;
use crate::oauth::{Access, Identity};
use crate::shared::Shared;

/// The only version that is served.
const VERSION: &str = "2025-06-26";

/// An address without its `/v1` prefix and its `/creators/{uuid}` twin.
struct Path {
    v1: bool,
    twin: Option<Uuid>,
    segments: Vec<String>,
}

impl Path {
    fn parse(path: &str) -> Self {
        let mut segments: Vec<String> =
            path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let v1 = segments.first().is_some_and(|first| first == "v1");
        if v1 {
            segments.remove(0);
        }
        let mut twin = None;
        if segments.len() > 2 && segments[0] == "creators" {
            twin = segments[1].parse().ok();
            if twin.is_some() {
                segments.drain(..2);
            }
        }
        Self { v1, twin, segments }
    }

    /// The path with ids taken out, for counting.
    fn template(&self) -> String {
        let shown = self.segments.iter().map(|part| if part.parse::<Uuid>().is_ok() { "{id}" } else { part });
        let prefix = if self.twin.is_some() { "/creators/{id}/" } else { "/" };
        format!("{prefix}{}", shown.collect::<Vec<_>>().join("/"))
    }
}

/// Every request that is neither OAuth nor control.
pub(crate) async fn handle(
    State(sandbox): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = Path::parse(uri.path());
    sandbox.counters.api_request(&format!("{method} {}", path.template()));
    let access = bearer(&headers).and_then(|token| sandbox.authenticate(token));
    let creator = subject(&sandbox, &path, access.as_ref());
    let faults = sandbox.faults().take(uri.path(), &method, creator, sandbox.clock.now());
    let mut response = match faults::before(&sandbox, &faults).await {
        Some(answer) => answer,
        None => match gate(&sandbox, &headers, &path, access) {
            Ok((access, allowance)) => {
                let answer = call(&sandbox, &access, &method, &uri, &path, &body);
                with_allowance(answer.into_response(), &allowance)
            }
            Err(refused) => *refused,
        },
    };
    set(&mut response, "x-request-id", &crate::fresh::id().to_string());
    faults::after(&sandbox, &faults, response).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The creator that a request is about, as far as can be told.
fn subject(sandbox: &Shared, path: &Path, access: Option<&Access>) -> Option<usize> {
    match (path.twin, access?.identity) {
        (Some(uuid), _) => sandbox.world().creator_index(uuid),
        (None, Identity::Creator(index)) => Some(index),
        (None, Identity::Agency) => None,
    }
}

/// Version, token and rate, in this order.
fn gate(
    sandbox: &Shared,
    headers: &HeaderMap,
    path: &Path,
    access: Option<Access>,
) -> Result<(Access, Verdict), Box<Response>> {
    let version = headers.get("x-fanvue-api-version").and_then(|value| value.to_str().ok()).unwrap_or("");
    if version == sandbox.config.sunset_version {
        return Err(Box::new(gone(version)));
    }
    if version != VERSION {
        let message = format!("API version '{version}' is not supported");
        let body = json!({"error": "Unsupported API version", "message": message});
        return Err(Box::new(Refusal(StatusCode::BAD_REQUEST, body).into_response()));
    }
    let Some(access) = access else {
        return Err(Box::new(
            Refusal(StatusCode::UNAUTHORIZED, json!({"error": "Unauthorized"})).into_response(),
        ));
    };
    let user = sandbox.subject_uuid(access.identity);
    let twin = path.twin.map_or(String::new(), |uuid| format!(":{uuid}"));
    let verdict =
        sandbox.limiter().take(&format!("{}:{user}{twin}", sandbox.config.client_id), sandbox.clock.now());
    if verdict.refused() {
        sandbox.counters.limited();
        return Err(Box::new(too_many(&verdict)));
    }
    Ok((access, verdict))
}

fn gone(version: &str) -> Response {
    let body = json!({
        "error": "API version sunset",
        "message": format!("API version '{version}' is no longer available"),
        "nextVersion": VERSION,
    });
    let mut response = Refusal(StatusCode::GONE, body).into_response();
    set(&mut response, "x-fanvue-api-next-version", VERSION);
    response
}

/// 429 as the platform answers it.
pub(crate) fn too_many(verdict: &Verdict) -> Response {
    let body = json!({"error": "Too Many Requests", "message": "Rate limit exceeded"});
    let mut response = Refusal(StatusCode::TOO_MANY_REQUESTS, body).into_response();
    set(&mut response, "retry-after", &verdict.retry_after.to_string());
    with_allowance(response, verdict)
}

fn with_allowance(mut response: Response, verdict: &Verdict) -> Response {
    if verdict.limit > 0 {
        set(&mut response, "x-ratelimit-limit", &verdict.limit.to_string());
        set(&mut response, "x-ratelimit-remaining", &verdict.remaining.to_string());
        set(&mut response, "x-ratelimit-reset", &verdict.reset.to_string());
    }
    response
}

fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn call(sandbox: &Shared, access: &Access, method: &Method, uri: &Uri, path: &Path, body: &Bytes) -> Answer {
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| Refusal::invalid("The query is malformed"))?;
    let body = match body.as_ref() {
        [] => Value::Null,
        bytes => serde_json::from_slice(bytes).map_err(|_| Refusal::invalid("The body is not JSON"))?,
    };
    let world = sandbox.world();
    let twin = path.twin.map(|uuid| reach(&world, access, uuid)).transpose()?;
    let call = Call {
        sandbox,
        world: &world,
        access,
        twin,
        v1: path.v1,
        cursors: path.v1 && !query.0.iter().any(|(name, _)| name == "page"),
        query: &query.0,
        body: &body,
        now: sandbox.clock.now(),
        effects: RefCell::new(Effects::default()),
    };
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let answer = endpoints::dispatch(&call, method, &segments);
    let effects = call.effects.into_inner();
    drop(world);
    if answer.is_ok() {
        for edit in effects.edits {
            sandbox.edit_world(edit);
        }
        sandbox.happen(effects.mutations);
    }
    answer
}

/// May this token act for that creator?
fn reach(world: &crate::world::World, access: &Access, uuid: Uuid) -> Result<usize, Refusal> {
    let index = world.creator_index(uuid).ok_or_else(|| Refusal::not_found("Creator"))?;
    let reached = match access.identity {
        Identity::Creator(own) => own == index,
        Identity::Agency => world.creators[index].in_agency,
    };
    reached
        .then_some(index)
        .ok_or_else(|| Refusal::message(StatusCode::FORBIDDEN, "No access to this creator"))
}

/// How long a hanging answer hangs unless the fault says otherwise.
pub(crate) const HANG: Duration = Duration::from_secs(120);
