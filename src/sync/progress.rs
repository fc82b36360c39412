//! How far the sync of one account is, as pages show it. Everything is read from the database, so a reload tells the same.

use super::types::SyncState;
use chrono::{DateTime, Utc};

/// How far the sync of one account is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// When this was true, by the database's clock.
    pub now: DateTime<Utc>,
    /// What it does.
    pub state: SyncState,
    /// Since when the page exists on the platform: how far back the first sync goes; nothing when the platform does not say.
    pub platform_since: Option<DateTime<Utc>>,
    /// All earnings since then are here.
    pub reached: Option<DateTime<Utc>>,
    /// When the first sync began.
    pub begun_at: Option<DateTime<Utc>>,
    /// The profile and its counts are here.
    pub profile_done: bool,
    /// All earnings are here.
    pub earnings_done: bool,
    /// Subscribers joined and lost are here for every day.
    pub subscribers_done: bool,
    /// All fans are here.
    pub fans_done: bool,
    /// All paid messages are here.
    pub messages_done: bool,
    /// Transactions stored so far.
    pub earnings: i64,
    /// The newest one.
    pub newest_at: Option<DateTime<Utc>>,
    /// When everything that was due was last read.
    pub last_finished_at: Option<DateTime<Utc>>,
    /// When it goes on.
    pub next_due_at: Option<DateTime<Utc>>,
    /// Until when the platform is left alone.
    pub retry_at: Option<DateTime<Utc>>,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
}

impl Progress {
    /// Whether the first sync is over.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.profile_done
            && self.earnings_done
            && self.subscribers_done
            && self.fans_done
            && self.messages_done
    }

    /// Days of earnings that are here, and days that there are; nothing while it is not known how many.
    #[must_use]
    pub fn days(&self) -> Option<(i64, i64)> {
        let since = self.platform_since?;
        let all = (self.now - since).num_days().max(1);
        if self.earnings_done {
            return Some((all, all));
        }
        let reached = self.reached.map_or(0, |reached| (self.now - reached).num_days());
        Some((reached.clamp(0, all), all))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn progress(reached: Option<&str>, done: bool) -> Progress {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        Progress {
            now: at("2026-11-25T12:00:00Z"),
            state: SyncState::Running,
            platform_since: Some(at("2026-08-17T12:00:00Z")),
            reached: reached.map(at),
            begun_at: Some(at("2026-11-25T11:59:00Z")),
            profile_done: true,
            earnings_done: done,
            subscribers_done: true,
            fans_done: true,
            messages_done: true,
            earnings: 10,
            newest_at: None,
            last_finished_at: None,
            next_due_at: None,
            retry_at: None,
            problem: None,
        }
    }

    #[test]
    fn days_are_counted_back_to_where_the_page_began() {
        assert_eq!(progress(None, false).days(), Some((0, 100)));
        assert_eq!(progress(Some("2026-11-15T12:00:00Z"), false).days(), Some((10, 100)));
        assert_eq!(progress(Some("2020-01-01T00:00:00Z"), false).days(), Some((100, 100)));
        assert_eq!(progress(None, true).days(), Some((100, 100)));
        assert_eq!(Progress { platform_since: None, ..progress(None, false) }.days(), None);
        assert!(progress(None, true).is_complete() && !progress(None, false).is_complete());
    }
}
