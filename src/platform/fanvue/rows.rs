//! From Fanvue's rows to the normalised types. A row without its key, time or amount is refused, nothing else is.

use crate::platform::json::Row;
use crate::platform::{
    AccountProfile, Chat, Direction, Earning, EarningSource, EarningStatus, Fan, FanInsight, FanRef,
    FanStatus, Message, Ppv, SubscriberDay, TopSpender,
};
use serde_json::Value;

use super::CURRENCY;

pub(super) fn profile(row: Row<'_>) -> Option<AccountProfile> {
    let fans = row.object("fanCounts");
    Some(AccountProfile {
        platform_account_id: row.text("uuid")?,
        handle: row.text("handle"),
        display_name: row.text("displayName"),
        avatar_url: row.text("avatarUrl"),
        is_creator: row.flag("isCreator"),
        followers: fans.and_then(|fans| fans.int("followersCount")),
        subscribers: fans.and_then(|fans| fans.int("subscribersCount")),
        posts: row.object("contentCounts").and_then(|counts| counts.int("postCount")),
        registered_at: row.time("createdAt").or_else(|| row.time("registeredAt")),
    })
}

pub(super) fn earning(row: Row<'_>) -> Option<Earning> {
    Some(Earning {
        transaction_id: row.text("transactionOrderId")?,
        occurred_at: row.time("date")?,
        gross: row.int("gross")?,
        net: row.int("net")?,
        currency: row.str("currency").unwrap_or(CURRENCY).to_ascii_uppercase(),
        source: source(row.str("source").unwrap_or("unknown")),
        status: status(row.str("transactionOrderStatus").unwrap_or("unknown")),
        reverses: row.text("reversedTransactionOrderId"),
        message_id: row.text("messageUuid"),
        post_id: row.text("postUuid"),
        fan: row.object("user").and_then(fan_ref),
    })
}

/// Known sources in our spelling; an unknown one in Fanvue's.
fn source(raw: &str) -> EarningSource {
    match EarningSource::parse(&snake_case(raw)) {
        EarningSource::Other(_) => EarningSource::Other(raw.to_owned()),
        known => known,
    }
}

fn snake_case(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 2);
    for c in raw.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn status(raw: &str) -> EarningStatus {
    match raw {
        "pendingBalance" => EarningStatus::Pending,
        "availableForPayout" => EarningStatus::Available,
        other => EarningStatus::Unknown(other.to_owned()),
    }
}

fn fan_ref(row: Row<'_>) -> Option<FanRef> {
    Some(FanRef { id: row.text("uuid")?, handle: row.text("handle"), display_name: row.text("displayName") })
}

pub(super) fn fan(row: Row<'_>) -> Option<Fan> {
    Some(Fan {
        id: row.text("uuid")?,
        handle: row.text("handle"),
        display_name: row.text("displayName"),
        nickname: row.text("nickname"),
        avatar_url: row.text("avatarUrl"),
        is_top_spender: row.flag("isTopSpender").unwrap_or(false),
        registered_at: row.time("registeredAt"),
    })
}

pub(super) fn subscriber_day(row: Row<'_>) -> Option<SubscriberDay> {
    Some(SubscriberDay {
        day: row.day("date")?,
        net_since_start: row.int("total").unwrap_or_default(),
        new: row.int("newSubscribersCount")?,
        cancelled: row.int("cancelledSubscribersCount")?,
    })
}

pub(super) fn top_spender(row: Row<'_>) -> Option<TopSpender> {
    Some(TopSpender {
        fan: row.object("user").and_then(fan)?,
        gross: row.int("gross")?,
        net: row.int("net")?,
        messages: row.int("messages").unwrap_or_default(),
    })
}

/// The bulk answer: a map from fan to insight, in which an unknown fan is null.
pub(super) fn fan_insights(answer: &Value) -> Option<Vec<FanInsight>> {
    let results = answer.get("results")?.as_object()?;
    Some(
        results
            .iter()
            .filter(|(_, row)| row.is_object())
            .map(|(id, row)| fan_insight(id, Row(row)))
            .collect(),
    )
}

fn fan_insight(fan_id: &str, row: Row<'_>) -> FanInsight {
    let (spending, subscription) = (row.object("spending"), row.object("subscription"));
    let gross = |field| spending.and_then(|spending| spending.object(field)?.int("gross"));
    FanInsight {
        fan_id: fan_id.to_owned(),
        status: FanStatus::parse(row.str("status").unwrap_or("unknown")),
        total_gross: gross("total"),
        largest_gross: gross("maxSinglePayment"),
        gross_by_source: spending
            .and_then(|spending| spending.object("sources"))
            .map(by_source)
            .unwrap_or_default(),
        last_purchase_at: spending.and_then(|spending| spending.time("lastPurchaseAt")),
        subscribed_at: subscription.and_then(|subscription| subscription.time("createdAt")),
        renews_at: subscription.and_then(|subscription| subscription.time("renewsAt")),
        auto_renews: subscription.and_then(|subscription| subscription.flag("autoRenewalEnabled")),
    }
}

fn by_source(sources: Row<'_>) -> Vec<(EarningSource, i64)> {
    let entries = sources.0.as_object().into_iter().flatten();
    entries.filter_map(|(name, amount)| Some((source(name), Row(amount).int("gross")?))).collect()
}

pub(super) fn chat(row: Row<'_>) -> Option<Chat> {
    Some(Chat {
        fan: row.object("user").and_then(fan)?,
        last_message_at: row.time("lastMessageAt"),
        unread_messages: row.int("unreadMessagesCount").unwrap_or_default(),
        is_muted: row.flag("isMuted").unwrap_or(false),
    })
}

pub(super) fn message(row: Row<'_>, fan_id: &str) -> Option<Message> {
    let from_fan = row.object("sender").and_then(|sender| sender.str("uuid")) == Some(fan_id);
    Some(Message {
        id: row.text("uuid")?,
        direction: if from_fan { Direction::Incoming } else { Direction::Outgoing },
        text: row.text("text"),
        sent_at: row.time("sentAt")?,
        kind: row.str("type").unwrap_or("UNKNOWN").to_owned(),
        media_ids: row.texts("mediaUuids"),
        is_read: row.flag("isRead").unwrap_or(false),
        sent_by: row.text("sentByUserId"),
        ppv: ppv(row),
    })
}

/// `pricing` is a map from currency to price; ours first, then whichever is there. Free is not paid.
fn ppv(row: Row<'_>) -> Option<Ppv> {
    let pricing = row.object("pricing")?;
    let others = pricing.0.as_object().into_iter().flatten().map(|(currency, _)| currency.as_str());
    let priced =
        |currency: &str| Some((pricing.object(currency)?.int("price")?, currency.to_ascii_uppercase()));
    let (price, currency) = std::iter::once(CURRENCY).chain(others).find_map(priced)?;
    (price > 0).then(|| Ppv { price, currency, unlocked_at: row.time("purchasedAt") })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use serde_json::json;

    fn full_earning() -> Value {
        json!({
            "date": "2026-06-24T21:23:44.070Z", "gross": 399, "net": 319, "currency": null, "source": "mediaLink",
            "messageUuid": "m", "postUuid": null, "transactionOrderId": "t1",
            "transactionOrderStatus": "pendingBalance", "reversedTransactionOrderId": null, "newField": {"a": 1},
            "user": {"uuid": "f", "handle": "owl", "displayName": "Owl", "nickname": null, "isTopSpender": false},
        })
    }

    fn changed(field: &str, value: Value) -> Value {
        let mut row = full_earning();
        row[field] = value;
        row
    }

    #[test]
    fn an_earning_is_read_whole() {
        let earning = earning(Row(&full_earning())).unwrap();
        assert_eq!((earning.gross, earning.net, earning.currency.as_str()), (399, 319, "USD"));
        assert_eq!((earning.source, earning.status), (EarningSource::MediaLink, EarningStatus::Pending));
        assert_eq!((earning.message_id.as_deref(), earning.post_id), (Some("m"), None));
        assert_eq!(earning.fan.unwrap().handle.as_deref(), Some("owl"));
    }

    #[test]
    fn what_is_unknown_is_kept_in_the_platforms_words() {
        let source = |raw| earning(Row(&changed("source", json!(raw)))).unwrap().source;
        assert_eq!(source("crystalBall"), EarningSource::Other("crystalBall".to_owned()));
        assert_eq!(source("refund"), EarningSource::Refund);
        assert_eq!(source("appStore"), EarningSource::AppStore);
        let row = changed("transactionOrderStatus", json!("onHold"));
        assert_eq!(earning(Row(&row)).unwrap().status, EarningStatus::Unknown("onHold".to_owned()));
        assert_eq!(earning(Row(&changed("currency", json!("eur")))).unwrap().currency, "EUR");
    }

    #[test]
    fn a_bare_earning_is_enough_and_one_without_a_key_time_or_amount_is_not() {
        let bare =
            json!({"transactionOrderId": "t", "date": "2026-01-01T00:00:00Z", "gross": -500, "net": -400.0});
        let bare = earning(Row(&bare)).unwrap();
        assert_eq!((bare.gross, bare.net, bare.fan), (-500, -400, None));
        assert_eq!(bare.source, EarningSource::Other("unknown".to_owned()));
        for (field, value) in [
            ("transactionOrderId", json!("")),
            ("date", json!("soon")),
            ("gross", json!(u64::MAX)),
            ("gross", json!(3.99)),
            ("net", json!(null)),
        ] {
            assert!(earning(Row(&changed(field, value))).is_none(), "{field}");
        }
    }

    #[test]
    fn stored_words_and_types_go_both_ways() {
        for source in EarningSource::KNOWN {
            assert_eq!(&EarningSource::parse(source.as_str()), source);
        }
        assert_eq!(EarningSource::parse("crystalBall").as_str(), "crystalBall");
    }

    #[test]
    fn a_paid_message_counts_once_and_only_when_we_sent_it() {
        let row = |sender: &str, price: i64, paid: Value| {
            json!({"uuid": "m", "sentAt": "2026-01-01T00:00:00Z", "sender": {"uuid": sender}, "type": "NEW_KIND",
                "pricing": {"USD": {"price": price}}, "purchasedAt": paid, "text": null, "mediaUuids": ["a"]})
        };
        let mut stats = crate::platform::PpvStats::default();
        assert_eq!(stats.unlock_rate(), None);
        for row in [
            row("us", 1000, json!("2026-01-02T00:00:00Z")),
            row("us", 500, Value::Null),
            row("us", 0, Value::Null),
            row("fan", 700, json!("2026-01-02T00:00:00Z")),
        ] {
            stats.add(&message(Row(&row), "fan").unwrap());
        }
        assert_eq!((stats.sent, stats.unlocked, stats.unlock_rate()), (2, 1, Some(0.5)));
        assert_eq!(stats.revenue.get("USD"), Some(&1000));
    }

    #[test]
    fn fan_insights_leave_out_the_unknown_and_bear_gaps() {
        let answer = json!({"results": {
            "a": {"status": "subscriber", "spending": {"lastPurchaseAt": "2026-01-01T00:00:00Z",
                "total": {"gross": 900}, "maxSinglePayment": {"gross": 500}, "sources": {"tip": {"gross": 400}}},
                "subscription": {"createdAt": "2025-01-01T00:00:00Z", "renewsAt": null, "autoRenewalEnabled": false}},
            "b": null, "c": {"status": "ghost"},
        }, "errors": [{"code": "not_found", "fanUuid": "b"}]});
        let insights = fan_insights(&answer).unwrap();
        let ids: Vec<_> = insights.iter().map(|insight| insight.fan_id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!((insights[0].total_gross, insights[0].auto_renews), (Some(900), Some(false)));
        assert_eq!(insights[0].gross_by_source, [(EarningSource::Tip, 400)]);
        assert_eq!(insights[1].status, FanStatus::Other("ghost".to_owned()));
        assert!(fan_insights(&json!({})).is_none());
    }

    #[test]
    fn days_spenders_and_chats_are_read_in_the_documented_shapes() {
        let day = json!({"date": "2026-01-05T00:00:00.000Z", "total": -3, "newSubscribersCount": 1,
            "cancelledSubscribersCount": 4});
        let day = subscriber_day(Row(&day)).unwrap();
        assert_eq!(
            (day.day.to_string().as_str(), day.net_since_start, day.new, day.cancelled),
            ("2026-01-05", -3, 1, 4)
        );
        let spender = json!({"gross": 10, "net": 8, "messages": 2, "user": {"uuid": "f"}});
        assert_eq!(top_spender(Row(&spender)).unwrap().fan.id, "f");
        let chat_row = json!({"user": {"uuid": "f"}, "unreadMessagesCount": 2, "lastMessage": null});
        assert_eq!(chat(Row(&chat_row)).unwrap().unread_messages, 2);
        assert!(chat(Row(&json!({"user": null}))).is_none());
    }
}
