//! `/users/me`, `/users/account` and `/creators`.

use serde_json::{Value, json};

use super::call::Call;
use super::people::creator_json;
use super::reply::{Answer, ok, paged};
use crate::clock::{DAY, iso};
use crate::oauth::Identity;
use crate::world::Creator;

pub(super) fn me(call: &Call<'_>) -> Answer {
    call.require("read:self")?;
    match (call.twin, call.access.identity) {
        (None, Identity::Agency) => ok(agency_json(call)),
        _ => ok(profile(call.creator()?.1)),
    }
}

fn agency_json(call: &Call<'_>) -> Value {
    let created = iso(call.sandbox.genesis.end - 700 * DAY);
    json!({
        "uuid": call.world.agency_uuid,
        "email": call.world.agency_email,
        "handle": "northlight",
        "bio": "",
        "displayName": "Northlight Agency",
        "isCreator": false,
        "createdAt": created,
        "updatedAt": created,
        "avatarUrl": null,
        "bannerUrl": null,
    })
}

fn profile(creator: &Creator) -> Value {
    let count = |kind: &str| creator.media.iter().filter(|media| media.kind == kind).count();
    json!({
        "uuid": creator.uuid,
        "email": creator.email,
        "handle": creator.handle,
        "bio": creator.bio,
        "displayName": creator.name,
        "isCreator": true,
        "createdAt": iso(creator.created_at),
        "updatedAt": iso(creator.created_at),
        "avatarUrl": null,
        "bannerUrl": null,
        "likesCount": creator.fans.len() * 7,
        "fanCounts": {
            "followersCount": creator.followers().count(),
            "subscribersCount": creator.subscribers().count(),
        },
        "contentCounts": {
            "imageCount": count("image"),
            "videoCount": count("video"),
            "audioCount": count("audio"),
            "postCount": creator.posts.len(),
            "payToViewPostCount": creator.posts.iter().filter(|post| post.price.is_some()).count(),
        },
    })
}

/// The profile and the account's money, in cents.
pub(super) fn account(call: &Call<'_>) -> Answer {
    call.require("read:self")?;
    let (_, creator) = call.creator()?;
    let gross: i64 = creator.earnings.iter().map(|row| row.gross).sum();
    let net: i64 = creator.earnings.iter().map(crate::world::Earning::net).sum();
    let available = creator.earnings.iter().filter(|row| row.status(call.now) == "availableForPayout");
    let mut body = profile(creator);
    body["accountStatus"] = json!("active");
    body["currency"] = json!(creator.currency);
    body["subscriptionPrice"] = json!(creator.price);
    body["allTimeEarnings"] = json!({"gross": gross, "net": net});
    body["availableBalance"] = json!(available.map(crate::world::Earning::net).sum::<i64>());
    body["lastPayout"] = Value::Null;
    ok(body)
}

/// The creators that an agency's token reaches.
pub(super) fn creators(call: &Call<'_>) -> Answer {
    call.require("read:creator")?;
    let reached = call.reachable().into_iter().map(|index| &call.world.creators[index]);
    paged(call, reached, creator_json)
}
