//! How wrong a rule would have been: forecasts from past days only, held against what came.

use super::models::{LEVEL, Model};

/// A rule is asked no earlier than after so many days.
const LEAST: usize = 28;
/// A held-back month, in days.
pub(super) const MONTH: usize = 30;
/// The most months that are held back.
const MONTHS: usize = 12;
/// Fewer held-back spans than this say nothing about how wide an interval should be.
const FEW: usize = 3;

/// One held-back span: what was expected of it, and what came.
#[derive(Clone, Copy, Debug)]
struct Trial {
    expected: f64,
    came: f64,
    half: f64,
}

impl Trial {
    /// How far off, in halves of the interval: up to one is inside.
    fn reach(self) -> f64 {
        (self.came - self.expected).abs() / self.half.max(1.0)
    }
}

/// What a rule did on held-back spans of one length.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    sums: Vec<Trial>,
    days: Vec<Trial>,
}

impl Record {
    /// How many spans were held back.
    pub(super) fn spans(&self) -> usize {
        self.sums.len()
    }

    /// By what share of all that came the sums were off; none when nothing came.
    pub(super) fn sums_off(&self) -> Option<f64> {
        off(&self.sums)
    }

    /// By what share of all that came the days were off.
    pub(super) fn days_off(&self) -> Option<f64> {
        off(&self.days)
    }

    /// How many of the sums lay in the interval as the rule gave it.
    pub(super) fn sums_held(&self) -> usize {
        held(&self.sums)
    }

    /// Which share of the days lay in the interval as the rule gave it.
    pub(super) fn days_held(&self) -> Option<f64> {
        (!self.days.is_empty()).then(|| held(&self.days) as f64 / self.days.len() as f64)
    }

    /// How many times as wide the interval of sums must be to have held what it should; none when too few spans say.
    pub(super) fn widen_sums(&self) -> Option<f64> {
        (self.sums.len() >= FEW).then(|| widen(&self.sums))
    }

    /// The same of days.
    pub(super) fn widen_days(&self) -> f64 {
        if self.days.is_empty() { 1.0 } else { widen(&self.days) }
    }
}

fn off(trials: &[Trial]) -> Option<f64> {
    let came: f64 = trials.iter().map(|it| it.came.abs()).sum();
    (came > 0.0).then(|| trials.iter().map(|it| (it.came - it.expected).abs()).sum::<f64>() / came)
}

fn held(trials: &[Trial]) -> usize {
    trials.iter().filter(|it| it.reach() <= 1.0).count()
}

/// Split conformal: the quantile of what was missed by, corrected for how few were seen. An interval that held enough stays.
fn widen(trials: &[Trial]) -> f64 {
    if held(trials) as f64 >= LEVEL * trials.len() as f64 {
        return 1.0;
    }
    let mut reaches: Vec<f64> = trials.iter().map(|it| it.reach()).collect();
    reaches.sort_by(f64::total_cmp);
    let place = (LEVEL * (reaches.len() + 1) as f64).min(reaches.len() as f64) - 1.0;
    let (below, part) = (place.floor(), place.fract());
    let at =
        |place: f64| reaches.iter().enumerate().find(|(index, _)| *index as f64 >= place).map(|it| *it.1);
    let (low, high) = (at(below).unwrap_or(1.0), at(place.ceil()).unwrap_or(1.0));
    (low + (high - low) * part).max(1.0)
}

/// Asks `model` at the end of each month before the last ones, and compares the `span` days after it: the rolling origin.
pub(super) fn judge(model: Model, values: &[f64], spans: &[usize]) -> Vec<Record> {
    let mut records = vec![Record::default(); spans.len()];
    for month in 1..=MONTHS {
        let Some(cut) = values.len().checked_sub(month * MONTH).filter(|cut| *cut >= LEAST) else { break };
        let Some(outlook) = model.look_ahead(&values[..cut]) else { continue };
        for (record, span) in records.iter_mut().zip(spans) {
            let Some(came) = values.get(cut..cut + span) else { continue };
            let sum = Trial {
                expected: outlook.sum(*span),
                came: came.iter().sum(),
                half: outlook.half_of_sum(*span),
            };
            record.sums.push(sum);
            let days = came.iter().zip(&outlook.days).enumerate();
            record.days.extend(days.map(|(index, (came, expected))| Trial {
                expected: *expected,
                came: *came,
                half: outlook.half_of_day(index),
            }));
        }
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(came: f64) -> Trial {
        Trial { expected: 100.0, came, half: 10.0 }
    }

    #[test]
    fn the_error_is_a_share_of_what_came() {
        let record = Record { sums: vec![trial(100.0), trial(80.0)], days: vec![] };
        assert_eq!(record.sums_off(), Some(20.0 / 180.0));
        assert_eq!((record.sums_held(), record.widen_sums()), (1, None));
        assert_eq!(Record { sums: vec![Trial { came: 0.0, ..trial(0.0) }], days: vec![] }.sums_off(), None);
    }

    #[test]
    fn an_interval_that_held_enough_stays_and_another_grows_to_what_was_missed() {
        let held = [100.0, 95.0, 105.0, 109.0, 150.0].map(trial);
        assert_eq!(widen(&held), 1.0);
        let missed = [120.0, 130.0, 60.0, 100.0].map(trial);
        assert_eq!(widen(&missed), 4.0);
    }

    #[test]
    fn months_are_held_back_for_as_long_as_enough_days_are_left() {
        let values: Vec<f64> = (0..150).map(|day| f64::from(100 + day % 7)).collect();
        let records = judge(Model::Weekdays, &values, &[30, 90]);
        assert_eq!(records.iter().map(Record::spans).collect::<Vec<_>>(), [4, 2]);
        assert!(records[0].sums_off() < Some(1e-9));
    }
}
