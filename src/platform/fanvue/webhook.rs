//! Fanvue's notifications: the signature, the envelope of the new family and the flat bodies of the legacy one.

use chrono::{DateTime, Utc};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::platform::json::Row;
use crate::platform::{WebhookError, WebhookEvent, WebhookTopic};

/// Carries `t=<unix seconds>,v0=<hex>`; several `v0` while the secret is being exchanged.
const SIGNATURE_HEADER: &str = "x-fanvue-signature";
/// Names the event of a legacy body. It is not signed, so it is a hint and nothing more.
const TOPIC_HEADER: &str = "x-fanvue-topic";
/// How old (or how early) a signature may be, in seconds.
const WINDOW: u64 = 300;
/// More signatures than this are not looked at.
const MOST_SIGNATURES: usize = 8;

/// Checks a notification and reads it.
pub(super) fn receive(
    secret: &SecretString,
    headers: &HeaderMap,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<WebhookEvent, WebhookError> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = header(SIGNATURE_HEADER).ok_or(WebhookError::BadSignature("there is none"))?;
    verify(secret, signature, body, now)?;
    read(body, header(TOPIC_HEADER))
}

/// HMAC-SHA256 over `"{t}." + body`, compared in constant time, not further than the window from `now`.
pub(super) fn verify(
    secret: &SecretString,
    header: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), WebhookError> {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let mut times = parts().filter(|(name, _)| *name == "t").map(|(_, value)| value);
    let (Some(time), None) = (times.next(), times.next()) else {
        return Err(WebhookError::BadSignature("it has no single time"));
    };
    let seconds: i64 = time.parse().map_err(|_| WebhookError::BadSignature("its time is no number"))?;
    if now.timestamp().abs_diff(seconds) > WINDOW {
        return Err(WebhookError::BadSignature("it is too old or too early"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .map_err(|_| WebhookError::NotConfigured)?;
    // The text of the time is what was signed, not our idea of the number.
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let candidates = parts().filter(|(name, _)| *name == "v0").take(MOST_SIGNATURES);
    let good = |(_, hex): (&str, &str)| {
        let bytes = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).unwrap_or_default();
        mac.clone().verify_slice(&bytes).is_ok()
    };
    if candidates.into_iter().any(good) {
        Ok(())
    } else {
        Err(WebhookError::BadSignature("it does not match"))
    }
}

/// Reads a body of either family.
fn read(body: &[u8], topic: Option<&str>) -> Result<WebhookEvent, WebhookError> {
    let raw: Value = serde_json::from_slice(body).map_err(|_| WebhookError::Unreadable)?;
    if !raw.is_object() {
        return Err(WebhookError::Unreadable);
    }
    let envelope = Row(&raw).str("id").zip(Row(&raw).str("type"));
    Ok(match envelope {
        Some((id, kind)) => enveloped(&raw, id, kind),
        None => legacy(&raw, body, topic),
    })
}

fn enveloped(raw: &Value, id: &str, kind: &str) -> WebhookEvent {
    let row = Row(raw);
    let data = row.object("data");
    let party = |name: &str| data.and_then(|data| data.object(name)?.text("uuid"));
    let fan = ["fan", "purchaser", "follower"].into_iter().find_map(party);
    WebhookEvent {
        id: id.to_owned(),
        kind: kind.to_owned(),
        platform_account_id: party("creator"),
        fan_id: fan.or_else(|| data?.object("payment")?.object("purchaser")?.text("uuid")),
        occurred_at: row.time("timestamp").or_else(|| data?.time("created_at")),
        topic: topic_of(kind),
        raw: raw.clone(),
    }
}

/// The kinds end in a past participle and are dotted from general to special: `creator.payment.succeeded`.
fn topic_of(kind: &str) -> WebhookTopic {
    let has = |word: &str| kind.split('.').any(|part| part == word);
    match () {
        () if ["payment", "refund", "dispute", "payout", "purchase", "tip"].into_iter().any(has) => {
            WebhookTopic::Earnings
        }
        () if has("subscription") || has("subscriber") => WebhookTopic::Subscriptions,
        () if has("follow") => WebhookTopic::Followers,
        () if has("message") => WebhookTopic::Messages,
        () => WebhookTopic::Other,
    }
}

fn legacy(raw: &Value, body: &[u8], topic: Option<&str>) -> WebhookEvent {
    let row = Row(raw);
    let kind = topic.filter(|topic| topic.len() <= 60).unwrap_or_else(|| kind_by_shape(row));
    let sender = row.object("sender").and_then(|sender| sender.text("uuid"));
    WebhookEvent {
        id: natural_key(row, body),
        kind: kind.to_owned(),
        platform_account_id: row.text("recipientUuid"),
        fan_id: sender.or_else(|| row.text("senderUuid")),
        occurred_at: row.time("timestamp"),
        topic: topic_of(kind),
        raw: raw.clone(),
    }
}

fn kind_by_shape(row: Row<'_>) -> &'static str {
    let has = |field| row.0.get(field).is_some();
    match () {
        () if has("context") => "tip.new",
        () if has("message") => "message.received",
        () if has("messageUuid") || has("postUuid") => "purchase.new",
        () if has("price") => "subscription.new",
        () if has("sender") => "follow.new",
        () => "unknown",
    }
}

/// A hash of what makes a legacy event this one and no other; of the whole body when it names none of that.
fn natural_key(row: Row<'_>, body: &[u8]) -> String {
    let sender = row.object("sender").and_then(|sender| sender.str("uuid")).or_else(|| row.str("senderUuid"));
    let price = row.int("price").map(|price| price.to_string());
    let fields =
        ["recipientUuid", "messageUuid", "postUuid", "context", "timestamp"].map(|field| row.str(field));
    let mut hash = Sha256::new();
    if row.str("timestamp").is_none() && row.str("messageUuid").is_none() {
        hash.update(body);
    } else {
        for field in fields.into_iter().chain([sender, price.as_deref()]) {
            let text = field.unwrap_or_default();
            // The length keeps neighbours apart: ("ab", "c") is not ("a", "bc").
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
    }
    format!("legacy-{}", HEXLOWER.encode(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use serde_json::json;

    const BODY: &[u8] = br#"{"id":"evt_1","type":"creator.payment.succeeded","data":{"object":"payment"}}"#;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn secret() -> SecretString {
        "whsec_test".into()
    }

    fn sign(secret: &str, time: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    fn header(time: i64) -> String {
        format!("t={time},v0={}", sign("whsec_test", &time.to_string(), BODY))
    }

    /// Made with `printf '1764000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test`.
    const VECTOR: &str = "c862972147a4361237a5bcb4f74195e2e5d448641115622fe658a65985c5ae8c";

    #[test]
    fn a_signature_made_by_another_program_is_good() {
        let header = format!("t=1764000000,v0={VECTOR}");
        assert_eq!(verify(&secret(), &header, br#"{"a":1}"#, at(1_764_000_000)), Ok(()));
        assert_eq!(
            verify(
                &secret(),
                &header.to_uppercase().replace("T=", "t=").replace("V0=", "v0="),
                br#"{"a":1}"#,
                at(1_764_000_000)
            ),
            Ok(())
        );
    }

    #[test]
    fn the_window_is_300_seconds_both_ways() {
        let header = header(1_764_000_000);
        for (now, good) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
            assert_eq!(verify(&secret(), &header, BODY, at(1_764_000_000 + now)).is_ok(), good, "{now}");
        }
    }

    #[test]
    fn a_changed_body_time_or_secret_is_refused() {
        let good = header(1_764_000_000);
        let now = at(1_764_000_000);
        assert!(verify(&secret(), &good, &BODY[1..], now).is_err());
        assert!(verify(&secret(), &good.replace("t=1764000000", "t=1764000001"), BODY, now).is_err());
        assert!(verify(&secret(), &good.replace("t=1764000000", "t=01764000000"), BODY, now).is_err());
        assert!(verify(&"other".into(), &good, BODY, now).is_err());
        assert!(verify(&secret(), &good[..good.len() - 2], BODY, now).is_err());
    }

    #[test]
    fn one_good_signature_among_several_is_enough() {
        let good = sign("whsec_test", "1764000000", BODY);
        let old = sign("previous", "1764000000", BODY);
        let header = format!("t=1764000000, v0={old}, v0={good}, v1=zzz");
        assert_eq!(verify(&secret(), &header, BODY, at(1_764_000_000)), Ok(()));
    }

    #[test]
    fn a_strange_header_is_refused_and_never_fatal() {
        let now = at(1_764_000_000);
        let twice = format!("t=1,{}", header(1_764_000_000));
        for header in [
            "",
            "t=",
            "t=abc,v0=00",
            "v0=00",
            "t=1764000000",
            "t=1764000000,v0=",
            "t=9223372036854775807,v0=0",
            "t=-9223372036854775808,v0=00",
            "t=1764000000,v0=é",
            &twice,
        ] {
            assert!(
                matches!(verify(&secret(), header, BODY, now), Err(WebhookError::BadSignature(_))),
                "{header}"
            );
        }
    }

    #[test]
    fn only_a_signed_body_is_read() {
        let mut headers = HeaderMap::new();
        assert!(receive(&secret(), &headers, BODY, at(0)).is_err());
        headers.insert(SIGNATURE_HEADER, header(1_764_000_000).parse().unwrap());
        let event = receive(&secret(), &headers, BODY, at(1_764_000_001)).unwrap();
        assert_eq!((event.id.as_str(), event.topic), ("evt_1", WebhookTopic::Earnings));
    }

    fn event(body: Value) -> WebhookEvent {
        read(body.to_string().as_bytes(), None).unwrap()
    }

    #[test]
    fn the_new_family_is_read_leniently() {
        let payment = event(json!({
            "id": "e1", "type": "creator.payment.succeeded", "timestamp": "2026-11-01T10:00:00Z", "surprise": [1],
            "data": {"object": "payment", "gross": 999, "creator": {"uuid": "c"}, "purchaser": {"uuid": "f"}},
        }));
        assert_eq!(payment.platform_account_id.as_deref(), Some("c"));
        assert_eq!(payment.fan_id.as_deref(), Some("f"));
        assert_eq!(payment.occurred_at.unwrap().to_rfc3339(), "2026-11-01T10:00:00+00:00");
        let bare = event(json!({"id": "e2", "type": "creator.telepathy.begun"}));
        assert_eq!(
            (bare.topic, bare.platform_account_id, bare.occurred_at),
            (WebhookTopic::Other, None, None)
        );
    }

    #[test]
    fn every_known_kind_has_its_topic() {
        for (kind, topic) in [
            ("creator.message.received", WebhookTopic::Messages),
            ("creator.follow.created", WebhookTopic::Followers),
            ("creator.subscription.renewed", WebhookTopic::Subscriptions),
            ("checkout_link.subscription.cancel_at_period_end_changed", WebhookTopic::Subscriptions),
            ("creator.refund.created", WebhookTopic::Earnings),
            ("creator.dispute.created", WebhookTopic::Earnings),
            ("payout.paid", WebhookTopic::Earnings),
            ("creator.fan.presence_changed", WebhookTopic::Other),
        ] {
            assert_eq!(topic_of(kind), topic, "{kind}");
        }
    }

    #[test]
    fn a_legacy_body_gets_a_key_of_its_own_that_a_second_delivery_shares() {
        let tip = json!({
            "context": "message", "messageUuid": "m", "recipientUuid": "c", "senderUuid": "f", "price": 500,
            "sender": {"uuid": "f"}, "timestamp": "2026-01-02T03:04:05Z",
        });
        let mut again = tip.clone();
        again["sender"]["displayName"] = json!("changed since");
        let mut other = tip.clone();
        other["price"] = json!(501);
        let (tip, again, other) = (event(tip), event(again), event(other));
        assert_eq!((tip.kind.as_str(), tip.topic), ("tip.new", WebhookTopic::Earnings));
        assert_eq!((tip.platform_account_id.as_deref(), tip.fan_id.as_deref()), (Some("c"), Some("f")));
        assert_eq!(tip.id, again.id);
        assert_ne!(tip.id, other.id);
        assert_ne!(event(json!({"x": 1})).id, event(json!({"x": 2})).id);
    }

    #[test]
    fn what_is_no_object_is_unreadable() {
        for body in ["", "[]", "null", "{\"id\":", "5"] {
            assert_eq!(read(body.as_bytes(), None).unwrap_err(), WebhookError::Unreadable, "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_or_body_is_fatal_and_none_is_good_by_chance(
            header in "(t=[0-9]{1,20}|v0=[0-9a-f]{0,64}|.{0,20}|,){0,6}",
            body in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        ) {
            proptest::prop_assert!(verify(&secret(), &header, &body, at(1_764_000_000)).is_err());
            if let Ok(event) = read(&body, Some(&header)) {
                proptest::prop_assert!(!event.id.is_empty());
            }
        }
    }
}
