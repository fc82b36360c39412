//! What a forecast is made from: one number per day, in a row.

use chrono::{Days, NaiveDate};

/// Whole past days of one account or agency in one currency, without gaps. Minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    start: NaiveDate,
    values: Vec<i64>,
}

impl Series {
    /// The days from `start` on.
    #[must_use]
    pub fn new(start: NaiveDate, values: Vec<i64>) -> Self {
        Self { start, values }
    }

    /// The days from `start` up to, not including, `end`; a day that `days` does not name brought nothing. What lies outside is
    /// left out, so that today, which is not over, never counts.
    #[must_use]
    pub fn of_days(
        start: NaiveDate,
        end: NaiveDate,
        days: impl IntoIterator<Item = (NaiveDate, i64)>,
    ) -> Self {
        let length = usize::try_from((end - start).num_days()).unwrap_or(0);
        let mut values = vec![0_i64; length];
        for (day, value) in days {
            let index = usize::try_from((day - start).num_days()).ok();
            if let Some(slot) = index.and_then(|index| values.get_mut(index)) {
                *slot = slot.saturating_add(value);
            }
        }
        Self { start, values }
    }

    /// How many days.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no day at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first day.
    #[must_use]
    pub fn start(&self) -> NaiveDate {
        self.start
    }

    /// The day after the last: where a forecast begins.
    #[must_use]
    pub fn end(&self) -> NaiveDate {
        self.day(self.values.len())
    }

    /// The day at `index`, which may lie beyond the end.
    #[must_use]
    pub fn day(&self, index: usize) -> NaiveDate {
        self.start + Days::new(index as u64)
    }

    /// The days' numbers.
    #[must_use]
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// The numbers as a model counts.
    pub(super) fn floats(&self) -> Vec<f64> {
        self.values.iter().map(|value| *value as f64).collect()
    }

    /// The same without the days before the first that brought anything.
    pub(super) fn since_first_earning(&self) -> Self {
        let first = self.values.iter().position(|value| *value != 0).unwrap_or(self.values.len());
        Self { start: self.day(first), values: self.values[first..].to_vec() }
    }

    /// The newest `days` days.
    pub(super) fn newest(&self, days: usize) -> Self {
        let first = self.values.len().saturating_sub(days);
        Self { start: self.day(first), values: self.values[first..].to_vec() }
    }
}
