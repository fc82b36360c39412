//! Logs and request metrics. Neither holds a secret: paths are logged as templates, bodies and queries never.

use crate::config::LogFormat;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 10.0, 30.0];
/// A job's failure is logged by jobs/task.rs; what the library says of it would repeat that, with the payload.
const LOGGED: &str = "info,graphile_worker=warn,graphile_worker::runner::release=off,graphile_worker::runner::task_execution=off";

/// Begins logging; `RUST_LOG` chooses how much. Again is harmless.
pub fn start_logging(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // It fails only when a subscriber is installed already, as tests do.
    drop(match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    });
}

/// The process's metrics; one recorder however often asked.
///
/// # Errors
/// When another recorder is installed.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let buckets = Matcher::Suffix("_seconds".to_owned());
    let recorder = PrometheusBuilder::new().set_buckets_for_metric(buckets, &SECONDS)?.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        return HANDLE.get().cloned().ok_or_else(|| anyhow::anyhow!("another metrics recorder is installed"));
    }
    Ok(HANDLE.get_or_init(|| handle).clone())
}

/// Counts and times every request by route template, and logs what took long or failed.
#[expect(clippy::disallowed_methods, reason = "a duration is measured, no time is told")]
pub async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let (took, status) = (begun.elapsed(), response.status().as_u16());
    metrics::counter!("http_requests_total", "route" => route.clone(), "method" => method.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route.clone()).record(took.as_secs_f64());
    if status >= 500 {
        tracing::warn!(method, route, status, ?took, "request failed");
    } else {
        tracing::debug!(method, route, status, ?took, "request");
    }
    response
}
