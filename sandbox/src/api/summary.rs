//! `/insights/earnings/summary` and `/insights/earnings/percentile`.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::call::Call;
use super::reply::{Answer, Refusal, ok};
use crate::clock::{DAY, Millis, iso};
use crate::world::{Earning, Source, net_of};

/// Gross and net cents.
#[derive(Clone, Copy, Default)]
struct Sum {
    gross: i64,
    net: i64,
}

impl Sum {
    fn add(&mut self, row: &Earning) {
        self.gross += row.gross;
        self.net += row.net();
    }

    fn of<'a>(rows: impl Iterator<Item = &'a Earning>) -> Self {
        let mut sum = Self::default();
        rows.for_each(|row| sum.add(row));
        sum
    }

    fn json(self) -> Value {
        json!({"gross": self.gross, "net": self.net})
    }
}

pub(super) fn summary(call: &Call<'_>) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    let zone: Tz = call
        .param("timezone")
        .unwrap_or("UTC")
        .parse()
        .map_err(|_| Refusal::invalid("timezone must be an IANA time zone"))?;
    let weekly = match call.param("granularity").unwrap_or("day") {
        "day" => false,
        "week" => true,
        _ => return Err(Refusal::invalid("granularity must be day or week")),
    };
    let (from, to) = call.period()?;
    let from = if from == 0 { call.now - 30 * DAY } else { from };
    let to = to.min(call.now);
    let rows: Vec<&Earning> = creator.earnings.iter().filter(|row| row.at >= from && row.at < to).collect();
    ok(json!({
        "averageByDayOfWeek": by_weekday(&rows, zone, from, to),
        "averageByHourOfDay": by_hour(&rows, zone, from, to),
        "breakdownBySource": breakdown(&rows),
        "earningsByType": by_type(&rows),
        "overTime": over_time(&rows, zone, weekly),
        "period": {"startDate": iso(from), "endDate": iso(to)},
        "totals": {
            "allTime": Sum::of(creator.earnings.iter()).json(),
            "thisMonth": this_month(&creator.earnings, zone, call.now),
        },
    }))
}

fn local(at: Millis, zone: Tz) -> DateTime<Tz> {
    DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default().with_timezone(&zone)
}

/// Average gross per Monday (1) to Sunday (7) of the period.
fn by_weekday(rows: &[&Earning], zone: Tz, from: Millis, to: Millis) -> Value {
    let mut sums = [0_i64; 7];
    for row in rows {
        sums[local(row.at, zone).weekday().num_days_from_monday() as usize] += row.gross;
    }
    let mut days = [0_i64; 7];
    let mut day = from;
    while day < to {
        days[local(day, zone).weekday().num_days_from_monday() as usize] += 1;
        day += DAY;
    }
    let averages = sums.iter().zip(days).enumerate();
    averages.map(|(index, (sum, days))| ((index + 1).to_string(), json!(sum / days.max(1)))).collect()
}

/// Average gross per hour of the day.
fn by_hour(rows: &[&Earning], zone: Tz, from: Millis, to: Millis) -> Value {
    let mut sums = [0_i64; 24];
    for row in rows {
        sums[local(row.at, zone).hour() as usize] += row.gross;
    }
    let days = ((to - from) / DAY).max(1);
    sums.iter().enumerate().map(|(hour, sum)| (hour.to_string(), json!(sum / days))).collect()
}

fn breakdown(rows: &[&Earning]) -> Value {
    let mut sums: BTreeMap<&str, Sum> =
        ["messages", "other", "posts", "referrals", "renewals", "subs", "tips"]
            .map(|name| (name, Sum::default()))
            .into();
    for row in rows {
        let name = match row.source {
            Source::Message => "messages",
            Source::Post => "posts",
            Source::Referral | Source::Affiliate => "referrals",
            Source::Renewal => "renewals",
            Source::Subscription => "subs",
            Source::Tip => "tips",
            _ => "other",
        };
        sums.entry(name).or_default().add(row);
    }
    sums.into_iter().map(|(name, sum)| (name.to_owned(), sum.json())).collect()
}

fn by_type(rows: &[&Earning]) -> Value {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for row in rows {
        sums.entry(row.source.as_str()).or_default().add(row);
    }
    sums.into_iter().map(|(name, sum)| (name.to_owned(), sum.json())).collect()
}

fn over_time(rows: &[&Earning], zone: Tz, weekly: bool) -> Value {
    let mut sums: BTreeMap<NaiveDate, Sum> = BTreeMap::new();
    for row in rows {
        let date = local(row.at, zone).date_naive();
        let into_week = if weekly { u64::from(date.weekday().num_days_from_monday()) } else { 0 };
        sums.entry(date - Days::new(into_week)).or_default().add(row);
    }
    sums.into_iter()
        .map(|(date, sum)| json!({"periodStart": iso(midnight(date, zone)), "gross": sum.gross, "net": sum.net}))
        .collect()
}

/// The first moment of a local day.
fn midnight(date: NaiveDate, zone: Tz) -> Millis {
    let naive = date.and_time(chrono::NaiveTime::MIN);
    let local = zone.from_local_datetime(&naive).earliest();
    local.map_or_else(|| naive.and_utc().timestamp_millis(), |moment| moment.timestamp_millis())
}

fn this_month(rows: &[Earning], zone: Tz, now: Millis) -> Value {
    let today = local(now, zone).date_naive();
    let first = today.with_day(1).unwrap_or(today);
    let (begin, previous) = (midnight(first, zone), midnight(first - Months::new(1), zone));
    let this = Sum::of(rows.iter().filter(|row| row.at >= begin));
    let last = Sum::of(rows.iter().filter(|row| row.at >= previous && row.at < begin));
    let change = |now: i64, before: i64| {
        (before != 0).then(|| ((now - before) as f64 / before as f64 * 10_000.0).round() / 100.0)
    };
    json!({
        "gross": this.gross,
        "net": this.net,
        "previousMonthGross": last.gross,
        "previousMonthNet": last.net,
        "grossChangePercentage": change(this.gross, last.gross),
        "netChangePercentage": change(this.net, last.net),
    })
}

/// Where the last 30 days put the creator: 0.01 is the top hundredth of a percent.
pub(super) fn percentile(call: &Call<'_>) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    let recent = creator.earnings.iter().filter(|row| row.at >= call.now - 30 * DAY);
    let net = net_of(recent.map(|row| row.gross).sum());
    let percentile = (100.0 / (1.0 + net.max(0) as f64 / 30_000.0)).clamp(0.01, 100.0);
    ok(json!({"percentile": (percentile * 100.0).round() / 100.0}))
}
