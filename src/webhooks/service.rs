//! Taking notifications, and acting on them.

use super::jobs;
use super::store::{self, Waiting};
use crate::db::Db;
use crate::error::Result;
use crate::platform::{PlatformClient, PlatformKind, WebhookError, WebhookTopic};
use crate::sync::{self, News};
use reqwest::header::HeaderMap;

/// How many notifications of an account are acted on at a time.
const BATCH: i64 = 500;
/// What is old and done with is forgotten so many rows at a time.
const FORGET_BATCH: i64 = 5_000;

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is stored, and will be acted on.
    Stored,
    /// It had come before.
    Known,
    /// Not signed by the platform, not for this body, or too old. Nothing of it is kept.
    Refused,
    /// Signed, but nothing that can be read.
    Unreadable,
}

impl Received {
    fn label(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Known => "known",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Checks a notification over its raw body and stores it, once however often it comes.
///
/// # Errors
/// When the database does not answer; then nothing is stored, and the platform is to send it again.
pub async fn receive(
    db: &Db,
    client: &dyn PlatformClient,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Received> {
    let kind = client.platform().kind;
    let received = check_and_store(db, client, headers, body).await?;
    metrics::counter!("webhooks_total", "platform" => kind.as_str(), "outcome" => received.label())
        .increment(1);
    Ok(received)
}

async fn check_and_store(
    db: &Db,
    client: &dyn PlatformClient,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Received> {
    let kind = client.platform().kind;
    let event = match client.read_webhook(headers, body, db.now()) {
        // Postgres cannot keep a text with this character, and no name or number has it.
        Ok(_) if body.windows(6).any(|part| part == br"\u0000") => return Ok(Received::Unreadable),
        Ok(event) => event,
        Err(WebhookError::Unreadable) => return Ok(Received::Unreadable),
        Err(WebhookError::BadSignature(_) | WebhookError::NotConfigured) => return Ok(Received::Refused),
    };
    let mut tx = db.begin_system("store a webhook").await?;
    if !store::add(&mut tx, kind.as_str(), &event).await? {
        return Ok(Received::Known);
    }
    if let Some(account) = event.platform_account_id {
        jobs::enqueue_drain(tx.conn(), kind, account).await?;
    }
    tx.commit().await?;
    Ok(Received::Stored)
}

/// Turns the notifications that wait about one account of a platform into one wish each for what they make due.
///
/// # Errors
/// When the database does not answer; what was not marked then is acted on again.
pub(super) async fn drain(db: &Db, kind: PlatformKind, account: &str) -> Result<()> {
    loop {
        let mut tx = db.begin_system("act on the webhooks that wait").await?;
        let waiting = store::list_waiting(&mut tx, kind.as_str(), account, BATCH).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        sync::want_news(&mut tx, kind, account, &news(&waiting)).await?;
        let ids: Vec<&str> = waiting.iter().map(|event| event.event_id.as_str()).collect();
        let waited = store::set_processed(&mut tx, kind.as_str(), &ids).await?;
        tx.commit().await?;
        for seconds in waited {
            metrics::histogram!("webhook_wait_seconds").record(seconds);
        }
        if waiting.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// What these notifications make due, once for all of them.
fn news(waiting: &[Waiting]) -> News {
    let mut news = News::default();
    for event in waiting {
        let topic = WebhookTopic::parse(&event.topic);
        let money = matches!(topic, WebhookTopic::Earnings | WebhookTopic::Subscriptions);
        news.earnings |= money;
        news.subscribers |= matches!(topic, WebhookTopic::Subscriptions | WebhookTopic::Followers);
        news.messages |= topic == WebhookTopic::Messages;
        if money {
            news.since = [news.since, event.occurred_at].into_iter().flatten().min();
        }
        let Some(fan) = &event.fan_id else { continue };
        if topic == WebhookTopic::Subscriptions && !news.fans.contains(fan) {
            news.fans.push(fan.clone());
        }
        if event.kind.ends_with("message.deleted") && !news.chats.contains(fan) {
            news.chats.push(fan.clone());
        }
    }
    news
}

/// Forgets what was acted on over 30 days ago.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn forget(db: &Db) -> Result<()> {
    loop {
        let mut tx = db.begin_system("forget old webhooks").await?;
        let gone = store::remove_old(&mut tx, FORGET_BATCH).await?;
        tx.commit().await?;
        if gone < FORGET_BATCH.unsigned_abs() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn event(kind: &str, topic: WebhookTopic, fan: &str, at: &str) -> Waiting {
        Waiting {
            event_id: format!("{kind}{at}"),
            kind: kind.to_owned(),
            topic: topic.as_str().to_owned(),
            fan_id: Some(fan.to_owned()),
            occurred_at: Some(at.parse().unwrap()),
        }
    }

    #[test]
    fn many_notifications_become_one_wish() {
        let told = news(&[
            event("creator.payment.succeeded", WebhookTopic::Earnings, "a", "2026-11-02T10:00:00Z"),
            event("creator.subscription.activated", WebhookTopic::Subscriptions, "b", "2026-11-01T10:00:00Z"),
            event("creator.subscription.renewed", WebhookTopic::Subscriptions, "b", "2026-11-03T10:00:00Z"),
            event("creator.message.received", WebhookTopic::Messages, "c", "2026-10-01T10:00:00Z"),
        ]);
        assert!(told.earnings && told.subscribers && told.messages);
        assert_eq!(told.fans, ["b"]);
        assert_eq!(told.since.unwrap().to_rfc3339(), "2026-11-01T10:00:00+00:00");
        assert!(told.chats.is_empty());
    }

    #[test]
    fn a_message_that_is_gone_has_its_chat_read_whole_and_presence_nothing() {
        let told =
            news(&[event("creator.message.deleted", WebhookTopic::Messages, "a", "2026-11-02T10:00:00Z")]);
        assert_eq!((told.chats, told.since, told.earnings), (vec!["a".to_owned()], None, false));
        let told =
            news(&[event("creator.fan.presence_changed", WebhookTopic::Other, "a", "2026-11-02T10:00:00Z")]);
        assert_eq!(told, News::default());
    }
}
