//! What to read next, decided from where the sync stands alone, so that any process can go on where another stopped.

use super::types::Stream;
use crate::platform::{Capabilities, Limits};
use chrono::{DateTime, Duration, DurationRound, Utc};

/// How often each stream is read again, when nobody tells us of news.
pub(super) mod every {
    use std::time::Duration;
    pub const EARNINGS: Duration = Duration::from_secs(2 * 60);
    pub const UNSETTLED: Duration = Duration::from_secs(60 * 60);
    pub const PROFILE: Duration = Duration::from_secs(15 * 60);
    pub const SUBSCRIBERS: Duration = Duration::from_secs(15 * 60);
    pub const FANS: Duration = Duration::from_secs(6 * 60 * 60);
    pub const MESSAGES: Duration = Duration::from_secs(30 * 60);
}

/// News that come faster than this are read together.
const EARNINGS_APART: Duration = Duration::seconds(2);
const MESSAGES_APART: Duration = Duration::seconds(15);
/// A look at new earnings begins this much before the last one, for rows that the platform shows late.
const OVERLAP: Duration = Duration::hours(1);
/// An earning that is unsettled for longer stays so.
const UNSETTLED_FOR: Duration = Duration::days(60);
/// The windows of the first sync: a short one, so that the dashboard is useful at once, then longer ones.
const FIRST_WINDOW: Duration = Duration::days(7);
const WINDOW: Duration = Duration::days(28);
/// Without a date from the platform, what is older is read as one window.
const FAR_BACK: Duration = Duration::days(4 * 365);
/// Streams that can wait use this share of the calls that the platform allows, in percent.
const PATIENT_SHARE: u32 = 60;

/// Where the sync of one account stands. Times are the database's; `now` is when it was read.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub now: DateTime<Utc>,
    pub platform_since: Option<DateTime<Utc>>,
    pub failures: i32,
    pub backfill_cursor: Option<String>,
    pub backfill_since: Option<DateTime<Utc>>,
    pub backfill_until: Option<DateTime<Utc>>,
    pub backfill_reached: Option<DateTime<Utc>>,
    pub backfill_begun_at: Option<DateTime<Utc>>,
    pub backfill_done_at: Option<DateTime<Utc>>,
    pub newest_at: Option<DateTime<Utc>>,
    pub oldest_unsettled: Option<DateTime<Utc>>,
    pub incremental_at: Option<DateTime<Utc>>,
    pub earnings_due_at: Option<DateTime<Utc>>,
    pub unsettled_due_at: Option<DateTime<Utc>>,
    pub news_since: Option<DateTime<Utc>>,
    pub look_begun_at: Option<DateTime<Utc>>,
    pub look_since: Option<DateTime<Utc>>,
    pub look_unsettled: bool,
    pub look_cursor: Option<String>,
    pub profile_due_at: Option<DateTime<Utc>>,
    pub subscribers_cursor: Option<String>,
    pub subscribers_due_at: Option<DateTime<Utc>>,
    pub subscribers_done_at: Option<DateTime<Utc>>,
    pub fans_cursor: Option<String>,
    pub fans_due_at: Option<DateTime<Utc>>,
    pub fans_done_at: Option<DateTime<Utc>>,
    pub messages_cursor: Option<String>,
    pub messages_due_at: Option<DateTime<Utc>>,
    pub messages_begun_at: Option<DateTime<Utc>>,
    pub messages_done_at: Option<DateTime<Utc>>,
    pub calls_begun_at: Option<DateTime<Utc>>,
    pub calls: i32,
    /// A fan waits to be asked about.
    pub fans_waiting: bool,
    /// A chat waits to be read.
    pub chats_waiting: bool,
}

/// One call to the platform, and what is stored of it in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The account's own description.
    Profile,
    /// A page of earnings that are new or may have changed.
    Look,
    /// A page of the first sync's earnings.
    Backfill,
    /// A page of subscribers joined and lost per day.
    Subscribers,
    /// A page of the lists of fans.
    FanList,
    /// A batch of fans that are asked about.
    FanInsights,
    /// A page of the list of chats.
    ChatList,
    /// One chat.
    Chat,
}

impl Step {
    pub fn stream(self) -> Stream {
        match self {
            Self::Profile => Stream::Profile,
            Self::Look | Self::Backfill => Stream::Earnings,
            Self::Subscribers => Stream::Subscribers,
            Self::FanList | Self::FanInsights => Stream::Fans,
            Self::ChatList | Self::Chat => Stream::Messages,
        }
    }
}

/// A span of time to read earnings of; a side left out is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
}

impl Standing {
    /// Every step that there is to do, the most urgent first, with when it is due.
    pub fn steps(&self, can: &Capabilities, limits: &Limits) -> Vec<(Step, DateTime<Utc>)> {
        let at = |due: Option<DateTime<Utc>>| due.unwrap_or(self.now);
        let patient = |due: DateTime<Utc>| due.max(self.room_at(limits));
        let mut steps = vec![(Step::Profile, at(self.profile_due_at))];
        if can.earnings && self.backfill_reached.is_some() {
            steps.push((Step::Look, self.look_due()));
        }
        if can.earnings && self.backfill_reached.is_none() && self.backfill_done_at.is_none() {
            steps.push((Step::Backfill, self.now));
        }
        if can.subscriber_days {
            let begun = self.subscribers_cursor.is_some();
            steps.push((Step::Subscribers, if begun { self.now } else { at(self.subscribers_due_at) }));
        }
        if can.earnings && self.backfill_reached.is_some() && self.backfill_done_at.is_none() {
            steps.push((Step::Backfill, self.now));
        }
        if can.fans {
            let begun = self.fans_cursor.is_some();
            steps.push((Step::FanList, patient(if begun { self.now } else { at(self.fans_due_at) })));
        }
        if can.fan_insights && self.fans_waiting {
            steps.push((Step::FanInsights, patient(self.now)));
        }
        if can.chats {
            steps.push((Step::ChatList, patient(self.chats_due())));
            if self.chats_waiting {
                steps.push((Step::Chat, patient(self.now)));
            }
        }
        steps
    }

    fn look_due(&self) -> DateTime<Utc> {
        if self.look_cursor.is_some() {
            return self.now;
        }
        let due = [self.earnings_due_at, self.unsettled_due_at].map(|due| due.unwrap_or(self.now));
        let [earnings, unsettled] = due;
        earnings.min(unsettled).max(apart(self.incremental_at, EARNINGS_APART, self.now))
    }

    fn chats_due(&self) -> DateTime<Utc> {
        if self.messages_cursor.is_some() {
            return self.now;
        }
        let due = self.messages_due_at.unwrap_or(self.now);
        due.max(apart(self.messages_begun_at, MESSAGES_APART, self.now))
    }

    /// From when on there is room for calls that can wait.
    fn room_at(&self, limits: &Limits) -> DateTime<Utc> {
        let window = Duration::from_std(limits.window).unwrap_or(Duration::MAX);
        let share = i64::from(limits.requests) * i64::from(PATIENT_SHARE) / 100;
        match self.calls_begun_at {
            Some(begun) if i64::from(self.calls) >= share => begun + window,
            _ => self.now,
        }
    }

    /// The window of the first sync that is under way, or the next one.
    pub fn backfill_window(&self) -> Window {
        if self.backfill_cursor.is_some() {
            return Window { since: self.backfill_since, until: self.backfill_until };
        }
        let (end, length) = match self.backfill_reached {
            None => (self.now, FIRST_WINDOW),
            Some(reached) => (reached, WINDOW),
        };
        let since = (end - length).duration_trunc(Duration::days(1)).unwrap_or(end - length);
        let beyond = self.platform_since.is_some_and(|begun| since <= begun) || since < self.now - FAR_BACK;
        Window { since: (!beyond).then_some(since), until: self.backfill_reached }
    }

    /// From when on earnings are looked at: the look that is under way, or the next one; and whether it covers all that
    /// are unsettled. The newest earning is told by the platform's clock, the last look by ours: the earlier counts.
    pub fn look(&self) -> (Option<DateTime<Utc>>, bool) {
        if self.look_cursor.is_some() {
            return (self.look_since, self.look_unsettled);
        }
        let Some(newest) = self.newest_at else { return (None, true) };
        let mut since = self.incremental_at.map_or(newest, |last| last.min(newest)) - OVERLAP;
        if let Some(news) = self.news_since {
            since = since.min(news - OVERLAP);
        }
        let unsettled = self.unsettled_due_at.is_none_or(|due| due <= self.now);
        if let (true, Some(oldest)) = (unsettled, self.oldest_unsettled) {
            since = since.min(oldest.max(self.now - UNSETTLED_FOR));
        }
        (Some(since), unsettled)
    }

    /// Whether the first sync is over.
    pub fn is_complete(&self, can: &Capabilities) -> bool {
        (self.backfill_done_at.is_some() || !can.earnings)
            && (self.subscribers_done_at.is_some() || !can.subscriber_days)
            && (self.fans_done_at.is_some() || !can.fans)
            && (self.messages_done_at.is_some() || !can.chats)
    }
}

fn apart(last: Option<DateTime<Utc>>, wait: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    last.map_or(now, |last| last + wait)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    const LIMITS: Limits =
        Limits { fan_insights: 50, requests: 200, window: std::time::Duration::from_secs(60) };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn all() -> Capabilities {
        Capabilities {
            earnings: true,
            subscriber_days: true,
            fans: true,
            fan_insights: true,
            chats: true,
            ..Capabilities::default()
        }
    }

    /// Newly connected.
    fn new() -> Standing {
        Standing {
            now: at("2026-11-25T12:00:00Z"),
            platform_since: None,
            failures: 0,
            backfill_cursor: None,
            backfill_since: None,
            backfill_until: None,
            backfill_reached: None,
            backfill_begun_at: None,
            backfill_done_at: None,
            newest_at: None,
            oldest_unsettled: None,
            incremental_at: None,
            earnings_due_at: None,
            unsettled_due_at: None,
            news_since: None,
            look_begun_at: None,
            look_since: None,
            look_unsettled: false,
            look_cursor: None,
            profile_due_at: None,
            subscribers_cursor: None,
            subscribers_due_at: None,
            subscribers_done_at: None,
            fans_cursor: None,
            fans_due_at: None,
            fans_done_at: None,
            messages_cursor: None,
            messages_due_at: None,
            messages_begun_at: None,
            messages_done_at: None,
            calls_begun_at: None,
            calls: 0,
            fans_waiting: false,
            chats_waiting: false,
        }
    }

    fn next(standing: &Standing) -> Option<Step> {
        let steps = standing.steps(&all(), &LIMITS);
        steps.into_iter().find(|(_, due)| *due <= standing.now).map(|(step, _)| step)
    }

    #[test]
    fn the_newest_earnings_come_first_then_the_days_then_the_rest() {
        let mut standing = new();
        let later = Some(at("2026-11-25T13:00:00Z"));
        assert_eq!(next(&standing), Some(Step::Profile));
        standing.profile_due_at = later;
        assert_eq!(next(&standing), Some(Step::Backfill));
        standing.backfill_reached = Some(at("2026-11-18T00:00:00Z"));
        (standing.earnings_due_at, standing.unsettled_due_at) = (later, later);
        assert_eq!(next(&standing), Some(Step::Subscribers));
        standing.subscribers_due_at = later;
        assert_eq!(next(&standing), Some(Step::Backfill));
        // News of a sale do not wait for the end of the first sync.
        standing.earnings_due_at = Some(standing.now);
        assert_eq!(next(&standing), Some(Step::Look));
        (standing.earnings_due_at, standing.backfill_done_at) = (later, Some(standing.now));
        assert_eq!(next(&standing), Some(Step::FanList));
        (standing.fans_due_at, standing.fans_waiting) = (later, true);
        assert_eq!(next(&standing), Some(Step::FanInsights));
        standing.fans_waiting = false;
        assert_eq!(next(&standing), Some(Step::ChatList));
        (standing.messages_due_at, standing.chats_waiting) = (later, true);
        assert_eq!(next(&standing), Some(Step::Chat));
        standing.chats_waiting = false;
        assert_eq!(next(&standing), None);
    }

    #[test]
    fn windows_go_back_without_gaps_to_where_the_page_began() {
        let mut standing = Standing { platform_since: Some(at("2026-08-01T00:00:00Z")), ..new() };
        let mut end = None;
        for _ in 0..20 {
            let window = standing.backfill_window();
            assert_eq!(window.until, end, "a window begins where the one before ended");
            end = window.since;
            let Some(since) = window.since else { break };
            standing.backfill_reached = Some(since);
        }
        assert_eq!(end, None, "the last window is open, for what is older than the page");
        assert!(standing.backfill_reached.unwrap() < at("2026-09-01T00:00:00Z"));
        let under_way = Standing {
            backfill_cursor: Some("token:x".to_owned()),
            backfill_since: Some(at("2026-09-02T00:00:00Z")),
            backfill_until: Some(at("2026-09-30T00:00:00Z")),
            ..standing
        };
        let window = Window { since: under_way.backfill_since, until: under_way.backfill_until };
        assert_eq!(under_way.backfill_window(), window, "a cursor is good inside its window only");
    }

    #[test]
    fn a_look_goes_back_to_what_is_new_unsettled_or_told_of() {
        let mut standing = Standing {
            newest_at: Some(at("2026-11-25T11:00:00Z")),
            incremental_at: Some(at("2026-11-25T11:50:00Z")),
            unsettled_due_at: Some(at("2026-11-25T12:30:00Z")),
            oldest_unsettled: Some(at("2026-11-18T10:00:00Z")),
            ..new()
        };
        assert_eq!(standing.look(), (Some(at("2026-11-25T10:00:00Z")), false));
        standing.news_since = Some(at("2026-11-24T10:00:00Z"));
        assert_eq!(standing.look(), (Some(at("2026-11-24T09:00:00Z")), false));
        standing.unsettled_due_at = None;
        assert_eq!(standing.look(), (Some(at("2026-11-18T10:00:00Z")), true));
        // A platform whose clock is ahead of ours hides nothing.
        standing.newest_at = Some(at("2026-11-25T15:00:00Z"));
        (standing.news_since, standing.oldest_unsettled) = (None, None);
        assert_eq!(standing.look(), (Some(at("2026-11-25T10:50:00Z")), true));
        standing.newest_at = None;
        assert_eq!(standing.look().0, None, "without any earning all is read");
    }

    #[test]
    fn streams_that_can_wait_leave_room_for_those_that_cannot() {
        let later = Some(at("2026-11-25T13:00:00Z"));
        let standing = Standing {
            backfill_reached: later,
            backfill_done_at: later,
            profile_due_at: later,
            subscribers_due_at: later,
            earnings_due_at: later,
            unsettled_due_at: later,
            chats_waiting: true,
            calls_begun_at: Some(at("2026-11-25T11:59:30Z")),
            calls: 120,
            ..new()
        };
        assert_eq!(next(&standing), None);
        let steps = standing.steps(&all(), &LIMITS);
        let soonest = steps.iter().map(|(_, due)| *due).min();
        assert_eq!(soonest, Some(at("2026-11-25T12:00:30Z")), "when the minute is over");
        let sold = Standing { earnings_due_at: Some(standing.now), ..standing };
        assert_eq!(next(&sold), Some(Step::Look));
    }

    #[test]
    fn a_platform_that_supplies_nothing_is_asked_for_the_profile_alone() {
        let steps = new().steps(&Capabilities::default(), &LIMITS);
        assert_eq!(steps.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [Step::Profile]);
        assert!(new().is_complete(&Capabilities::default()) && !new().is_complete(&all()));
    }
}
