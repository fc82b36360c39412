//! The rate limit: one bucket of tokens per client and user (and creator), refilled evenly over a minute.

use std::collections::HashMap;

use crate::clock::{MINUTE, Millis, SECOND};

#[derive(Debug)]
pub(crate) struct Limiter {
    limit: u32,
    buckets: HashMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Millis,
}

/// How one request fared, and what the headers say about it.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Requests per minute; 0 means that there is no limit.
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until another request is allowed; 0 if this one is.
    pub retry_after: i64,
    /// When the bucket is full again, in seconds since 1970.
    pub reset: i64,
}

impl Verdict {
    pub(crate) fn refused(&self) -> bool {
        self.retry_after > 0
    }
}

impl Limiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self { limit, buckets: HashMap::new() }
    }

    pub(crate) fn take(&mut self, key: &str, now: Millis) -> Verdict {
        if self.limit == 0 {
            return Verdict { limit: 0, remaining: 0, retry_after: 0, reset: 0 };
        }
        let capacity = f64::from(self.limit);
        let per_milli = capacity / MINUTE as f64;
        let bucket =
            self.buckets.entry(key.to_owned()).or_insert(Bucket { tokens: capacity, filled_at: now });
        bucket.tokens = (bucket.tokens + (now - bucket.filled_at) as f64 * per_milli).min(capacity);
        bucket.filled_at = now;
        let mut retry_after = 0;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
        } else {
            retry_after = (((1.0 - bucket.tokens) / per_milli / SECOND as f64).ceil() as i64).max(1);
        }
        let full_in = ((capacity - bucket.tokens) / per_milli) as Millis;
        let remaining = bucket.tokens as u32;
        Verdict { limit: self.limit, remaining, retry_after, reset: (now + full_in) / SECOND + 1 }
    }
}
