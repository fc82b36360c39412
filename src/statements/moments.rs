//! Times as statements write them.

use super::types::Dates;
use chrono::{
    DateTime, Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Utc,
};
use chrono_tz::Tz;

/// Years that can be meant.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a date with or without a time of day. Where the text does not say of which zone it is, it is of `zone`.
pub(super) fn moment(text: &str, order: Dates, zone: Tz) -> Result<DateTime<Utc>, String> {
    let wrong = || format!("“{}” is no time that fits", text.trim());
    let parts = Parts::of(text).ok_or_else(wrong)?;
    let date = date(&parts.date, order).ok_or_else(wrong)?;
    let at = date.and_time(parts.time);
    match parts.offset {
        Some(offset) => {
            at.and_local_timezone(offset).single().map(|at| at.with_timezone(&Utc)).ok_or_else(wrong)
        }
        None => in_zone(at, zone).ok_or_else(wrong),
    }
}

/// The hour that a clock shows twice counts as the first, one that it leaves out as the one after.
fn in_zone(at: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&at) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
        MappedLocalTime::None => {
            let after = zone.from_local_datetime(&(at + TimeDelta::hours(1))).earliest()?;
            Some(after.with_timezone(&Utc))
        }
    }
}

/// A text taken apart.
struct Parts {
    date: Vec<String>,
    time: NaiveTime,
    offset: Option<FixedOffset>,
}

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let text = split_at_t(text.trim()).to_lowercase();
        let (mut date, mut time, mut offset, mut half) = (Vec::new(), None, None, None);
        for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
            match word {
                "am" | "a.m." => half = Some(Half::Before),
                "pm" | "p.m." => half = Some(Half::After),
                "utc" | "gmt" | "z" => offset = Some(FixedOffset::east_opt(0)?),
                _ if word.contains(':') && time.is_none() => {
                    let clock;
                    (clock, half, offset) = suffixed(word, half, offset)?;
                    time = Some(clock);
                }
                _ if time.is_some() && word.starts_with(['+', '-']) => offset = Some(shift(word)?),
                _ => date
                    .extend(word.split(['/', '.', '-']).filter(|it| !it.is_empty()).map(ToOwned::to_owned)),
            }
        }
        let time = match time {
            Some(clock) => time_of(&clock, half)?,
            None => NaiveTime::MIN,
        };
        Some(Self { date, time, offset })
    }
}

#[derive(Clone, Copy)]
enum Half {
    Before,
    After,
}

/// `2026-11-12T10:00` with a space for the T.
fn split_at_t(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_t = |at: usize| {
        bytes[at] == b'T'
            && at > 0
            && bytes[at - 1].is_ascii_digit()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    match (0..bytes.len()).find(|at| is_t(*at)) {
        Some(at) => format!("{} {}", &text[..at], &text[at + 1..]),
        None => text.to_owned(),
    }
}

type Suffixed = (String, Option<Half>, Option<FixedOffset>);

/// `3:05pm`, `10:00:00z`, `10:00+02:00`: the clock's time, and what is attached to it.
fn suffixed(word: &str, half: Option<Half>, offset: Option<FixedOffset>) -> Option<Suffixed> {
    if let Some(at) = word.find(['+', '-']) {
        return Some((word[..at].to_owned(), half, Some(shift(&word[at..])?)));
    }
    if let Some(clock) = word.strip_suffix('z') {
        return Some((clock.to_owned(), half, FixedOffset::east_opt(0)));
    }
    if let Some(clock) = word.strip_suffix("am") {
        return Some((clock.to_owned(), Some(Half::Before), offset));
    }
    if let Some(clock) = word.strip_suffix("pm") {
        return Some((clock.to_owned(), Some(Half::After), offset));
    }
    Some((word.to_owned(), half, offset))
}

/// `+02:00`, `-0530`, `+1`
fn shift(text: &str) -> Option<FixedOffset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) =
        if digits.len() <= 2 { (digits.as_str(), "0") } else { digits.split_at(digits.len() - 2) };
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    FixedOffset::east_opt(sign * seconds)
}

fn time_of(clock: &str, half: Option<Half>) -> Option<NaiveTime> {
    // Parts of a second do not matter.
    let clock = clock.split('.').next()?;
    let mut parts = clock.split(':');
    let hour: u32 = number(parts.next()?)?;
    let minute = number(parts.next()?)?;
    let second = parts.next().map_or(Some(0), number)?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(Half::Before) => hour % 12,
        Some(Half::After) => hour % 12 + 12,
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// The day that three parts mean. A month that is a word stands anywhere.
fn date(parts: &[String], order: Dates) -> Option<NaiveDate> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let is_weekday = |part: &String| part.is_char_boundary(3) && days.contains(&&part[..3]);
    let parts: Vec<_> = parts.iter().filter(|part| part.len() < 3 || !is_weekday(part)).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (day, month, year) = match (month(first), month(second)) {
        (Some(month), _) => (*second, month, *third),
        (None, Some(month)) if first.len() == 4 => (*third, month, *first),
        (None, Some(month)) => (*first, month, *third),
        (None, None) => {
            let (day, month, year) = match order {
                Dates::DayFirst => (*first, *second, *third),
                Dates::MonthFirst => (*second, *first, *third),
                Dates::YearFirst => (*third, *second, *first),
            };
            (day, number(month).filter(|_| month.len() <= 2)?, year)
        }
    };
    let day = number(day.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h'])).filter(|_| day.len() <= 4)?;
    let year = match year.len() {
        2 => 2000 + i32::try_from(number(year)?).ok()?,
        4 => i32::try_from(number(year)?).ok()?,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, day).filter(|date| YEARS.contains(&date.year()))
}

fn month(text: &str) -> Option<u32> {
    let short = text.get(..3).filter(|_| text.chars().all(char::is_alphabetic))?;
    let at = MONTHS.iter().position(|month| *month == short)?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, order: Dates) -> String {
        moment(text, order, Tz::UTC)
            .map_or_else(|_| "refused".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        use Dates::{DayFirst, MonthFirst, YearFirst};
        let table = [
            ("2026-11-12", YearFirst, "2026-11-12 00:00:00"),
            ("2026-11-12 10:05", YearFirst, "2026-11-12 10:05:00"),
            ("2026-11-12T10:05:09Z", YearFirst, "2026-11-12 10:05:09"),
            ("2026-11-12T10:05:09.123+02:00", YearFirst, "2026-11-12 08:05:09"),
            ("2026-11-12 10:05:09 UTC", YearFirst, "2026-11-12 10:05:09"),
            ("2026-11-12 10:05:09 +0200", YearFirst, "2026-11-12 08:05:09"),
            ("3/4/2026", DayFirst, "2026-04-03 00:00:00"),
            ("3/4/2026", MonthFirst, "2026-03-04 00:00:00"),
            ("03.04.26, 9:30", DayFirst, "2026-04-03 09:30:00"),
            ("4/3/2026 3:05 PM", MonthFirst, "2026-04-03 15:05:00"),
            ("4/3/2026 12:05AM", MonthFirst, "2026-04-03 00:05:00"),
            ("12 Nov 2026", DayFirst, "2026-11-12 00:00:00"),
            ("Nov 12, 2026 10:00 am", DayFirst, "2026-11-12 10:00:00"),
            ("Thursday, November 12th 2026", YearFirst, "2026-11-12 00:00:00"),
            ("12-Nov-2026", MonthFirst, "2026-11-12 00:00:00"),
        ];
        for (text, order, expected) in table {
            assert_eq!(read(text, order), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_the_order_is_refused() {
        let table = [
            ("2026-11-12", Dates::DayFirst),
            ("31/12/2026", Dates::MonthFirst),
            ("12/31/2026", Dates::DayFirst),
            ("31/12/2026", Dates::YearFirst),
            ("30/02/2026", Dates::DayFirst),
            ("1/1/1970", Dates::DayFirst),
            ("12/11", Dates::DayFirst),
            ("2026-11-12 25:00", Dates::YearFirst),
            ("2026-11-12 13:00 pm", Dates::YearFirst),
            ("yesterday", Dates::DayFirst),
            ("", Dates::DayFirst),
        ];
        for (text, order) in table {
            assert_eq!(read(text, order), "refused", "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_the_agencys_and_one_with_a_zone_its_own() {
        let berlin = |text| moment(text, Dates::YearFirst, Tz::Europe__Berlin).unwrap().to_rfc3339();
        assert_eq!(berlin("2026-07-01 12:00"), "2026-07-01T10:00:00+00:00");
        assert_eq!(berlin("2026-07-01 12:00Z"), "2026-07-01T12:00:00+00:00");
        // Left out, and there twice.
        assert_eq!(berlin("2026-03-29 02:30"), "2026-03-29T01:30:00+00:00");
        assert_eq!(berlin("2026-10-25 02:30"), "2026-10-25T00:30:00+00:00");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 946_684_800_i64..4_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            for (order, form) in [
                (Dates::YearFirst, "%Y-%m-%d %H:%M:%S"),
                (Dates::YearFirst, "%Y/%m/%dT%H:%M:%SZ"),
                (Dates::DayFirst, "%d/%m/%Y %H:%M:%S"),
                (Dates::DayFirst, "%-d.%-m.%Y, %H:%M:%S"),
                (Dates::MonthFirst, "%m/%d/%Y %I:%M:%S %p"),
                (Dates::MonthFirst, "%a %b %-d %Y %H:%M:%S"),
            ] {
                prop_assert_eq!(moment(&at.format(form).to_string(), order, Tz::UTC), Ok(at));
            }
        }

        #[test]
        fn whatever_stands_there_nothing_breaks(text in ".{0,30}") {
            let _ = moment(&text, Dates::DayFirst, Tz::UTC);
        }
    }
}
