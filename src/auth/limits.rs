//! How long a session lasts: as its agency allows, judged at one place for every request.

use super::session::key;
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use tower_sessions::Session;

/// When a person was last seen is written down at most this often.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Processes' clocks differ by less. A clock that went back by more cannot tell how old a session is.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(2);

/// For how long an agency lets sessions go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a visit.
    pub idle: TimeDelta,
    /// At all.
    pub age: TimeDelta,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nobody came for so long.
    Idle(TimeDelta),
    /// It began so long ago.
    Age(TimeDelta),
    /// By our clock it lies in the future, or it does not say since when it is there: nobody knows how old it is.
    Unclear,
}

/// Since when a session is there, and when a person was last seen with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    begun: Option<DateTime<Utc>>,
    seen: Option<DateTime<Utc>>,
}

impl SessionLimits {
    /// What an agency allows until its owner says otherwise.
    pub const DEFAULT: Self = Self { idle: TimeDelta::days(14), age: TimeDelta::days(90) };

    /// Often enough that a session never ends much too early: what is noted may be so old.
    fn noted_every(self) -> TimeDelta {
        SEEN_EVERY.min(self.idle / 30)
    }

    /// Whether a session with these `times` may go on.
    pub(super) fn judge(self, times: Times, now: DateTime<Utc>) -> Result<(), Over> {
        let Times { begun: Some(begun), seen: Some(seen) } = times else { return Err(Over::Unclear) };
        if begun.max(seen) - now > CLOCKS_DIFFER {
            return Err(Over::Unclear);
        }
        if now - begun >= self.age {
            return Err(Over::Age(self.age));
        }
        if now - seen >= self.idle {
            return Err(Over::Idle(self.idle));
        }
        Ok(())
    }

    /// Whether a visit `now` is to be written down.
    pub(super) fn is_noted(self, times: Times, now: DateTime<Utc>) -> bool {
        times.seen.is_none_or(|seen| now - seen >= self.noted_every())
    }
}

impl Times {
    /// What the session says of itself.
    pub(super) async fn of(session: &Session) -> Result<Self> {
        let at = async |name| -> Result<_> {
            let seconds = session.get::<i64>(name).await.map_err(anyhow::Error::from)?;
            Ok(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
        };
        Ok(Self { begun: at(key::BEGUN).await?, seen: at(key::SEEN).await? })
    }
}

impl Over {
    /// For the audit log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle(_) => "idle",
            Self::Age(_) => "age",
            Self::Unclear => "unclear",
        }
    }

    /// What the person is told.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::Idle(idle) => {
                format!("You were away for more than {}, so you were signed out.", words(idle))
            }
            Self::Age(age) => {
                format!("You signed in more than {} ago. Please sign in again.", words(age))
            }
            Self::Unclear => "You were signed out. Please sign in again.".to_owned(),
        }
    }
}

/// A whole number of minutes, hours or days: `15 minutes`, `1 day`.
#[must_use]
pub fn words(time: TimeDelta) -> String {
    let minutes = time.num_minutes();
    let (count, unit) = match minutes {
        _ if minutes % (24 * 60) == 0 => (minutes / (24 * 60), "day"),
        _ if minutes % 60 == 0 => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits = SessionLimits { idle: TimeDelta::minutes(15), age: TimeDelta::days(1) };

    fn judged(begun: TimeDelta, seen: TimeDelta) -> Result<(), Over> {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        LIMITS.judge(Times { begun: Some(now - begun), seen: Some(now - seen) }, now)
    }

    #[test]
    fn a_session_ends_when_nobody_came_or_it_is_too_old() {
        let (minutes, hours, seconds) = (TimeDelta::minutes, TimeDelta::hours, TimeDelta::seconds);
        assert_eq!(judged(hours(23), seconds(899)), Ok(()));
        assert_eq!(judged(hours(23), minutes(15)), Err(Over::Idle(LIMITS.idle)));
        assert_eq!(judged(hours(24), seconds(1)), Err(Over::Age(LIMITS.age)));
    }

    #[test]
    fn a_clock_that_went_back_does_not_lengthen_a_session() {
        assert_eq!(judged(TimeDelta::hours(1), -TimeDelta::seconds(90)), Ok(()));
        assert_eq!(judged(TimeDelta::hours(1), -TimeDelta::hours(1)), Err(Over::Unclear));
        assert_eq!(judged(-TimeDelta::hours(1), -TimeDelta::hours(1)), Err(Over::Unclear));
        assert_eq!(LIMITS.judge(Times { begun: None, seen: None }, DateTime::UNIX_EPOCH), Err(Over::Unclear));
    }

    #[test]
    fn a_short_limit_is_noted_more_often() {
        assert_eq!(LIMITS.noted_every(), TimeDelta::seconds(30));
        assert_eq!(SessionLimits::DEFAULT.noted_every(), TimeDelta::minutes(5));
    }

    #[test]
    fn times_are_told_in_the_largest_whole_unit() {
        let of = |minutes| words(TimeDelta::minutes(minutes));
        assert_eq!(
            [of(15), of(60), of(480), of(1440), of(20_160)],
            ["15 minutes", "1 hour", "8 hours", "1 day", "14 days"]
        );
    }
}
