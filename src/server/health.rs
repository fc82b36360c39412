//! Is it alive, does the database answer, do the platforms answer; and the metrics.

use super::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::header};
use serde_json::json;

/// `GET /health`: the process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// `GET /health/database`: the database answers.
pub async fn database(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => "ok".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

/// Figures are for whoever runs the installation: not for people, who come through the proxy.
fn came_by_proxy(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for")
}

/// `GET /health/external`: how the platforms answered lately, from our own calls; asks nobody anything.
pub async fn external(State(app): State<App>, headers: HeaderMap) -> Response {
    if came_by_proxy(&headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match crate::connections::health_by_platform(&app.db).await {
        Ok(counts) => Json(json!(counts)).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

/// `GET /metrics`, for Prometheus. It names no agency and no person.
pub async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    if came_by_proxy(&headers) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (size, idle) = app.db.pool_size();
    #[expect(clippy::cast_precision_loss, reason = "pool sizes are small")]
    let idle = idle as f64;
    metrics::gauge!("db_pool_connections").set(f64::from(size));
    metrics::gauge!("db_pool_idle").set(idle);
    // Without the database there is no figure, rather than an old one.
    metrics::gauge!("jobs_oldest_due_seconds")
        .set(crate::jobs::oldest_due(&app.db).await.unwrap_or(f64::NAN));
    let broken = crate::audit::broken_chains(&app.db).await.ok().and_then(|count| u32::try_from(count).ok());
    metrics::gauge!("audit_chains_broken").set(broken.map_or(f64::NAN, f64::from));
    tell_rotation(&app).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render()).into_response()
}

/// How many values wait to be sealed with the current key, and how many no key opens.
async fn tell_rotation(app: &App) {
    let columns = crate::rotation::progress(&app.db, app.vault.key_id()).await;
    let sum = |of: fn(&crate::rotation::Progress) -> i64| match &columns {
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        Ok(columns) => columns.iter().map(of).sum::<i64>() as f64,
        Err(_) => f64::NAN,
    };
    metrics::gauge!("key_rotation_left").set(sum(|at| at.total - at.sealed - at.unreadable));
    metrics::gauge!("key_rotation_unreadable").set(sum(|at| at.unreadable));
}
