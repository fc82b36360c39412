//! Making a forecast, and what one is: the better of two rules, beside how wrong both have been.

use super::judging::{self, Record};
use super::models::{FAR, Model, Outlook};
use super::series::Series;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// So many days, from the first with an earning on, are needed: eight weeks of them would leave no month to hold back.
pub const NEEDED: usize = 60;
/// The newest days that count; what is older says little about the next months.
const NEWEST: usize = 1096;
/// The spans that are forecast as a sum, in days.
pub const SPANS: [usize; 2] = [30, FAR];

/// An amount that is expected, and the interval it should lie in four times out of five. Minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The lower end.
    pub low: i64,
    /// What is expected.
    pub mid: i64,
    /// The upper end.
    pub high: i64,
}

/// How one rule did on held-back spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Which rule.
    pub model: Model,
    /// By how many tenths of a percent of what came its sums were off; none when nothing came.
    pub sums_off: Option<u32>,
    /// The same of its days.
    pub days_off: Option<u32>,
    /// Of how many spans the sum lay in the interval as the rule gave it.
    pub sums_held: usize,
    /// Which share of the days did, in tenths of a percent.
    pub days_held: Option<u32>,
}

/// What the next days bring together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many days.
    pub days: usize,
    /// How much.
    pub band: Band,
    /// How many spans of that length were held back.
    pub spans: usize,
    /// How both rules did on them, the one that is shown first.
    pub scores: Vec<Score>,
    /// By how many tenths of a percent the interval was widened because it had held too little; 0 is not at all.
    pub widened: u32,
}

/// A forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The rule that did better on held-back months.
    pub model: Model,
    /// The first day it is of: the day after the last whole day known.
    pub from: NaiveDate,
    /// The first day that it was made from.
    pub since: NaiveDate,
    /// Per day.
    pub days: Vec<Band>,
    /// Per span.
    pub sums: Vec<Sum>,
}

/// A forecast, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Here it is.
    Made(Box<Made>),
    /// So many days are known, and [`NEEDED`] are needed.
    TooShort(usize),
}

/// Forecasts the days after `series`. The same days give the same forecast.
#[must_use]
pub fn make(series: &Series) -> Outcome {
    let series = series.since_first_earning().newest(NEWEST);
    if series.len() < NEEDED {
        return Outcome::TooShort(series.len());
    }
    let values = series.floats();
    let mut rules: Vec<_> = [Model::Trend, Model::Weekdays]
        .into_iter()
        .filter_map(|model| Some((model, model.look_ahead(&values)?, judging::judge(model, &values, &SPANS))))
        .collect();
    // Stable: of two that did equally well the trend stays first, unless it could not be judged.
    rules.sort_by(|a, b| rank(&a.2).total_cmp(&rank(&b.2)));
    let Some((model, outlook, records)) = rules.first() else { return Outcome::TooShort(series.len()) };
    let floor = if series.values().iter().all(|value| *value >= 0) { 0.0 } else { f64::NEG_INFINITY };
    let records_of = |span: usize| rules.iter().map(move |(model, _, records)| (*model, &records[span]));
    let sums = SPANS.iter().enumerate().map(|(index, days)| {
        let factor = records[index].widen_sums().or(records[0].widen_sums()).unwrap_or(1.0);
        Sum {
            days: *days,
            band: band(outlook.sum(*days), outlook.half_of_sum(*days) * factor, floor),
            spans: records[index].spans(),
            scores: records_of(index).map(|(model, record)| score(model, record)).collect(),
            widened: tenths(factor - 1.0),
        }
    });
    let made = Made {
        model: *model,
        from: series.end(),
        since: series.start(),
        sums: sums.collect(),
        days: days(outlook, records[0].widen_days(), floor),
    };
    Outcome::Made(Box::new(made))
}

/// The error of the 30-day sums; who was never judged stands last.
fn rank(records: &[Record]) -> f64 {
    records.first().and_then(Record::sums_off).unwrap_or(f64::INFINITY)
}

fn days(outlook: &Outlook, factor: f64, floor: f64) -> Vec<Band> {
    let days = outlook.days.iter().enumerate();
    days.map(|(index, mid)| band(*mid, outlook.half_of_day(index) * factor, floor)).collect()
}

/// Where no day was ever below zero, none is expected there.
fn band(mid: f64, half: f64, floor: f64) -> Band {
    let whole = |number: f64| minor(number.max(floor));
    Band { low: whole(mid - half), mid: whole(mid), high: whole(mid + half) }
}

fn score(model: Model, record: &Record) -> Score {
    Score {
        model,
        sums_off: record.sums_off().map(tenths),
        days_off: record.days_off().map(tenths),
        sums_held: record.sums_held(),
        days_held: record.days_held().map(tenths),
    }
}

/// The nearest whole minor unit.
#[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates, as it should here")]
fn minor(number: f64) -> i64 {
    number.round() as i64
}

/// A share in tenths of a percent.
fn tenths(share: f64) -> u32 {
    u32::try_from(minor(share * 1000.0)).unwrap_or(u32::MAX)
}
