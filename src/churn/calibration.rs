//! Bringing chances to what really happened on a held-back month, and showing on another whether they hold.

use serde::{Deserialize, Serialize};

/// Groups of equal size that a held-back month is cut into at most.
const GROUPS: usize = 20;
/// A group needs so many fans to speak.
const LEAST: usize = 25;
/// For 95 of 100 Wilson intervals to hold the truth.
const DEVIATIONS: f64 = 1.959_964;

/// Steps from what was said to what came, rising: isotonic regression over groups of fans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration(Vec<(f64, f64)>);

impl Calibration {
    /// Learns from chances and whether those fans left.
    #[must_use]
    pub fn fit(said: &[(f64, bool)]) -> Self {
        let mut sorted = said.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let groups = (sorted.len() / LEAST).clamp(1, GROUPS);
        let size = sorted.len().div_ceil(groups).max(1);
        let mut pools: Vec<Pool> = Vec::new();
        for group in sorted.chunks(size) {
            pools.push(Pool::of(group));
            // Who was said to be likelier to leave must not come out less likely: such neighbours are pooled.
            while let [.., before, last] = pools[..] {
                if before.left() <= last.left() {
                    break;
                }
                pools.truncate(pools.len() - 2);
                pools.push(before.with(last));
            }
        }
        Self(pools.into_iter().map(|pool| (pool.said(), pool.left())).collect())
    }

    /// What really happens where `said` is said: between two groups in proportion.
    #[must_use]
    pub fn apply(&self, said: f64) -> f64 {
        let above = self.0.partition_point(|point| point.0 < said);
        match (above.checked_sub(1).and_then(|at| self.0.get(at)), self.0.get(above)) {
            (Some(low), Some(high)) if high.0 > low.0 => {
                low.1 + (high.1 - low.1) * (said - low.0) / (high.0 - low.0)
            }
            (Some(point), _) | (None, Some(point)) => point.1,
            (None, None) => said,
        }
    }
}

/// Some fans together.
#[derive(Clone, Copy)]
struct Pool {
    count: f64,
    said: f64,
    left: f64,
}

impl Pool {
    fn of(group: &[(f64, bool)]) -> Self {
        let left = group.iter().filter(|it| it.1).count() as f64;
        Self { count: group.len() as f64, said: group.iter().map(|it| it.0).sum(), left }
    }

    fn with(self, other: Self) -> Self {
        Self { count: self.count + other.count, said: self.said + other.said, left: self.left + other.left }
    }

    fn said(self) -> f64 {
        self.said / self.count.max(1.0)
    }

    fn left(self) -> f64 {
        self.left / self.count.max(1.0)
    }
}

/// Fans who were shown at about the same risk, and how many of them left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// From so many percent on; it reaches ten further.
    pub from: u32,
    /// How many fans.
    pub fans: u32,
    /// What they were shown at on average, in tenths of a percent.
    pub shown: u32,
    /// How many left.
    pub left: u32,
    /// Between which shares the truth lies in 95 cases of 100 (Wilson), in tenths of a percent.
    pub between: (u32, u32),
}

/// Ten bins of ten percent each; those without a fan are left out.
#[must_use]
pub fn bins(shown: &[(f64, bool)]) -> Vec<Bin> {
    (0..10_u32)
        .filter_map(|tenth| {
            let low = f64::from(tenth) / 10.0;
            let inside: Vec<_> =
                shown.iter().filter(|it| it.0 >= low && (it.0 < low + 0.1 || tenth == 9)).collect();
            let fans = u32::try_from(inside.len()).ok().filter(|fans| *fans > 0)?;
            let left = u32::try_from(inside.iter().filter(|it| it.1).count()).ok()?;
            let mean = inside.iter().map(|it| it.0).sum::<f64>() / f64::from(fans);
            Some(Bin { from: tenth * 10, fans, shown: tenths(mean), left, between: wilson(left, fans) })
        })
        .collect()
}

/// The Wilson interval of `left` of `fans`.
fn wilson(left: u32, fans: u32) -> (u32, u32) {
    let (count, share) = (f64::from(fans), f64::from(left) / f64::from(fans.max(1)));
    let square = DEVIATIONS * DEVIATIONS;
    let middle = (share + square / (2.0 * count)) / (1.0 + square / count);
    let half = DEVIATIONS / (1.0 + square / count)
        * (share * (1.0 - share) / count + square / (4.0 * count * count)).sqrt();
    (tenths((middle - half).max(0.0)), tenths((middle + half).min(1.0)))
}

/// The mean squared distance between what was said and what came; lower is better.
#[must_use]
pub fn brier(said: impl Iterator<Item = (f64, bool)>) -> f64 {
    let (sum, count) = said.fold((0.0, 0.0), |(sum, count), (said, left)| {
        (sum + (said - f64::from(u8::from(left))).powi(2), count + 1.0)
    });
    sum / f64::max(count, 1.0)
}

/// A share in tenths of a percent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is between nought and one"
)]
pub fn tenths(share: f64) -> u32 {
    (share * 1000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_brought_to_what_came_and_keep_their_order() {
        // Said 80 and 20 percent, came 60 and 10.
        let said: Vec<_> =
            (0..1000).map(|at| if at % 2 == 0 { (0.8, at % 10 < 6) } else { (0.2, at % 20 == 1) }).collect();
        let calibration = Calibration::fit(&said);
        assert!((calibration.apply(0.8) - 0.6).abs() < 0.05, "{}", calibration.apply(0.8));
        assert!((calibration.apply(0.2) - 0.1).abs() < 0.05);
        let steps: Vec<_> = (0..=100).map(|at| calibration.apply(f64::from(at) / 100.0)).collect();
        assert!(steps.is_sorted());
    }

    #[test]
    fn what_runs_against_the_order_is_pooled() {
        let said: Vec<_> = (0..100).map(|at| (f64::from(at) / 100.0, at < 50)).collect();
        let calibration = Calibration::fit(&said);
        assert!((calibration.apply(0.1) - 0.5).abs() < 1e-9 && (calibration.apply(0.9) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn bins_count_who_left_with_how_sure_that_is() {
        let shown: Vec<_> = (0..100).map(|at| (0.31, at < 30)).chain([(1.0, true)]).collect();
        let bins = bins(&shown);
        assert_eq!(bins[0], Bin { from: 30, fans: 100, shown: 310, left: 30, between: (219, 396) });
        assert_eq!((bins[1].from, bins[1].fans, bins[1].left), (90, 1, 1));
    }

    #[test]
    fn the_brier_score_of_a_coin_is_a_quarter() {
        assert_eq!(brier([(0.5, true), (0.5, false)].into_iter()), 0.25);
        assert_eq!(brier(std::iter::empty()), 0.0);
    }
}
