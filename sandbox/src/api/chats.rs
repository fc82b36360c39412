//! Chats: the list, its counts, presence, and what is set per chat.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::Call;
use super::fans::{ensure_contactable, required};
use super::people::fan_json;
use super::reply::{Answer, Refusal, Reply, by_cursor, created, ok, paged};
use crate::clock::{DAY, Millis, iso};
use crate::world::{Chat, Creator, Message, Mutation, Source};

/// One row of the list, with what it is filtered and sorted by.
struct Row<'a> {
    fan: usize,
    chat: &'a Chat,
    last_at: Millis,
}

/// `GET /chats`: by page, or by cursor under `/v1`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let mut rows = Vec::new();
    for (fan, chat) in &creator.chats {
        let last_at = chat.messages.last().map_or(0, |message| message.at);
        let row = Row { fan: *fan, chat, last_at };
        if !chat.messages.is_empty() && passes(call, creator, &row)? {
            rows.push(row);
        }
    }
    sort(call, creator, &mut rows)?;
    if !call.cursors {
        return paged(call, rows.into_iter(), |row| chat_json(creator, &row));
    }
    let key = |row: &Row<'_>| format!("{:016}/{}", row.last_at, creator.fans[row.fan].uuid);
    let before = call.cursor()?;
    let rest = rows.into_iter().filter(|row| before.as_ref().is_none_or(|before| key(row) < *before));
    by_cursor(call, "size", rest, key, |row| chat_json(creator, &row))
}

fn passes(call: &Call<'_>, creator: &Creator, row: &Row<'_>) -> Result<bool, Refusal> {
    let fan = &creator.fans[row.fan];
    if let Some(search) = call.param("search") {
        let search = search.to_lowercase();
        if !fan.handle.to_lowercase().contains(&search) && !fan.name.to_lowercase().contains(&search) {
            return Ok(false);
        }
    }
    for list in call.list("smartListIds") {
        if !super::lists::is_member(creator, row.fan, list)? {
            return Ok(false);
        }
    }
    if let Some(list) = call.param("customListId") {
        let list = creator.custom_lists.iter().find(|other| other.uuid.to_string() == list);
        if !list.is_some_and(|list| list.members.contains(&row.fan)) {
            return Ok(false);
        }
    }
    for filter in call.list("filter") {
        if !passes_filter(call, creator, row, filter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn passes_filter(call: &Call<'_>, creator: &Creator, row: &Row<'_>, filter: &str) -> Result<bool, Refusal> {
    let fan = &creator.fans[row.fan];
    Ok(match filter {
        "unread" => row.chat.unread() > 0,
        "subscribers" | "subscribed_to" => fan.is_subscriber(),
        "followers" => fan.follows,
        "online" => fan.is_online(call.now),
        "recent_subscribers" => {
            let since = fan.subscription.as_ref().filter(|subscription| subscription.active);
            since.is_some_and(|subscription| call.now - subscription.created_at < 7 * DAY)
        }
        "not_answered" => row.chat.messages.last().is_some_and(|message| !message.from_creator),
        "spent_more_than_50" => fan.spend.gross > 5000,
        "on_free_trial" => {
            fan.subscription.as_ref().is_some_and(|subscription| subscription.active && subscription.trial)
        }
        "has_tipped" => fan.spend.by_source.contains_key(&Source::Tip),
        "spenders" => fan.spend.gross > 0,
        "not_muted" => !row.chat.muted,
        "exclude_creators" => true,
        "archived" => false,
        _ => return Err(Refusal::invalid(format!("filter '{filter}' is not known"))),
    })
}

fn sort(call: &Call<'_>, creator: &Creator, rows: &mut [Row<'_>]) -> Result<(), Refusal> {
    let newest = |row: &Row<'_>| std::cmp::Reverse((row.last_at, creator.fans[row.fan].uuid));
    match call.param("sortBy").unwrap_or("most_recent_messages") {
        "most_recent_messages" => rows.sort_by_key(newest),
        "online_now" => rows.sort_by_key(|row| (!creator.fans[row.fan].is_online(call.now), newest(row))),
        "most_unanswered_chats" => {
            rows.sort_by_key(|row| (std::cmp::Reverse(row.chat.unread()), newest(row)));
        }
        other => return Err(Refusal::invalid(format!("sortBy '{other}' is not known"))),
    }
    Ok(())
}

fn chat_json(creator: &Creator, row: &Row<'_>) -> Value {
    let unread = row.chat.unread();
    json!({
        "createdAt": row.chat.messages.first().map(|message| iso(message.at)),
        "lastMessageAt": iso(row.last_at),
        "isRead": unread == 0,
        "isMuted": row.chat.muted,
        "unreadMessagesCount": unread,
        "user": fan_json(creator, &creator.fans[row.fan]),
        "lastMessage": row.chat.messages.last().map(|message| last_message(creator, row.fan, message)),
    })
}

fn last_message(creator: &Creator, fan: usize, message: &Message) -> Value {
    json!({
        "uuid": message.id,
        "text": message.text,
        "type": message.kind,
        "sentAt": iso(message.at),
        "hasMedia": !message.media.is_empty(),
        "mediaType": super::media::kind_of(creator, &message.media),
        "senderUuid": if message.from_creator { creator.uuid } else { creator.fans[fan].uuid },
        "sentByUserId": message.sent_by,
    })
}

/// `POST /chats {userUuid}`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let user = call.text("userUuid").ok_or_else(|| Refusal::invalid("userUuid is required"))?;
    let (fan, person) = required(call, creator, user)?;
    ensure_contactable(person)?;
    call.edit(move |world| {
        world.creators[index].chats.entry(fan).or_default();
    });
    created(json!({"message": "Chat created"}))
}

/// `PATCH /chats/{u} {isRead?, isMuted?, nickname?}`.
pub(super) fn update(call: &Call<'_>, fan: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let (fan, _) = required(call, creator, fan)?;
    let nickname = call.text("nickname").map(str::to_owned);
    if nickname.as_ref().is_some_and(|nickname| nickname.chars().count() > 30) {
        return Err(Refusal::invalid("nickname must have at most 30 characters"));
    }
    if call.body.get("isRead") == Some(&Value::Bool(true)) {
        call.happen(Mutation::ChatRead { creator: index, fan });
    }
    let muted = call.body.get("isMuted").and_then(Value::as_bool);
    call.edit(move |world| {
        let chat = world.creators[index].chats.entry(fan).or_default();
        chat.muted = muted.unwrap_or(chat.muted);
        chat.nickname = nickname.or_else(|| chat.nickname.take());
    });
    Ok(Reply::Empty)
}

/// `GET /chats/unread`.
pub(super) fn unread(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let counts: Vec<usize> = creator.chats.values().map(Chat::unread).filter(|count| *count > 0).collect();
    ok(json!({
        "unreadChatsCount": counts.len(),
        "unreadMessagesCount": counts.iter().sum::<usize>(),
        "unreadNotifications": {
            "newFollower": 0, "newPostComment": 0, "newPostLike": 0, "newPurchase": 0, "newSubscriber": 0, "newTip": 0,
            "newPromotion": 0,
        },
    }))
}

/// `POST /chats/statuses {userUuids}`.
pub(super) fn statuses(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let uuids =
        call.body.get("userUuids").and_then(Value::as_array).filter(|list| (1..=100).contains(&list.len()));
    let uuids = uuids.ok_or_else(|| Refusal::invalid("userUuids must name 1 to 100 users"))?;
    let known = uuids.iter().filter_map(|uuid| creator.fan(uuid.as_str()?.parse::<Uuid>().ok()?));
    let statuses: Map<String, Value> = known
        .map(|(_, fan)| {
            let status = json!({"isOnline": fan.is_online(call.now), "lastSeenAt": iso(fan.last_seen_at)});
            (fan.uuid.to_string(), status)
        })
        .collect();
    ok(Value::Object(statuses))
}

/// `POST /chats/{u}/typing {isTyping}`.
pub(super) fn typing(call: &Call<'_>, fan: &str) -> Answer {
    call.require("write:chat")?;
    let (_, creator) = call.creator()?;
    required(call, creator, fan)?;
    Ok(Reply::Json(StatusCode::OK, json!({})))
}
