//! What is known of a request anywhere in its course: its id and where it came from.

use super::state::App;
use crate::auth::Origin;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tracing::Instrument;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The header that carries the id; one from a trusted proxy is kept.
const REQUEST_ID_HEADER: &str = "x-request-id";

/// Gives every request an id, for logs and for people to quote.
pub async fn give_id(mut request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok());
    let id = given.filter(|id| is_plain(id)).map_or_else(new_id, str::to_owned);
    let Ok(value) = HeaderValue::from_str(&id) else { return next.run(request).await };
    request.headers_mut().insert(REQUEST_ID_HEADER, value.clone());
    let span = tracing::info_span!("request", request_id = id);
    let mut response = REQUEST_ID.scope(id, next.run(request)).instrument(span).await;
    response.headers_mut().insert(REQUEST_ID_HEADER, value);
    response
}

fn new_id() -> String {
    use crate::random::{Random, SystemRandom};
    let random: &dyn Random = &SystemRandom;
    data_encoding::HEXLOWER.encode(&random.bytes::<8>())
}

fn is_plain(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The reference that a person quotes and that finds the log line.
#[must_use]
pub fn current_reference() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_else(|_| new_id())
}

/// From where `request` came, as far as proxies are trusted.
#[must_use]
pub fn origin(app: &App, request: &Request) -> Origin {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    Origin {
        ip: app.settings.trusted_proxies.client(peer, headers),
        request_id: text(REQUEST_ID_HEADER).unwrap_or_default().to_owned(),
        user_agent: text(header::USER_AGENT.as_str()).unwrap_or("unknown").chars().take(200).collect(),
    }
}
