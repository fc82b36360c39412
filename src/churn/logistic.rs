//! A logistic regression with a ridge: the chance of leaving from a few numbers. Without chance of its own: the same examples
//! give the same weights.

use super::features::COUNT;
use serde::{Deserialize, Serialize};

/// Steps of the descent; with numbers brought to one scale it has settled by then.
const STEPS: usize = 400;
const STEP: f64 = 0.5;
/// Keeps weights small that few examples speak for.
const RIDGE: f64 = 1e-3;

/// What was learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    means: [f64; COUNT],
    spreads: [f64; COUNT],
    weights: [f64; COUNT],
    bias: f64,
}

impl Logistic {
    /// Learns from examples: numbers, and whether the fan left.
    #[must_use]
    pub fn fit(examples: &[([f64; COUNT], bool)]) -> Self {
        let count = examples.len().max(1) as f64;
        let mut model = Self { means: [0.0; COUNT], spreads: [1.0; COUNT], weights: [0.0; COUNT], bias: 0.0 };
        for at in 0..COUNT {
            let mean = examples.iter().map(|it| it.0[at]).sum::<f64>() / count;
            let variance = examples.iter().map(|it| (it.0[at] - mean).powi(2)).sum::<f64>() / count;
            model.means[at] = mean;
            model.spreads[at] = if variance > 1e-12 { variance.sqrt() } else { 1.0 };
        }
        let scaled: Vec<_> = examples.iter().map(|(numbers, left)| (model.scaled(numbers), *left)).collect();
        for _ in 0..STEPS {
            model.descend(&scaled, count);
        }
        model
    }

    fn descend(&mut self, scaled: &[([f64; COUNT], bool)], count: f64) {
        let (mut slope, mut slope_bias) = ([0.0; COUNT], 0.0);
        for (numbers, left) in scaled {
            let miss = squash(self.bias + dot(&self.weights, numbers)) - f64::from(u8::from(*left));
            slope_bias += miss;
            for (sum, number) in slope.iter_mut().zip(numbers) {
                *sum += miss * number;
            }
        }
        self.bias -= STEP * slope_bias / count;
        for (weight, sum) in self.weights.iter_mut().zip(slope) {
            *weight -= STEP * (sum / count + RIDGE * *weight);
        }
    }

    fn scaled(&self, numbers: &[f64; COUNT]) -> [f64; COUNT] {
        std::array::from_fn(|at| (numbers[at] - self.means[at]) / self.spreads[at])
    }

    /// The chance of leaving, not calibrated.
    #[must_use]
    pub fn chance(&self, numbers: &[f64; COUNT]) -> f64 {
        squash(self.bias + dot(&self.weights, &self.scaled(numbers)))
    }

    /// By how much each number raises the odds against an average fan.
    #[must_use]
    pub fn pushes(&self, numbers: &[f64; COUNT]) -> [f64; COUNT] {
        let scaled = self.scaled(numbers);
        std::array::from_fn(|at| self.weights[at] * scaled[at])
    }
}

fn squash(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

fn dot(a: &[f64; COUNT], b: &[f64; COUNT]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_with_leaving_raises_the_chance() {
        let numbers = |first: f64| [first, 1.0, 0.0, 0.0, 0.0, 0.0];
        // Of those with a 1 three of four leave, of those with a 0 one of four.
        let examples: Vec<_> =
            (0..400).map(|at| (numbers(f64::from(at % 2)), (at / 2 % 4 == 0) != (at % 2 == 1))).collect();
        let model = Logistic::fit(&examples);
        assert!((model.chance(&numbers(1.0)) - 0.75).abs() < 0.02);
        assert!((model.chance(&numbers(0.0)) - 0.25).abs() < 0.02);
        assert!(model.pushes(&numbers(1.0))[0] > 0.0);
        assert_eq!(model, Logistic::fit(&examples));
    }

    #[test]
    fn nothing_to_learn_from_is_a_coin() {
        assert_eq!(Logistic::fit(&[]).chance(&[0.0; COUNT]), 0.5);
    }
}
