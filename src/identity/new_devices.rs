//! Signing in from a browser that is new for the person: they are told by mail.

use super::reception::Reception;
use super::records::record_everywhere;
use super::types::{device_words, network};
use super::{letters, store};
use crate::audit::Event;
use crate::auth::{Visitor, device_cookie};
use crate::error::Result;
use crate::ids::UserId;
use crate::mail;
use crate::random::token_hash;
use crate::server::state::App;
use axum::http::{HeaderValue, header};
use chrono::TimeDelta;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use secrecy::ExposeSecret;
use serde_json::json;

/// More mails than that within the hour would only be noise; every new browser is on record all the same.
const MAILS: i64 = 4;
const WITHIN: TimeDelta = TimeDelta::hours(1);
/// A browser in which nobody signed in for so long is forgotten, and new again.
pub(super) const KEPT: TimeDelta = TimeDelta::days(180);

/// Browsers keep no cookie for longer.
const COOKIE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// What a sign-in shows of its browser.
pub(super) struct Seen<'a> {
    pub user: UserId,
    pub token_hash: &'a [u8],
    pub device: &'a str,
    pub network: &'a str,
}

/// What is known of it before.
pub(super) struct Known {
    /// By its cookie, or by its kind and network.
    pub known: bool,
    /// Whether the person signed up a moment ago, so that every browser is new.
    pub first: bool,
    /// How many mails about others went out within the hour.
    pub mails: i64,
    pub email: String,
}

/// Notes in which browser `user` signs in; of a new one they are told. The value of the cookie by which it is known again.
async fn note(reception: &Reception, visitor: &Visitor, user: UserId) -> Result<String> {
    let origin = visitor.origin();
    let token = match visitor.device().filter(|it| it.len() == 43 && it.is_ascii()) {
        Some(token) => token.to_owned(),
        None => reception.db.random().token().expose_secret().to_owned(),
    };
    let (hash, device, network) = (token_hash(&token), device_words(&origin.user_agent), network(origin.ip));
    let seen = Seen { user, token_hash: &hash, device: &device, network: &network };
    let mut tx = reception.db.begin_system("note the browser of a sign-in").await?;
    store::lock_user(&mut tx, user).await?;
    let since = tx.now() - WITHIN;
    let before = store::find_known_device(&mut tx, &seen, since).await?;
    let is_new = !before.known && !before.first;
    let mailed = is_new && before.mails < MAILS;
    store::add_known_device(&mut tx, &seen, mailed).await?;
    if mailed {
        let letter = letters::new_device(reception, &before.email, origin, tx.now());
        mail::send(&mut tx, &reception.vault, letter).await?;
    }
    if is_new {
        let event = Event::new("identity.new_device").subject(user).detail(json!({ "device": device }));
        tx = record_everywhere(tx, user, &origin.actor("member", Some(user)), event).await?;
    }
    tx.commit().await?;
    Ok(token)
}

/// Notes it for the server function that is running, and has the browser keep what it is known by.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn greet(app: &App, visitor: &Visitor, user: UserId) -> Result<()> {
    let token = note(&app.reception(), visitor, user).await?;
    let https = app.settings.is_https();
    let (name, secure) = (device_cookie(https), if https { "; Secure" } else { "" });
    let cookie = format!("{name}={token}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(cookie) = HeaderValue::from_str(&cookie)
    {
        response.append_header(header::SET_COOKIE, cookie);
    }
    Ok(())
}
