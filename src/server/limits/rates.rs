//! How often somebody asked: one bucket per class and person or network, in memory, bounded.

use super::class::{Class, Rate};
use crate::ids::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// A bucket that nobody took from for so long is full, and may be forgotten.
pub(super) const IDLE: Duration = Duration::from_secs(10 * 60);
/// So many buckets are kept, some 200 bytes each; beyond that, those used longest ago are forgotten.
const KEPT: u64 = 100_000;

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// A person, wherever they are.
    Person(UserId),
    /// A network, whoever is there.
    Network(String),
}

/// The buckets. They run by a clock that never jumps (governor's own), not by the time of day.
#[derive(Clone)]
pub struct Rates {
    buckets: Cache<(Class, Whose, u32), Arc<DefaultDirectRateLimiter>>,
    factor: u32,
}

impl Rates {
    /// Rates times `factor`; no limit with 0.
    #[must_use]
    pub fn new(factor: u32) -> Self {
        let buckets = Cache::builder()
            .max_capacity(KEPT)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(IDLE)
            .build();
        Self { buckets, factor }
    }

    /// Takes one of what `whose` may have of `class`.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub async fn take(&self, class: Class, whose: &Whose, rate: Rate) -> Result<(), Duration> {
        let times = |count: u32| NonZeroU32::new(count.saturating_mul(self.factor));
        let (Some(per_minute), Some(burst)) = (times(rate.per_minute), times(rate.burst)) else {
            return Ok(());
        };
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let key = (class, whose.clone(), rate.burst);
        let bucket = self.buckets.get_with(key, async { Arc::new(RateLimiter::direct(quota)) }).await;
        bucket.check().map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    const RATE: Rate = Rate { per_minute: 1, burst: 3 };

    fn at(network: &str) -> Whose {
        Whose::Network(network.to_owned())
    }

    #[tokio::test]
    async fn everybody_has_a_bucket_of_their_own() {
        let rates = Rates::new(1);
        for _ in 0..3 {
            rates.take(Class::Pages, &at("192.0.2.1"), RATE).await.unwrap();
        }
        let wait = rates.take(Class::Pages, &at("192.0.2.1"), RATE).await.unwrap_err();
        assert!((50..=60).contains(&wait.as_secs()), "{wait:?}");
        rates.take(Class::Searches, &at("192.0.2.1"), RATE).await.unwrap();
        rates.take(Class::Pages, &at("192.0.2.2"), RATE).await.unwrap();
    }

    #[tokio::test]
    async fn a_factor_widens_them_and_none_switches_them_off() {
        let (wide, off) = (Rates::new(10), Rates::new(0));
        for _ in 0..30 {
            wide.take(Class::Pages, &at("192.0.2.1"), RATE).await.unwrap();
        }
        assert!(wide.take(Class::Pages, &at("192.0.2.1"), RATE).await.is_err());
        for _ in 0..1000 {
            off.take(Class::Pages, &at("192.0.2.1"), RATE).await.unwrap();
        }
    }

    #[tokio::test]
    async fn however_many_networks_come_memory_is_bounded() {
        let rates = Rates::new(1);
        for number in 0..KEPT + 20_000 {
            rates.take(Class::Pages, &at(&number.to_string()), RATE).await.unwrap();
        }
        rates.buckets.run_pending_tasks().await;
        assert!(rates.buckets.entry_count() <= KEPT, "{}", rates.buckets.entry_count());
    }
}
