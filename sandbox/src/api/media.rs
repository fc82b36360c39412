//! Media (metadata and signed addresses that expire), posts and templates.

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::reply::{Answer, Refusal, by_cursor, ok, paged};
use crate::clock::{HOUR, iso};
use crate::world::{Creator, Media, Post, Template};

/// The type of the first of these media, as messages name it.
pub(super) fn kind_of(creator: &Creator, uuids: &[Uuid]) -> Option<&'static str> {
    let first = uuids.first()?;
    creator.media.iter().find(|media| media.uuid == *first).map(|media| media.kind)
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    call.require("read:media")?;
    let (_, creator) = call.creator()?;
    let kind = call.param("mediaType");
    let newest = creator.media.iter().rev().filter(|media| kind.is_none_or(|kind| media.kind == kind));
    if !call.cursors {
        return paged(call, newest, |media| media_json(call, media));
    }
    let key = |media: &&Media| format!("{:016}/{}", media.created_at, media.uuid);
    let before = call.cursor()?;
    let rest = newest.filter(|media| before.as_ref().is_none_or(|before| key(media) < *before));
    by_cursor(call, "size", rest, key, |media| media_json(call, media))
}

pub(super) fn one(call: &Call<'_>, media: &str) -> Answer {
    call.require("read:media")?;
    let (_, creator) = call.creator()?;
    let uuid = call.uuid(media, "Media")?;
    let found = creator.media.iter().find(|media| media.uuid == uuid);
    ok(media_json(call, found.ok_or_else(|| Refusal::not_found("Media"))?))
}

/// `GET /chats/{u}/media`: what was sent in a chat, by cursor.
pub(super) fn of_chat(call: &Call<'_>, fan: &str) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let (fan, _) = super::fans::required(call, creator, fan)?;
    let mut uuids: Vec<Uuid> = creator
        .chats
        .get(&fan)
        .into_iter()
        .flat_map(|chat| &chat.messages)
        .flat_map(|m| m.media.clone())
        .collect();
    uuids.sort_unstable();
    uuids.dedup();
    let after = call.cursor()?;
    let rest = uuids.iter().filter_map(|uuid| creator.media.iter().find(|media| media.uuid == *uuid));
    let rest = rest.filter(|media| after.as_ref().is_none_or(|after| media.uuid.to_string() > *after));
    by_cursor(call, "limit", rest, |media| media.uuid.to_string(), |media| media_json(call, media))
}

fn media_json(call: &Call<'_>, media: &Media) -> Value {
    let variants: Vec<Value> = call
        .list("variants")
        .iter()
        .enumerate()
        .map(|(position, variant)| {
            let expires = (call.now + HOUR) / 1000;
            let url =
                format!("{}/media-files/{}/{variant}?expires={expires}", call.sandbox.base_url(), media.uuid);
            json!({
                "variantType": variant,
                "displayPosition": position,
                "url": url,
                "width": 1080,
                "height": 1350,
                "lengthMs": (media.kind != "image").then_some(48_000),
            })
        })
        .collect();
    json!({
        "uuid": media.uuid,
        "status": "ready",
        "mediaType": media.kind,
        "name": media.name,
        "caption": null,
        "description": null,
        "createdAt": iso(media.created_at),
        "recommendedPrice": media.price,
        "variants": variants,
    })
}

pub(super) fn posts(call: &Call<'_>) -> Answer {
    call.require("read:post")?;
    let (_, creator) = call.creator()?;
    paged(call, creator.posts.iter().rev(), post_json)
}

pub(super) fn post(call: &Call<'_>, post: &str) -> Answer {
    call.require("read:post")?;
    let (_, creator) = call.creator()?;
    let uuid = call.uuid(post, "Post")?;
    let found = creator.posts.iter().find(|post| post.uuid == uuid);
    ok(post_json(found.ok_or_else(|| Refusal::not_found("Post"))?))
}

fn post_json(post: &Post) -> Value {
    json!({
        "uuid": post.uuid,
        "text": post.text,
        "price": post.price,
        "audience": "subscribers",
        "createdAt": iso(post.created_at),
        "publishedAt": iso(post.created_at),
        "likesCount": 0,
        "commentsCount": 0,
    })
}

pub(super) fn templates(call: &Call<'_>) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    paged(call, creator.templates.iter(), template_json)
}

pub(super) fn template(call: &Call<'_>, template: &str) -> Answer {
    call.require("read:chat")?;
    let (_, creator) = call.creator()?;
    let uuid = call.uuid(template, "Template")?;
    let found = creator.templates.iter().find(|template| template.uuid == uuid);
    ok(template_json(found.ok_or_else(|| Refusal::not_found("Template"))?))
}

fn template_json(template: &Template) -> Value {
    json!({
        "uuid": template.uuid,
        "text": template.text,
        "price": template.price,
        "mediaUuids": template.media,
        "folderName": template.folder,
    })
}
