//! Delivery: signs each event, posts it, and tries again with growing pauses until the app has it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use data_encoding::HEXLOWER;
use reqwest::{Client, header, redirect};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::events::Event;
use crate::clock::{SECOND, real_now};
use crate::control::faults::{Fault, Kind};
use crate::oauth::mac;
use crate::shared::Shared;

/// Tries per event, the first included; the pauses double, so the last is about four minutes after the first.
const TRIES: u32 = 9;

/// Events that may be waiting for another try at once.
const RETRYING: usize = 512;

/// How long an event that is to come out of order waits for the one that overtakes it.
const OVERTAKEN: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox builds a client")]
pub(crate) fn client() -> Result<Client, reqwest::Error> {
    // Another sandbox or the app itself may have installed it in this process: the same provider either way.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(redirect::Policy::none()).timeout(Duration::from_secs(5)).build()
}

/// Delivers until the sandbox stops. First tries go out in order; retries do not hold up what follows.
pub(crate) async fn deliver(sandbox: Arc<Shared>, client: Client, url: String) {
    let Some(mut events) = sandbox.outbox.receiver() else { return };
    let courier =
        Arc::new(Courier { sandbox: sandbox.clone(), client, url, retrying: Semaphore::new(RETRYING) });
    let mut retries = JoinSet::new();
    let mut held: Option<Event> = None;
    loop {
        let next = tokio::select! {
            next = events.recv() => next,
            () = tokio::time::sleep(OVERTAKEN), if held.is_some() => None,
            () = sandbox.stopping() => return,
        };
        while retries.try_join_next().is_some() {}
        let overtaken = held.take();
        if let Some(event) = next {
            let faults = sandbox.faults().take_for_webhook(event.creator, sandbox.clock.now());
            if overtaken.is_none() && faults.iter().any(|fault| fault.kind == Kind::WebhookOutOfOrder) {
                held = Some(event);
                continue;
            }
            courier.first_try(event, &faults, &mut retries).await;
        }
        if let Some(event) = overtaken {
            courier.first_try(event, &[], &mut retries).await;
        }
    }
}

struct Courier {
    sandbox: Arc<Shared>,
    client: Client,
    url: String,
    retrying: Semaphore,
}

impl Courier {
    async fn first_try(self: &Arc<Self>, event: Event, faults: &[Fault], retries: &mut JoinSet<()>) {
        let has = |kind: Kind| faults.iter().find(|fault| fault.kind == kind);
        let late = has(Kind::WebhookLate).map_or(0, Fault::late_by);
        let tampered = has(Kind::WebhookTampered).is_some();
        let mut done = self.post(&event, late, tampered).await;
        if has(Kind::WebhookDoubled).is_some() {
            done = self.post(&event, late, tampered).await || done;
        }
        if done {
            self.sandbox.outbox.delivered.fetch_add(1, Ordering::Relaxed);
        } else {
            let courier = self.clone();
            retries.spawn(async move { courier.try_again(event).await });
        }
    }

    async fn try_again(&self, event: Event) {
        let Ok(_place) = self.retrying.try_acquire() else {
            self.sandbox.outbox.given_up.fetch_add(1, Ordering::Relaxed);
            return;
        };
        for retry in 0..TRIES - 1 {
            let wait = self.sandbox.config.webhook_retry_ms.saturating_mul(1 << retry);
            self.sandbox.pause(wait).await;
            if *self.sandbox.shutdown.borrow() {
                return;
            }
            if self.post(&event, 0, false).await {
                self.sandbox.outbox.delivered.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        self.sandbox.outbox.given_up.fetch_add(1, Ordering::Relaxed);
    }

    /// Posts once; was it taken? The signature speaks real time, as the receiver's clock does.
    async fn post(&self, event: &Event, late_by: i64, tampered: bool) -> bool {
        let body = event.body();
        let at = real_now() / SECOND - late_by;
        let signature = sign(&self.sandbox.config.webhook_secret, at, &body);
        let body =
            if tampered { body.replacen("\"data\":{", "\"data\":{\"tampered\":true,", 1) } else { body };
        self.sandbox.outbox.attempts.fetch_add(1, Ordering::Relaxed);
        let request = self.client.post(&self.url).header(header::CONTENT_TYPE, "application/json");
        let request =
            request.header("X-Fanvue-Signature", signature).header("webhook-id", event.webhook_id());
        match request.body(body).send().await {
            Ok(response) => response.status().is_success(),
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a webhook was not taken");
                false
            }
        }
    }
}

/// `t=<unix seconds>,v0=<hex of HMAC-SHA256(secret, "{t}." + body)>`.
fn sign(secret: &str, at: i64, body: &str) -> String {
    let mac = mac(secret.as_bytes(), format!("{at}.{body}").as_bytes());
    format!("t={at},v0={}", HEXLOWER.encode(&mac))
}
