//! How many event streams are open, per person and per network.

use super::rates::Whose;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Thirty tabs, twice.
const PER_PERSON: u32 = 60;
/// An office of fifty, each with as many.
const PER_NETWORK: u32 = 1_500;

/// What is open. Holds an entry for as long as something is, so it is bounded by the connections there are.
#[derive(Clone, Debug)]
pub struct Streams {
    open: Arc<Mutex<HashMap<Whose, u32>>>,
    factor: u32,
}

/// A stream that is counted until this is dropped.
#[derive(Debug)]
pub struct Open {
    streams: Streams,
    whose: [Whose; 2],
}

impl Streams {
    /// Limits times `factor`; none with 0.
    #[must_use]
    pub fn new(factor: u32) -> Self {
        Self { open: Arc::default(), factor }
    }

    /// Counts one more for each of `whose`, unless one of them has too many.
    #[must_use]
    pub fn open(&self, whose: [Whose; 2]) -> Option<Open> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |one: &Whose| open.get(one).is_some_and(|count| *count >= self.most(one));
        if self.factor > 0 && whose.iter().any(full) {
            return None;
        }
        for one in &whose {
            *open.entry(one.clone()).or_default() += 1;
        }
        drop(open);
        Some(Open { streams: self.clone(), whose })
    }

    fn most(&self, whose: &Whose) -> u32 {
        let most = match whose {
            Whose::Person(_) => PER_PERSON,
            Whose::Network(_) => PER_NETWORK,
        };
        most.saturating_mul(self.factor)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        for one in &self.whose {
            let left = open.get_mut(one).map(|count| {
                *count -= 1;
                *count
            });
            if left == Some(0) {
                open.remove(one);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn what_is_closed_makes_room_and_leaves_nothing_behind() {
        let streams = Streams::new(1);
        let whose = [Whose::Network("192.0.2.1".to_owned()), Whose::Person(UserId::from(uuid::Uuid::nil()))];
        let mut open: Vec<_> = (0..PER_PERSON).map(|_| streams.open(whose.clone()).unwrap()).collect();
        assert!(streams.open(whose.clone()).is_none());
        open.pop();
        open.push(streams.open(whose.clone()).unwrap());
        assert!(streams.open(whose).is_none());
        drop(open);
        assert!(streams.open.lock().unwrap().is_empty());
    }
}
