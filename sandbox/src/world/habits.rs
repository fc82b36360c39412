//! How fans and creators behave, in history as in the living world: when, how much, and in which words.

use chrono::{DateTime, Datelike, Utc};
use uuid::Uuid;

use super::cast::{CREATOR_LINES, FAN_LINES, FIRST_NAMES, HANDLE_WORDS, PPV_LINES};
use super::model::{Fan, Message, Spend};
use crate::clock::{DAY, HOUR, Millis};
use crate::dice::Dice;

/// Length of a subscription's period.
pub(super) const PERIOD: Millis = 30 * DAY;

/// How lively a day is: weekends and paydays are, the end of the month is not.
pub(super) fn season(at: Millis) -> f64 {
    let date = DateTime::<Utc>::from_timestamp_millis(at).unwrap_or_default();
    let weekday = [0.85, 0.86, 0.92, 0.98, 1.15, 1.28, 1.18][date.weekday().num_days_from_monday() as usize];
    let payday = match date.day() {
        1..=3 | 15..=17 => 1.4,
        10..=13 | 27..=31 => 0.82,
        _ => 1.0,
    };
    weekday * payday
}

/// No day is livelier than this.
pub(super) const LIVELIEST: f64 = 1.8;

/// A moment of the day as fans live: evenings most.
pub(super) fn moment(dice: &mut Dice) -> Millis {
    const HOURS: [f64; 24] = [
        5.0, 3.6, 2.4, 1.5, 1.0, 0.8, 0.9, 1.3, 1.9, 2.3, 2.6, 2.9, 3.3, 3.2, 3.1, 3.2, 3.5, 4.0, 4.8, 5.8,
        6.8, 7.4, 7.2, 6.3,
    ];
    dice.weighted(&HOURS) as Millis * HOUR + dice.between(0, HOUR)
}

/// Somebody new. Most buy little; one in a hundred buys fifty times as much, up to `largest_appetite`.
pub(super) fn new_fan(dice: &mut Dice, at: Millis, largest_appetite: f64) -> Fan {
    let name = (*dice.pick(&FIRST_NAMES)).to_owned();
    let handle = format!("{}{}{}", dice.pick(&HANDLE_WORDS), name.to_lowercase(), dice.between(10, 9999));
    Fan {
        uuid: dice.uuid(),
        handle,
        name,
        registered_at: at - dice.between(0, 400 * DAY),
        follows: true,
        contactable: !dice.chance(0.03),
        appetite: dice.pareto(1.15, largest_appetite),
        subscription: None,
        last_seen_at: at,
        spend: Spend::default(),
    }
}

/// A tip: small ones most, large ones from those who have the appetite.
pub(super) fn tip_amount(dice: &mut Dice, appetite: f64) -> i64 {
    const TIPS: [i64; 8] = [300, 500, 500, 1000, 1000, 1500, 2000, 2500];
    let tip = *dice.pick(&TIPS);
    if appetite > 8.0 && dice.chance(0.3) { tip * dice.between(2, 9) } else { tip }
}

pub(super) fn ppv_price(dice: &mut Dice) -> i64 {
    *dice.pick(&[500, 700, 900, 999, 1200, 1500, 1999, 2500, 3500, 5000])
}

pub(super) fn text_message(dice: &mut Dice, at: Millis, from_creator: bool) -> Message {
    let lines: &[&str] = if from_creator { &CREATOR_LINES } else { &FAN_LINES };
    Message {
        id: dice.uuid(),
        at,
        from_creator,
        text: (*dice.pick(lines)).to_owned(),
        kind: "SINGLE_RECIPIENT".into(),
        price: None,
        purchased_at: None,
        media: Vec::new(),
        read: true,
        sent_by: None,
    }
}

pub(super) fn ppv_message(dice: &mut Dice, at: Millis, price: i64, media: Uuid) -> Message {
    Message {
        text: (*dice.pick(&PPV_LINES)).to_owned(),
        price: Some(price),
        media: vec![media],
        ..text_message(dice, at, true)
    }
}
