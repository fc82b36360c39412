//! The two rules that look ahead: a trend with a week's rhythm, and the simple one it has to beat.

use augurs::ets::AutoETS;
use augurs::mstl::MSTLModel;
use augurs::mstl::stlrs::MstlParams;
use augurs::{Fit, Predict};
use serde::{Deserialize, Serialize};

/// How far ahead a forecast looks, in days.
pub const FAR: usize = 90;
/// What share of the outcomes an interval shall hold.
pub const LEVEL: f64 = 0.8;
/// So many standard deviations on each side hold [`LEVEL`] of a normal distribution.
const DEVIATIONS: f64 = 1.281_551_565_5;
/// A week.
const WEEK: usize = 7;
/// The weeks that the simple rule averages.
const WEEKS: usize = 4;
/// Over how many weeks the shape of a week is smoothed: docs/decisions/0022-forecasts.md.
const SHAPE: usize = 35;

/// A rule that looks ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// A trend (exponential smoothing) and the shape of the week (MSTL).
    Trend,
    /// The average of the same weekday in the last four weeks.
    Weekdays,
}

/// What a rule expects: the middle of each day, and how far days and sums stray from it (a standard deviation).
pub(super) struct Outlook {
    /// Per day, from the first day after the history on.
    pub days: Vec<f64>,
    /// Per day: the standard deviation.
    strays: Vec<f64>,
    /// How a sum of so many days strays.
    sum: Stray,
}

/// How sums stray.
enum Stray {
    /// The level itself drifts: each day's surprise stays by this share.
    Drifting { day: f64, share: f64 },
    /// Weekdays were averaged over so few weeks that the averages themselves are off.
    Averaged { day: f64 },
}

impl Outlook {
    /// Half of the interval of the day at `index`.
    pub(super) fn half_of_day(&self, index: usize) -> f64 {
        self.strays.get(index).copied().unwrap_or(0.0) * DEVIATIONS
    }

    /// Half of the interval of the sum of the first `days` days.
    pub(super) fn half_of_sum(&self, days: usize) -> f64 {
        let deviation = match self.sum {
            Stray::Drifting { day, share } => {
                let weights = (0..days).map(|later| (1.0 + share * later as f64).powi(2));
                day * weights.sum::<f64>().sqrt()
            }
            Stray::Averaged { day } => {
                let days = days as f64;
                day * (days + days * days / (WEEK * WEEKS) as f64).sqrt()
            }
        };
        deviation * DEVIATIONS
    }

    /// What the first `days` days make together.
    pub(super) fn sum(&self, days: usize) -> f64 {
        self.days.iter().take(days).sum()
    }
}

impl Model {
    /// As it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Weekdays => "weekdays",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "trend" { Self::Trend } else { Self::Weekdays }
    }

    /// What this rule expects after `history`; none when it finds no answer, as the trend does where every day is the same.
    pub(super) fn look_ahead(self, history: &[f64]) -> Option<Outlook> {
        let outlook = match self {
            Self::Trend => trend(history),
            Self::Weekdays => weekdays(history),
        }?;
        let numbers = outlook.days.iter().chain(&outlook.strays);
        (outlook.days.len() == FAR && numbers.into_iter().all(|it| it.is_finite())).then_some(outlook)
    }
}

/// The same weekday in the weeks before the end of `before`, the latest first.
fn same_weekday(before: &[f64], ahead: usize) -> impl Iterator<Item = f64> {
    let back = WEEK - ahead % WEEK;
    (0..WEEKS).filter_map(move |week| before.len().checked_sub(back + week * WEEK)).map(|index| before[index])
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0_u32), |(sum, count), it| (sum + it, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn weekdays(history: &[f64]) -> Option<Outlook> {
    let week: Vec<f64> = (0..WEEK).map(|ahead| mean(same_weekday(history, ahead))).collect::<Option<_>>()?;
    let misses = (WEEK * WEEKS..history.len()).filter_map(|at| {
        let expected = mean(same_weekday(&history[..at], 0))?;
        Some((history[at] - expected).powi(2))
    });
    let miss = mean(misses).unwrap_or(0.0).sqrt();
    // The average of four is itself off, which is part of the miss.
    let day = miss / (1.0 + 1.0 / WEEKS as f64).sqrt();
    let days = week.iter().copied().cycle().take(FAR).collect();
    Some(Outlook { days, strays: vec![miss; FAR], sum: Stray::Averaged { day } })
}

fn trend(history: &[f64]) -> Option<Outlook> {
    let mut shape = MstlParams::new();
    shape.seasonal_lengths(&[SHAPE]);
    let smoothing = AutoETS::new(1, "AZN").ok()?.damped(false).ok()?;
    let model = MSTLModel::new(vec![WEEK], smoothing.into_trend_model()).mstl_params(shape);
    let forecast = model.fit(history).ok()?.predict(FAR, LEVEL).ok()?;
    let bounds = forecast.intervals?;
    let strays: Vec<f64> =
        bounds.lower.iter().zip(&bounds.upper).map(|(low, high)| (high - low) / 2.0 / DEVIATIONS).collect();
    let (day, last) = (*strays.first()?, *strays.last()?);
    // Smoothing's variance grows by the square of the share that a day's surprise leaves behind, once per day.
    let growth = if day > 0.0 { (last / day).powi(2) - 1.0 } else { 0.0 };
    let share = (growth.max(0.0) / (FAR - 1) as f64).sqrt();
    Some(Outlook { days: forecast.point, strays, sum: Stray::Drifting { day, share } })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn the_simple_rule_repeats_the_weekdays_of_the_last_four_weeks() {
        let history: Vec<f64> = (0..70).map(|day| f64::from(day % 7)).collect();
        let outlook = Model::Weekdays.look_ahead(&history).unwrap();
        assert_eq!(outlook.days[..8], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]);
        assert_eq!(outlook.half_of_sum(30), 0.0);
    }

    #[test]
    fn a_few_days_are_enough_for_the_simple_rule_and_none_are_not() {
        assert!(Model::Weekdays.look_ahead(&[1.0; 6]).is_none());
        assert!(Model::Weekdays.look_ahead(&[]).is_none());
        assert_eq!(Model::Weekdays.look_ahead(&[2.0; 9]).unwrap().sum(30), 60.0);
    }

    #[test]
    fn the_trend_goes_on_with_the_rhythm_of_the_week() {
        let history: Vec<f64> =
            (0..280).map(|day| f64::from(1_000 + 10 * day + 300 * i32::from(day % 7 == 5))).collect();
        let outlook = Model::Trend.look_ahead(&history).unwrap();
        for (ahead, value) in outlook.days.iter().take(30).enumerate() {
            let expected = 1_000.0 + 10.0 * (280 + ahead) as f64 + if ahead % 7 == 5 { 300.0 } else { 0.0 };
            assert!((value - expected).abs() < 0.05 * expected, "day {ahead}: {value} for {expected}");
        }
    }
}
