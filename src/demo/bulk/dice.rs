//! Repeatable randomness of a made-up world: the same seed gives the same world on every machine, whatever crates are updated.

use chrono::TimeDelta;
use std::time::Duration;
use uuid::Uuid;

/// A splitmix64 generator: small, fast, good enough for made-up figures, never for secrets.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice of one account for one purpose, independent of all others from the same seed.
    pub(super) fn new(seed: u64, purpose: &str, number: u32) -> Self {
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut dice =
            Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ hash ^ u64::from(number).rotate_left(32));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in `low..high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// A whole number below `end`; 0 if there is none.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let place = self.next() % u64::from(end.max(1));
        u32::try_from(place).unwrap_or(0)
    }

    /// A span below `end`, to the second.
    pub(super) fn within(&mut self, end: TimeDelta) -> TimeDelta {
        let seconds = u32::try_from(end.num_seconds()).unwrap_or(u32::MAX);
        TimeDelta::seconds(i64::from(self.below(seconds)))
    }

    /// A random element; the slice must not be empty.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let end = u32::try_from(from.len()).unwrap_or(u32::MAX);
        &from[usize::try_from(self.below(end)).unwrap_or(0)]
    }

    /// A random element, with probability proportional to its weight; the slice must not be empty.
    pub(super) fn weighted<'a, T>(&mut self, from: &'a [(T, u32)]) -> &'a T {
        let mut left = self.below(from.iter().map(|(_, weight)| weight).sum());
        for (element, weight) in from {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return element,
            }
        }
        &from[0].0
    }

    /// Waiting time of a Poisson process with the given mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// How often something happens that happens `mean` times on average.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let mut count = 0;
        let mut passed = self.exponential(1.0);
        while passed < mean {
            count += 1;
            passed += self.exponential(1.0);
        }
        count
    }

    /// Half of them below `median`, two thirds within a factor of `spread` (as a power of e) of it.
    pub(super) fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        // Box and Muller's transform.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.unit()).cos();
        median * (spread * normal).exp()
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

/// A span of so many days, to the second.
pub(super) fn days(days: f64) -> TimeDelta {
    let span = Duration::from_secs_f64((days.clamp(0.0, 36_500.0) * 86_400.0).trunc());
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}
