//! Subscribers and followers as lists, and subscribers day by day.

use serde_json::{Value, json};

use super::call::Call;
use super::people::fan_json;
use super::reply::{Answer, Refusal, by_cursor, ok, paged};
use crate::clock::{DAY, Millis, day_of, iso};
use crate::world::Creator;

pub(super) fn subscribers(call: &Call<'_>) -> Answer {
    call.require("read:fan")?;
    let (_, creator) = call.creator()?;
    paged(call, creator.subscribers(), |fan| fan_json(creator, fan))
}

pub(super) fn followers(call: &Call<'_>) -> Answer {
    call.require("read:fan")?;
    let (_, creator) = call.creator()?;
    paged(call, creator.followers(), |fan| fan_json(creator, fan))
}

pub(super) fn online(call: &Call<'_>) -> Answer {
    call.require("read:fan")?;
    let (_, creator) = call.creator()?;
    let online = creator.subscribers().filter(|fan| fan.is_online(call.now));
    let data: Vec<Value> =
        online.map(|fan| json!({"uuid": fan.uuid, "lastSeenAt": iso(fan.last_seen_at)})).collect();
    ok(json!({"count": data.len(), "data": data}))
}

/// One day of the series.
#[derive(Clone, Copy)]
pub(super) struct SubscriberDay {
    pub date: Millis,
    /// New minus cancelled since the start of the range.
    pub total: i64,
    pub joined: i64,
    pub left: i64,
}

/// `/insights/subscribers`: every UTC day of the range, oldest first.
pub(super) fn series(call: &Call<'_>) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    let (from, to) = call.period()?;
    let days = subscriber_days(creator, from, to, call.now);
    let after: Option<Millis> = match call.cursor()? {
        Some(key) => Some(key.parse().map_err(|_| Refusal::invalid("cursor is not valid"))?),
        None => None,
    };
    let rest = days.into_iter().filter(|day| after.is_none_or(|after| day.date > after));
    by_cursor(
        call,
        "size",
        rest,
        |day| day.date.to_string(),
        |day| {
            json!({
                "date": iso(day.date),
                "total": day.total,
                "newSubscribersCount": day.joined,
                "cancelledSubscribersCount": day.left,
            })
        },
    )
}

/// The days between `from` and `to` for which there is history. Bounds inside a day count only what is inside.
pub(super) fn subscriber_days(
    creator: &Creator,
    from: Millis,
    to: Millis,
    now: Millis,
) -> Vec<SubscriberDay> {
    let events = &creator.subscriber_events;
    let Some(first) = events.first() else { return Vec::new() };
    let from = from.max(day_of(first.at));
    let to = to.min(now + 1);
    let mut next = events.partition_point(|event| event.at < from);
    let mut days = Vec::new();
    let (mut date, mut total) = (day_of(from), 0);
    while date < to {
        let (mut joined, mut left) = (0, 0);
        while let Some(event) = events.get(next).filter(|event| event.at < (date + DAY).min(to)) {
            if event.joined {
                joined += 1;
            } else {
                left += 1;
            }
            next += 1;
        }
        total += joined - left;
        days.push(SubscriberDay { date, total, joined, left });
        date += DAY;
    }
    days
}
