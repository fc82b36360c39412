//! `POST /webhooks/{platform}`: asked by platforms. The signature over the raw body is all the authentication there is.

use super::service::{self, Received};
use crate::error::Error;
use crate::platform::PlatformKind;
use crate::server::state::App;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};

/// No notification is that large.
const LARGEST: usize = 256 * 1024;

/// The route's methods.
pub fn webhooks() -> MethodRouter<App> {
    post(take).layer(DefaultBodyLimit::max(LARGEST))
}

async fn take(
    State(app): State<App>,
    Path(platform): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let client = platform.parse::<PlatformKind>().ok().and_then(|kind| app.platforms.get(kind));
    let Some(client) = client else { return StatusCode::NOT_FOUND.into_response() };
    match service::receive(&app.db, client.as_ref(), &headers, &body).await {
        Ok(Received::Stored | Received::Known) => StatusCode::NO_CONTENT.into_response(),
        Ok(Received::Refused) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(Received::Unreadable) => (StatusCode::BAD_REQUEST, "not a notification").into_response(),
        // Not stored: the platform is to send it again.
        Err(error) => {
            let error = match error {
                Error::Internal(source) => format!("{source:#}"),
                other => other.to_string(),
            };
            tracing::error!(platform, error, "a webhook could not be stored");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
