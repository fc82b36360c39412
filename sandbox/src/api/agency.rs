//! What an agency's admin sees over all creators of the agency. Everything here is page-paginated.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::lists::status_word;
use super::people::fan_json;
use super::reply::{Answer, Refusal, Reply, created, ok, paged};
use super::subscribers::subscriber_days;
use crate::clock::{DAY, Millis, day_of, iso};
use crate::dice::Dice;
use crate::oauth::Identity;
use crate::world::Creator;

/// The agency's people besides its admin.
const TEAM: [(&str, &str, bool); 3] =
    [("Robin Adler", "robin", true), ("Sasha Petit", "sasha", false), ("Kim Osei", "kim", false)];

fn require_agency(call: &Call<'_>, scope: &str) -> Result<(), Refusal> {
    call.require(scope)?;
    match call.access.identity {
        Identity::Agency => Ok(()),
        Identity::Creator(_) => {
            Err(Refusal::message(StatusCode::FORBIDDEN, "Agency admin access is required"))
        }
    }
}

/// The creators of `creatorUuids` (comma list or repeated), all that the agency reaches if absent.
fn chosen<'a>(call: &Call<'a>) -> Result<Vec<&'a Creator>, Refusal> {
    let wanted = call.list("creatorUuids");
    if wanted.len() > 50 {
        return Err(Refusal::invalid("creatorUuids must name at most 50 creators"));
    }
    let reached = call.reachable().into_iter().map(|index| &call.world.creators[index]);
    Ok(reached.filter(|page| wanted.is_empty() || wanted.contains(&page.uuid.to_string().as_str())).collect())
}

fn member_uuid(call: &Call<'_>, number: usize) -> Uuid {
    Dice::for_purpose(call.sandbox.genesis.seed, "team", number as u64).uuid()
}

/// `GET /agencies/team-members`: a bare array.
pub(super) fn team(call: &Call<'_>) -> Answer {
    require_agency(call, "read:agency")?;
    let reached = call.reachable();
    let access = |is_admin: bool| {
        let role = if is_admin { "ADMIN" } else { "CHATTER" };
        let entries =
            reached.iter().map(|index| json!({"uuid": call.world.creators[*index].uuid, "role": role}));
        entries.collect::<Vec<_>>()
    };
    let members = TEAM.iter().enumerate().map(|(number, (name, nickname, is_admin))| {
        json!({
            "uuid": member_uuid(call, number),
            "isAdmin": is_admin,
            "nickname": nickname,
            "email": format!("{nickname}@northlight.sandbox.invalid"),
            "displayName": name,
            "creatorAccess": access(*is_admin),
        })
    });
    ok(members.collect())
}

/// Invites and changes of team members: accepted, and nothing comes of it.
pub(super) fn accept(call: &Call<'_>) -> Answer {
    require_agency(call, "write:agency")?;
    if call.text("email").is_none()
        && call.body.get("isAdmin").is_none()
        && call.body.get("creatorAccess").is_none()
    {
        return Err(Refusal::invalid("email is required"));
    }
    created(json!({"message": "Accepted"}))
}

pub(super) fn update_member(call: &Call<'_>) -> Answer {
    require_agency(call, "write:agency")?;
    Ok(Reply::Empty)
}

pub(super) fn chats(call: &Call<'_>) -> Answer {
    require_agency(call, "read:agency")?;
    let mut chats: Vec<(Millis, Value)> = Vec::new();
    for page in chosen(call)? {
        for (fan, chat) in &page.chats {
            let Some(last) = chat.messages.last() else { continue };
            let shown = json!({
                "creatorUuid": page.uuid,
                "lastMessageAt": iso(last.at),
                "unreadMessagesCount": chat.unread(),
                "isRead": chat.unread() == 0,
                "user": fan_json(page, &page.fans[*fan]),
            });
            chats.push((last.at, shown));
        }
    }
    chats.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    paged(call, chats.into_iter(), |(_, chat)| chat)
}

pub(super) fn subscribers(call: &Call<'_>) -> Answer {
    require_agency(call, "read:agency")?;
    let pages = chosen(call)?;
    let all = pages.into_iter().flat_map(|page| page.subscribers().map(move |fan| (page, fan)));
    paged(call, all, |(page, fan)| {
        let mut shown = fan_json(page, fan);
        shown["creatorUuid"] = json!(page.uuid);
        shown["status"] = json!(status_word(fan));
        shown["subscribedAt"] =
            json!(fan.subscription.as_ref().map(|subscription| iso(subscription.created_at)));
        shown["expiresAt"] = json!(fan.subscription.as_ref().map(|subscription| iso(subscription.renews_at)));
        shown
    })
}

pub(super) fn subscribers_history(call: &Call<'_>) -> Answer {
    require_agency(call, "read:agency")?;
    let (from, to) = call.period()?;
    let pages = chosen(call)?;
    let days = pages.into_iter().flat_map(|page| {
        subscriber_days(page, from, to, call.now).into_iter().map(move |day| (page.uuid, day))
    });
    paged(call, days, |(uuid, day)| {
        json!({
            "creatorUuid": uuid,
            "date": iso(day.date),
            "total": day.total,
            "newSubscribersCount": day.joined,
            "cancelledSubscribersCount": day.left,
        })
    })
}

/// Per creator and UTC day.
pub(super) fn earnings(call: &Call<'_>) -> Answer {
    require_agency(call, "read:insights")?;
    if call.param("startDate").is_none() || call.param("endDate").is_none() {
        return Err(Refusal::invalid("startDate and endDate are required"));
    }
    let (from, to) = call.period()?;
    let mut rows = Vec::new();
    for page in chosen(call)? {
        let mut days: BTreeMap<Millis, (i64, i64)> = BTreeMap::new();
        for row in page.earnings.iter().filter(|row| row.at >= from && row.at < to) {
            let day = days.entry(day_of(row.at)).or_default();
            day.0 += row.gross;
            day.1 += row.net();
        }
        rows.extend(days.into_iter().map(|(date, sums)| (page, date, sums)));
    }
    paged(
        call,
        rows.into_iter(),
        |(page, date, (gross, net))| json!({"creatorUuid": page.uuid, "currency": page.currency, "date": iso(date), "gross": gross, "net": net}),
    )
}

/// Chatters by what they sold; figures that move once a day.
pub(super) fn leaderboard(call: &Call<'_>) -> Answer {
    require_agency(call, "read:insights")?;
    let day = (call.now / DAY).unsigned_abs();
    let chatters: Vec<Value> = TEAM
        .iter()
        .enumerate()
        .map(|(number, (name, _, _))| {
            let mut dice = Dice::for_purpose(call.sandbox.genesis.seed, "leaderboard", day + number as u64);
            let (sent, hours) = (dice.between(40, 200), dice.between(10, 60));
            let unlocked = dice.between(5, sent);
            let revenue = unlocked * dice.between(900, 2100);
            json!({
                "chatterUuid": member_uuid(call, number),
                "chatterName": name,
                "avatarUrl": null,
                "revenue": revenue,
                "messages": sent * dice.between(6, 14),
                "ppvsSent": sent,
                "ppvsUnlocked": unlocked,
                "unlockRatio": unlocked as f64 / sent as f64,
                "goldenRatio": dice.unit() * 0.2,
                "eph": revenue / hours,
                "activeHours": hours,
                "avgResponseMs": dice.between(40_000, 900_000),
            })
        })
        .collect();
    paged(call, chatters.into_iter(), |chatter| chatter)
}
