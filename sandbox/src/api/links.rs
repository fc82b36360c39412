//! Tracking links, with what the fans who came through them have brought.

use serde_json::{Value, json};

use super::call::Call;
use super::people::fan_json;
use super::reply::{Answer, Refusal, Reply, by_cursor, created};
use crate::clock::iso;
use crate::world::{Creator, TrackingLink};

const PLATFORMS: [&str; 8] =
    ["facebook", "instagram", "other", "reddit", "snapchat", "tiktok", "twitter", "youtube"];

pub(super) fn list(call: &Call<'_>) -> Answer {
    call.require("read:tracking_links")?;
    let (_, creator) = call.creator()?;
    let mut links: Vec<&TrackingLink> = creator.links.iter().collect();
    let key = |link: &&TrackingLink| format!("{:016}/{}", link.created_at, link.uuid);
    links.sort_by_key(|link| std::cmp::Reverse(key(link)));
    let before = call.cursor()?;
    let rest = links.into_iter().filter(|link| before.as_ref().is_none_or(|before| key(link) < *before));
    by_cursor(call, "limit", rest, key, |link| link_json(creator, link))
}

fn link_json(creator: &Creator, link: &TrackingLink) -> Value {
    let fans = || link.fans.iter().map(|fan| &creator.fans[*fan]);
    let subscribed = fans().filter(|fan| fan.subscription.is_some()).count();
    json!({
        "uuid": link.uuid,
        "name": link.name,
        "linkUrl": format!("https://www.fanvue.com/{}?lnk={}", creator.handle, link.uuid.simple()),
        "externalSocialPlatform": link.platform,
        "createdAt": iso(link.created_at),
        "clicks": link.clicks,
        "engagement": {
            "acquiredSubscribers": subscribed,
            "acquiredFollowers": fans().filter(|fan| fan.follows).count(),
            "totalFollowers": fans().filter(|fan| fan.follows).count(),
            "totalSubscribers": fans().filter(|fan| fan.is_subscriber()).count(),
        },
        "earnings": {
            "totalGross": fans().map(|fan| fan.spend.gross).sum::<i64>(),
            "totalNet": fans().map(|fan| fan.spend.net).sum::<i64>(),
        },
    })
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    call.require("write:tracking_links")?;
    let (index, creator) = call.creator()?;
    let name = call.text("name").filter(|name| !name.is_empty());
    let platform = call.text("externalSocialPlatform").filter(|platform| PLATFORMS.contains(platform));
    let link = TrackingLink {
        uuid: crate::fresh::id(),
        name: name.ok_or_else(|| Refusal::invalid("name is required"))?.to_owned(),
        platform: platform.ok_or_else(|| Refusal::invalid("externalSocialPlatform is not known"))?.to_owned(),
        created_at: call.now,
        clicks: 0,
        fans: Vec::new(),
    };
    let answer = link_json(creator, &link);
    call.edit(move |world| world.creators[index].links.push(link));
    created(answer)
}

fn find<'a>(call: &Call<'_>, creator: &'a Creator, link: &str) -> Result<&'a TrackingLink, Refusal> {
    let uuid = call.uuid(link, "Tracking link")?;
    creator.links.iter().find(|link| link.uuid == uuid).ok_or_else(|| Refusal::not_found("Tracking link"))
}

pub(super) fn remove(call: &Call<'_>, link: &str) -> Answer {
    call.require("write:tracking_links")?;
    let (index, creator) = call.creator()?;
    let uuid = find(call, creator, link)?.uuid;
    call.edit(move |world| world.creators[index].links.retain(|link| link.uuid != uuid));
    Ok(Reply::Empty)
}

/// `GET /tracking-links/{uuid}/users`.
pub(super) fn users(call: &Call<'_>, link: &str) -> Answer {
    call.require("read:tracking_links")?;
    let (_, creator) = call.creator()?;
    let mut fans: Vec<_> = find(call, creator, link)?.fans.iter().map(|fan| &creator.fans[*fan]).collect();
    fans.sort_unstable_by_key(|fan| fan.uuid);
    let after = call.cursor()?;
    let rest =
        fans.into_iter().filter(|fan| after.as_ref().is_none_or(|after| fan.uuid.to_string() > *after));
    by_cursor(call, "limit", rest, |fan| fan.uuid.to_string(), |fan| fan_json(creator, fan))
}
