//! The bounded queue between what happens and its delivery.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::events::Event;
use crate::Config;

/// Events that may wait; more are dropped and counted, as nothing here may grow without bound.
const CAPACITY: usize = 4096;

#[derive(Debug)]
pub(crate) struct Outbox {
    /// None without a webhook address.
    queue: Option<mpsc::Sender<Event>>,
    waiting: Mutex<Option<mpsc::Receiver<Event>>>,
    pub delivered: AtomicU64,
    pub attempts: AtomicU64,
    pub given_up: AtomicU64,
    dropped: AtomicU64,
}

impl Outbox {
    pub(crate) fn new(config: &Config) -> Self {
        let (queue, waiting) = mpsc::channel(CAPACITY);
        Self {
            queue: config.webhook_url.is_some().then_some(queue),
            waiting: Mutex::new(Some(waiting)),
            delivered: AtomicU64::new(0),
            attempts: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    pub(crate) fn send(&self, event: Event) {
        if let Some(queue) = &self.queue
            && queue.try_send(event).is_err()
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The queue's other end, for the one task that delivers.
    pub(super) fn receiver(&self) -> Option<mpsc::Receiver<Event>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "enabled": self.queue.is_some(),
            "attempts": self.attempts.load(Ordering::Relaxed),
            "delivered": self.delivered.load(Ordering::Relaxed),
            "givenUp": self.given_up.load(Ordering::Relaxed),
            "dropped": self.dropped.load(Ordering::Relaxed),
        })
    }
}
