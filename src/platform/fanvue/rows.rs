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
