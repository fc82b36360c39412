//! The world's clock: a start, plus the real time since, plus what a test has advanced.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::time::Instant;

/// Milliseconds since 1970, the world's unit of time.
pub(crate) type Millis = i64;

pub(crate) const SECOND: Millis = 1000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;

/// Never goes back; only [`WorldClock::advance`] makes it jump.
#[derive(Debug)]
pub(crate) struct WorldClock {
    start: Millis,
    started: Instant,
    advanced: AtomicI64,
}

impl WorldClock {
    pub(crate) fn starting_at(start: Millis) -> Self {
        Self { start, started: Instant::now(), advanced: AtomicI64::new(0) }
    }

    pub(crate) fn now(&self) -> Millis {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.start + elapsed + self.advanced.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, by: Millis) {
        self.advanced.fetch_add(by, Ordering::Relaxed);
    }
}

/// The machine's clock, for what the app checks against its own: signatures, and how far the world's clock is off.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the sandbox asks the machine for the time"
)]
pub(crate) fn real_now() -> Millis {
    Utc::now().timestamp_millis()
}

/// The form of every time stamp of the API.
pub(crate) fn iso(at: Millis) -> String {
    DateTime::<Utc>::from_timestamp_millis(at)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads a full time stamp or a bare day (its first moment, UTC).
pub(crate) fn parse_iso(text: &str) -> Option<Millis> {
    if let Ok(full) = DateTime::parse_from_rfc3339(text) {
        return Some(full.timestamp_millis());
    }
    let day = text.parse::<chrono::NaiveDate>().ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}

/// The first moment of the UTC day that holds `at`.
pub(crate) fn day_of(at: Millis) -> Millis {
    at.div_euclid(DAY) * DAY
}
