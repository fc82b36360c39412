//! When a report is due.

use super::types::{MonthOf, Schedule};
use chrono::{DateTime, Days, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// When the report about `month` is due: on the schedule's day and hour of the month after, by the agency's clocks. An hour that
/// they leave out counts as the one after, one that they show twice as the first. Figures are of UTC months, so never before an
/// hour after the month ended in UTC.
#[must_use]
pub fn due(schedule: Schedule, month: MonthOf, zone: Tz) -> DateTime<Utc> {
    let day = month.next().first() + Days::new(u64::from(schedule.day.clamp(1, 28) - 1));
    let at = day.and_time(chrono::NaiveTime::MIN) + TimeDelta::hours(i64::from(schedule.hour.min(23)));
    let local = |at| zone.from_local_datetime(&at).earliest();
    let due = local(at).or_else(|| local(at + TimeDelta::hours(1)));
    let due = due.map_or_else(|| at.and_utc(), |at| at.with_timezone(&Utc));
    due.max(month.next().first().and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(1))
}

/// The newest month whose report is due by `now`.
#[must_use]
pub fn latest_due(schedule: Schedule, now: DateTime<Utc>, zone: Tz) -> MonthOf {
    let last = MonthOf::containing(now.with_timezone(&zone).date_naive()).back(1);
    if due(schedule, last, zone) <= now { last } else { last.back(1) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::reports::parse_month;

    const BERLIN: Tz = Tz::Europe__Berlin;

    fn at(day: u32, hour: u32, month: &str, zone: Tz) -> String {
        due(Schedule { is_on: true, day, hour }, parse_month(month).unwrap(), zone).to_rfc3339()
    }

    #[test]
    fn a_report_is_due_on_its_day_and_hour_in_the_agencys_zone() {
        assert_eq!(at(1, 8, "2026-10", BERLIN), "2026-11-01T07:00:00+00:00");
        assert_eq!(at(5, 0, "2026-12", Tz::America__Los_Angeles), "2027-01-05T08:00:00+00:00");
        // 2026-03-28 is the last day that can be chosen; the clocks change on the 29th in Europe, on the 8th in New York.
        assert_eq!(at(8, 2, "2026-02", Tz::America__New_York), "2026-03-08T07:00:00+00:00");
        assert_eq!(at(1, 1, "2026-10", Tz::America__New_York), "2026-11-01T05:00:00+00:00");
        // In Berlin the month begins while October goes on in UTC.
        assert_eq!(at(1, 0, "2026-10", BERLIN), "2026-11-01T01:00:00+00:00");
    }

    #[test]
    fn the_newest_month_that_is_due_is_found_by_the_agencys_clock() {
        let schedule = Schedule { is_on: true, day: 3, hour: 8 };
        let latest = |now: &str| latest_due(schedule, now.parse().unwrap(), BERLIN).to_string();
        assert_eq!(latest("2026-11-03T06:59:59Z"), "2026-09");
        assert_eq!(latest("2026-11-03T07:00:00Z"), "2026-10");
        assert_eq!(latest("2026-11-30T22:59:00Z"), "2026-10");
        assert_eq!(latest("2026-12-03T06:00:00Z"), "2026-10");
    }
}
