//! The vertical scale of a chart: round steps that waste little room, and heights in a box of 100.

/// The height of every chart's box.
pub const HEIGHT: f64 = 100.0;
/// The most steps that fit legibly.
const MOST_STEPS: i128 = 5;

/// A scale from `bottom` to `top` in whole round steps; both are numbers as stored (minor units, counts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The lowest line: zero, or below it when there are refunds.
    pub bottom: i64,
    /// The highest line.
    pub top: i64,
    /// From one line to the next.
    pub step: i64,
}

impl Scale {
    /// The scale that holds every one of `values`, and zero. `unit` is the least step worth a line when all is zero.
    pub fn of(values: impl Iterator<Item = i64>, unit: i64) -> Self {
        let (low, high) = values.fold((0, 0), |(low, high): (i64, i64), it| (low.min(it), high.max(it)));
        let (mut low, mut high) = (i128::from(low), i128::from(high));
        if high - low == 1 {
            (low, high) = (low * 2, high * 2);
        }
        if low == 0 && high == 0 {
            return Self { bottom: 0, top: 2 * unit, step: unit };
        }
        let most = MOST_STEPS + i128::from(low < 0 && high > 0);
        let fits = |step: i128| {
            let (below, above) = ((step - 1 - low) / step, (high + step - 1) / step);
            (2..=most).contains(&(below + above)).then_some((-below * step, above * step, step))
        };
        let best = steps().filter_map(fits).min_by_key(|(bottom, top, step)| (top - bottom, -step));
        let (bottom, top, step) = best.unwrap_or((low, high, high - low));
        Self { bottom: clamped(bottom), top: clamped(top), step: clamped(step) }
    }

    /// How far below the top `value` stands, in the box.
    #[must_use]
    pub fn y(self, value: i64) -> f64 {
        let (top, bottom) = (self.top as f64, self.bottom as f64);
        let y = (top - value as f64) / (top - bottom) * HEIGHT;
        (y * 100.0).round() / 100.0
    }

    /// The lines, from the top down.
    pub fn lines(self) -> impl Iterator<Item = i64> {
        let count = (i128::from(self.top) - i128::from(self.bottom)) / i128::from(self.step);
        (0..=count).map(move |index| clamped(i128::from(self.top) - index * i128::from(self.step)))
    }
}

/// 1, 2, 5, 10, 20, 25, 50, 100, …: the steps that people count in.
fn steps() -> impl Iterator<Item = i128> {
    let powers = std::iter::successors(Some(1_i128), |power| Some(power * 10)).take(20);
    powers
        .flat_map(|power| [10, 20, 25, 50].into_iter().map(move |part| part * power))
        .filter_map(|tenths| (tenths % 10 == 0).then_some(tenths / 10))
}

fn clamped(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(values: &[i64]) -> (i64, i64, i64) {
        let scale = Scale::of(values.iter().copied(), 100);
        (scale.bottom, scale.top, scale.step)
    }

    #[test]
    fn steps_are_round_and_waste_little() {
        assert_eq!(scale(&[201_000]), (0, 250_000, 50_000));
        assert_eq!(scale(&[10_000, 3]), (0, 10_000, 5_000));
        assert_eq!(scale(&[3]), (0, 3, 1));
        assert_eq!(scale(&[]), (0, 200, 100));
        assert_eq!(scale(&[0, 0]), (0, 200, 100));
    }

    #[test]
    fn refunds_go_below_zero_which_stays_a_line() {
        assert_eq!(scale(&[201_000, -1_000]), (-50_000, 250_000, 50_000));
        assert_eq!(scale(&[-900]), (-1_000, 0, 500));
    }

    #[test]
    fn every_value_stays_in_the_box() {
        for values in
            [vec![1], vec![-1], vec![7, -13, 4], vec![i64::MAX], vec![i64::MIN, i64::MAX], vec![99_999]]
        {
            let scale = Scale::of(values.iter().copied(), 1);
            assert!(
                values.iter().all(|value| (0.0..=HEIGHT).contains(&scale.y(*value))),
                "{values:?} {scale:?}"
            );
            assert!(scale.lines().count() <= 7, "{scale:?}");
        }
    }

    #[test]
    fn one_is_a_step_of_counts() {
        let scale = Scale::of([1].into_iter(), 1);
        assert_eq!(scale.lines().collect::<Vec<_>>(), [2, 1, 0]);
    }
}
