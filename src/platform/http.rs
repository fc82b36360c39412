//! The way to a platform: one HTTP client with time limits, measured per endpoint.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Request, Response, StatusCode, redirect};

use super::{PlatformError, PlatformKind, PlatformResult};

/// No answer of a platform's is that large; a larger one is not read to its end.
const LARGEST_BODY: usize = 8 * 1024 * 1024;
/// A longer wait than this is not believed.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// A shorter one would make a retry loop hot.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// How long a platform may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To open a connection.
    pub connect: Duration,
    /// From the start of the request to the end of the answer.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

/// A client fit for platforms: limited in time, and never following a redirect (it would carry the token elsewhere).
///
/// # Errors
/// Fails when the process has no default TLS provider yet.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes the client")]
pub fn http_client(timeouts: Timeouts) -> reqwest::Result<Client> {
    Client::builder()
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        .redirect(redirect::Policy::none())
        .user_agent(concat!("CreatorCRM/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Sends requests to one platform and counts what became of them.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    http: Client,
    platform: PlatformKind,
}

/// A complete answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Transport {
    pub fn new(http: Client, platform: PlatformKind) -> Self {
        Self { http, platform }
    }

    /// Sends a request and reads the answer. `endpoint` is a template, so that ids do not multiply the metrics.
    #[expect(clippy::disallowed_methods, reason = "a duration is measured, no time is told")]
    pub async fn call<T>(
        &self,
        endpoint: &'static str,
        request: Request,
        read: impl FnOnce(Answer) -> PlatformResult<T>,
    ) -> PlatformResult<T> {
        let started = Instant::now();
        let result = match self.fetch(request).await {
            Ok(answer) => read(answer),
            Err(error) => Err(error),
        };
        self.count(endpoint, result.as_ref().map_or_else(PlatformError::label, |_| "ok"), started.elapsed());
        result
    }

    async fn fetch(&self, request: Request) -> PlatformResult<Answer> {
        let mut response = self.http.execute(request).await.map_err(broken)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(Answer { status, headers, body: whole_body(response).await? })
    }

    fn count(&self, endpoint: &'static str, outcome: &'static str, took: Duration) {
        let platform = self.platform.as_str();
        metrics::counter!("platform_requests_total", "platform" => platform, "endpoint" => endpoint, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("platform_request_duration_seconds", "platform" => platform, "endpoint" => endpoint)
            .record(took.as_secs_f64());
    }
}

async fn whole_body(mut response: Response) -> PlatformResult<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(PlatformError::Malformed { what: "larger than any answer may be" });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The error of reqwest holds the address; only its kind goes on.
fn broken(error: reqwest::Error) -> PlatformError {
    let timed_out = error.is_timeout();
    tracing::debug!(error = %error.without_url(), "a platform call broke");
    if timed_out { PlatformError::TimedOut } else { PlatformError::Unreachable }
}

impl Answer {
    /// The wait that the platform asks for, bounded on both sides.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        // A date is read against the platform's own clock: ours may differ.
        let its_now = self.headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
        retry_after(text, its_now)
    }
}

fn retry_after(text: &str, now: Option<DateTime<Utc>>) -> Option<Duration> {
    let text = text.trim();
    let wait = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds.clamp(0.0, LONGEST_WAIT.as_secs_f64())).ok()?,
        Err(_) => (http_date(text)? - now?).to_std().unwrap_or(SHORTEST_WAIT),
    };
    Some(wait.clamp(SHORTEST_WAIT, LONGEST_WAIT))
}

/// The one form of a date that HTTP still allows to be sent is also one of RFC 2822.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: fn(u64) -> Option<Duration> = |n| Some(Duration::from_secs(n));

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = http_date("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(retry_after("7", None), SECONDS(7));
        assert_eq!(retry_after(" 30 ", now), SECONDS(30));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:42 GMT", now), SECONDS(42));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:42 GMT", None), None);
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn retry_after_is_bounded_whatever_is_sent() {
        let now = http_date("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(retry_after("0", None), SECONDS(1));
        assert_eq!(retry_after("-5", None), SECONDS(1));
        assert_eq!(retry_after("99999999999999999999", None), SECONDS(3600));
        assert_eq!(retry_after("inf", None), SECONDS(3600));
        assert_eq!(retry_after("NaN", None), None);
        assert_eq!(retry_after("Wed, 21 Oct 2020 07:28:00 GMT", now), SECONDS(1));
        assert_eq!(retry_after("Wed, 21 Oct 2099 07:28:00 GMT", now), SECONDS(3600));
    }
}
