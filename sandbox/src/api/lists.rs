//! Smart lists, which follow from the fans, and custom lists, which are kept.

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::messages::uuids;
use super::people::fan_json;
use super::reply::{Answer, Refusal, Reply, by_cursor, created, ok, paged};
use crate::clock::iso;
use crate::world::{Creator, CustomList, Fan, FanStatus};

const SMART: [(&str, &str); 9] = [
    ("subscribers", "Subscribers"),
    ("auto_renewing", "Auto-renewing"),
    ("non_renewing", "Non-renewing"),
    ("followers", "Followers"),
    ("free_trial_subscribers", "Free trial subscribers"),
    ("expired_subscribers", "Expired subscribers"),
    ("spent_more_than_50", "Spent more than $50"),
    ("muted", "Muted"),
    ("creators", "Creators"),
];

/// Is the fan on that smart list? An unknown list is the caller's mistake.
pub(super) fn is_member(creator: &Creator, fan: usize, list: &str) -> Result<bool, Refusal> {
    let person = &creator.fans[fan];
    let active = person.subscription.as_ref().filter(|subscription| subscription.active);
    Ok(match list {
        "subscribers" => active.is_some(),
        "auto_renewing" => active.is_some_and(|subscription| subscription.auto_renews),
        "non_renewing" => active.is_some_and(|subscription| !subscription.auto_renews),
        "followers" => person.follows,
        "free_trial_subscribers" => active.is_some_and(|subscription| subscription.trial),
        "expired_subscribers" => active.is_none() && person.subscription.is_some(),
        "spent_more_than_50" => person.spend.gross > 5000,
        "muted" => creator.chats.get(&fan).is_some_and(|chat| chat.muted),
        "creators" => false,
        _ => return Err(Refusal::invalid(format!("smart list '{list}' is not known"))),
    })
}

fn members<'a>(creator: &'a Creator, list: &str) -> Result<Vec<&'a Fan>, Refusal> {
    let mut fans = Vec::new();
    for (index, fan) in creator.fans.iter().enumerate() {
        if is_member(creator, index, list)? {
            fans.push(fan);
        }
    }
    Ok(fans)
}

/// `GET /chats/lists/smart`: a bare array.
pub(super) fn smart(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let mut lists = Vec::new();
    for (id, name) in SMART {
        lists.push(json!({"name": name, "uuid": id, "count": members(creator, id)?.len()}));
    }
    ok(Value::Array(lists))
}

/// `GET /chats/lists/smart/{id}`.
pub(super) fn smart_members(call: &Call<'_>, list: &str) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    if !SMART.iter().any(|(id, _)| *id == list) {
        return Err(Refusal::not_found("List"));
    }
    fans(call, creator, members(creator, list)?)
}

/// Fans by page, or by cursor under `/v1`.
fn fans(call: &Call<'_>, creator: &Creator, mut fans: Vec<&Fan>) -> Answer {
    if !call.cursors {
        return paged(call, fans.into_iter(), |fan| fan_json(creator, fan));
    }
    fans.sort_unstable_by_key(|fan| fan.uuid);
    let after = call.cursor()?;
    let rest =
        fans.into_iter().filter(|fan| after.as_ref().is_none_or(|after| fan.uuid.to_string() > *after));
    by_cursor(call, "size", rest, |fan| fan.uuid.to_string(), |fan| fan_json(creator, fan))
}

fn list_json(list: &CustomList) -> Value {
    json!({"uuid": list.uuid, "name": list.name, "count": list.members.len(), "createdAt": iso(list.created_at)})
}

/// `GET /chats/lists/custom`.
pub(super) fn custom(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    paged(call, creator.custom_lists.iter(), list_json)
}

fn position(call: &Call<'_>, creator: &Creator, list: &str) -> Result<usize, Refusal> {
    let uuid = call.uuid(list, "List")?;
    creator.custom_lists.iter().position(|list| list.uuid == uuid).ok_or_else(|| Refusal::not_found("List"))
}

/// Edits a list if it is still there when the edit's turn comes.
fn edit_list(
    call: &Call<'_>,
    creator: usize,
    uuid: Uuid,
    edit: impl FnOnce(&mut CustomList) + Send + 'static,
) {
    call.edit(move |world| {
        let mut lists = world.creators[creator].custom_lists.iter_mut();
        if let Some(list) = lists.find(|list| list.uuid == uuid) {
            edit(list);
        }
    });
}

fn name(call: &Call<'_>) -> Result<String, Refusal> {
    let name = call.text("name").filter(|name| (1..=100).contains(&name.chars().count()));
    name.map(str::to_owned).ok_or_else(|| Refusal::invalid("name must have 1 to 100 characters"))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    call.require("write:chat")?;
    let (index, _) = call.creator()?;
    let list =
        CustomList { uuid: crate::fresh::id(), name: name(call)?, members: Vec::new(), created_at: call.now };
    let answer = list_json(&list);
    call.edit(move |world| world.creators[index].custom_lists.push(list));
    created(answer)
}

pub(super) fn rename(call: &Call<'_>, list: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let place = position(call, creator, list)?;
    let changed = CustomList { name: name(call)?, ..creator.custom_lists[place].clone() };
    let answer = list_json(&changed);
    edit_list(call, index, changed.uuid, move |list| list.name = changed.name);
    ok(answer)
}

pub(super) fn remove(call: &Call<'_>, list: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let uuid = creator.custom_lists[position(call, creator, list)?].uuid;
    call.edit(move |world| world.creators[index].custom_lists.retain(|list| list.uuid != uuid));
    Ok(Reply::Empty)
}

pub(super) fn custom_members(call: &Call<'_>, list: &str) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let list = &creator.custom_lists[position(call, creator, list)?];
    fans(call, creator, list.members.iter().map(|fan| &creator.fans[*fan]).collect())
}

/// Adds `{userUuids}`; answers how many were added and how many were there already or unknown.
pub(super) fn add_members(call: &Call<'_>, list: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let place = position(call, creator, list)?;
    let mut members = creator.custom_lists[place].members.clone();
    let asked = uuids(call.body.get("userUuids"));
    for uuid in &asked {
        if let Some((fan, _)) = creator.fan(*uuid)
            && !members.contains(&fan)
        {
            members.push(fan);
        }
    }
    let added = members.len() - creator.custom_lists[place].members.len();
    edit_list(call, index, creator.custom_lists[place].uuid, move |list| list.members = members);
    ok(json!({"added": added, "skipped": asked.len() - added}))
}

pub(super) fn remove_member(call: &Call<'_>, list: &str, fan: &str) -> Answer {
    call.require("write:chat")?;
    let (index, creator) = call.creator()?;
    let place = position(call, creator, list)?;
    let (fan, _) = super::fans::required(call, creator, fan)?;
    let uuid = creator.custom_lists[place].uuid;
    edit_list(call, index, uuid, move |list| list.members.retain(|other| *other != fan));
    Ok(Reply::Empty)
}

/// How the fan stands, for lists that show it.
pub(super) fn status_word(fan: &Fan) -> &'static str {
    if fan.status() == FanStatus::Subscriber { "active" } else { "expired" }
}
