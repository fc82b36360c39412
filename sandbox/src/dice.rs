//! Repeatable randomness: the same seed gives the same world on every machine and with every crate version.

use uuid::Uuid;

/// A xorshift-multiply generator (splitmix64): small, fast, good enough for a demo world, never for secrets.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x5bd1_e995_9e37_79b9)
    }

    /// Dice for one purpose, independent of all others from the same seed.
    pub(crate) fn for_purpose(seed: u64, purpose: &str, number: u64) -> Self {
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut dice = Self::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash ^ number.rotate_left(32));
        dice.next();
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in `low..high`; `low` if the range is empty.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        low + (self.unit() * (high - low) as f64) as i64
    }

    /// A random element; the slice must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = (self.unit() * from.len() as f64) as usize;
        &from[index.min(from.len() - 1)]
    }

    /// An index, with probability proportional to its weight.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }

    /// Waiting time of a Poisson process with the given mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let mut count = 0;
        let mut passed = self.exponential(1.0);
        while passed < mean && count < 100_000 {
            count += 1;
            passed += self.exponential(1.0);
        }
        count
    }

    /// Heavy tail: mostly near 1, now and then large, never above `cap`.
    pub(crate) fn pareto(&mut self, alpha: f64, cap: f64) -> f64 {
        (1.0 - self.unit()).powf(-1.0 / alpha).min(cap)
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}
