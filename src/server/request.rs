//! What is known of a request anywhere in its course: its id and where it came from.

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

/// From where `request` came. Behind a proxy on this machine or in the private network, its word is taken.
#[must_use]
pub fn origin(request: &Request) -> Origin {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_canonical();
    // The last word of the last line is the nearest proxy's own; what stands before it anybody may have written.
    let line = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let forwarded = line.and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    Origin {
        ip: if is_proxy(peer) { forwarded.map_or(peer, |ip| ip.to_canonical()) } else { peer },
        request_id: text(REQUEST_ID_HEADER).unwrap_or_default().to_owned(),
        user_agent: text(header::USER_AGENT.as_str()).unwrap_or("unknown").chars().take(200).collect(),
    }
}

fn is_proxy(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}
