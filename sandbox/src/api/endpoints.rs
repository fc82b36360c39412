//! Which address leads to which endpoint; `/v1` and `/creators/{uuid}` are taken off before.

use axum::http::{Method, StatusCode};

use super::call::Call;
use super::reply::{Answer, Refusal};
use super::{
    agency, chats, earnings, fans, links, lists, mass_messages, media, messages, subscribers, summary, users,
};

pub(super) fn dispatch(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["users", "me"]) => users::me(call),
        ("GET", ["users", "account"]) => users::account(call),
        ("GET", ["creators"]) => users::creators(call),
        (_, ["insights", rest @ ..]) => insights(call, method, rest),
        ("GET", ["subscribers"]) => subscribers::subscribers(call),
        ("GET", ["subscribers", "online"]) => subscribers::online(call),
        ("GET", ["followers"]) => subscribers::followers(call),
        (_, ["chats", "lists", rest @ ..]) => chat_lists(call, method, rest),
        (_, ["chats", "mass-messages", rest @ ..]) => mass(call, method, rest),
        (_, ["chats", rest @ ..]) => chat(call, method, rest),
        ("GET", ["media"]) => media::list(call),
        ("GET", ["media", media]) => media::one(call, media),
        ("GET", ["posts"]) => media::posts(call),
        ("GET", ["posts", post]) => media::post(call, post),
        ("GET", ["tracking-links"]) => links::list(call),
        ("POST", ["tracking-links"]) => links::create(call),
        ("DELETE", ["tracking-links", link]) => links::remove(call, link),
        ("GET", ["tracking-links", link, "users"]) => links::users(call, link),
        (_, ["agencies", rest @ ..]) => agencies(call, method, rest),
        _ => no_route(),
    }
}

fn no_route() -> Answer {
    Err(Refusal::message(StatusCode::NOT_FOUND, "Route not found"))
}

fn insights(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["earnings"]) => earnings::list(call),
        ("GET", ["earnings", "summary"]) => summary::summary(call),
        ("GET", ["earnings", "percentile"]) => summary::percentile(call),
        ("GET", ["spending"]) => fans::spending(call),
        ("GET", ["subscribers"]) => subscribers::series(call),
        ("GET", ["top-spenders"]) => fans::top_spenders(call),
        ("GET", ["fans"]) => fans::bulk(call),
        ("POST", ["fans", "batch"]) => fans::batch(call),
        ("GET", ["fans", fan]) => fans::one(call, fan),
        _ => no_route(),
    }
}

fn chat(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", []) => chats::list(call),
        ("POST", []) => chats::create(call),
        ("GET", ["unread"]) => chats::unread(call),
        ("POST", ["statuses"]) => chats::statuses(call),
        ("GET", ["templates"]) => media::templates(call),
        ("GET", ["templates", template]) => media::template(call, template),
        ("PATCH", [fan]) => chats::update(call, fan),
        ("GET", [fan, "media"]) => media::of_chat(call, fan),
        ("POST", [fan, "typing"]) => chats::typing(call, fan),
        ("POST", [fan, "message"]) => messages::send(call, fan),
        ("GET", [fan, "messages"]) => messages::list(call, fan),
        ("GET", [fan, "messages", message]) => messages::one(call, fan, message),
        ("DELETE", [fan, "messages", message]) => messages::unsend(call, fan, message),
        _ => no_route(),
    }
}

fn mass(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", []) => mass_messages::list(call),
        ("POST", []) => mass_messages::send(call),
        ("PATCH" | "PUT", [id]) => mass_messages::update(call, id),
        ("DELETE", [id]) => mass_messages::unsend(call, id),
        _ => no_route(),
    }
}

fn chat_lists(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["smart"]) => lists::smart(call),
        ("GET", ["smart", list]) => lists::smart_members(call, list),
        ("GET", ["custom"]) => lists::custom(call),
        ("POST", ["custom"]) => lists::create(call),
        ("PATCH" | "PUT", ["custom", list]) => lists::rename(call, list),
        ("DELETE", ["custom", list]) => lists::remove(call, list),
        ("GET", ["custom", list] | ["custom", list, "members"]) => lists::custom_members(call, list),
        ("POST", ["custom", list, "members"]) => lists::add_members(call, list),
        ("DELETE", ["custom", list, "members", fan]) => lists::remove_member(call, list, fan),
        _ => no_route(),
    }
}

fn agencies(call: &Call<'_>, method: &Method, path: &[&str]) -> Answer {
    match (method.as_str(), path) {
        ("GET", ["team-members"]) => agency::team(call),
        ("PUT", ["team-members", _]) => agency::update_member(call),
        ("POST", ["invites" | "creator-invites"]) => agency::accept(call),
        ("GET", ["chats"]) => agency::chats(call),
        ("GET", ["subscribers"]) => agency::subscribers(call),
        ("GET", ["subscribers-history"]) => agency::subscribers_history(call),
        ("GET", ["earnings"]) => agency::earnings(call),
        ("GET", ["insights", "chatter-leaderboard"]) => agency::leaderboard(call),
        _ => no_route(),
    }
}
