//! `/invitation/{token}`: where the mailed link leads. Opening it changes nothing: mail scanners open it too.

use super::super::acceptance::{self, Offer, Standing};
use super::super::server_fns::{JoinAsNew, JoinByPassword, JoinSignedIn};
use super::super::types::as_role;
use super::what_it_is;
use crate::auth::{Role, Visitor};
use crate::error::Result;
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, HiddenUsername, Icon, Submit};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use secrecy::{ExposeSecret, SecretString};

/// `GET /invitation/{token}`
///
/// # Errors
/// When the database does not answer.
pub async fn invitation(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<SecretString>,
) -> Result<Page> {
    let offer = match acceptance::look(&app.db, &token).await? {
        Standing::Good(offer) => offer,
        Standing::Accepted => {
            let text = "Each invitation works once. If it was you, sign in to go on.";
            return Ok(no_longer("This invitation was accepted", text.to_owned()));
        }
        Standing::Expired(by) => {
            let text = format!("An invitation works for 72 hours. Ask {by} to send it again.");
            return Ok(no_longer("This invitation is too old", text));
        }
        Standing::Gone => {
            let text = "It was taken back or replaced by a newer one. Look for a newer mail, or ask whoever invited you.";
            return Ok(no_longer("This invitation no longer works", text.to_owned()));
        }
    };
    let signed_in = visitor.member().map(|member| member.email().to_owned());
    let title = format!("Join {}", offer.agency);
    let view = move || {
        let heading = format!("Join {}", offer.agency);
        let words = format!("{} invites {} as {}.", offer.by, offer.email, as_role(offer.role));
        view! {
            <div class="stack">
                <h1>{heading}</h1>
                <p class="muted">{words}</p>
                <p class="muted small">{what_you_see(offer.role)}</p>
                {way_in(&offer, signed_in, token.expose_secret())}
            </div>
        }
    };
    Ok(Page::new(title, view).framed(Frame::Plain))
}

/// The same words as whoever invites reads, but for an owner's "like you".
fn what_you_see(role: Role) -> &'static str {
    match role {
        Role::Owner => "Sees and decides everything.",
        role => what_it_is(role),
    }
}

fn way_in(offer: &Offer, signed_in: Option<String>, token: &str) -> AnyView {
    let (token, email, agency) = (token.to_owned(), offer.email.clone(), offer.agency.clone());
    match signed_in {
        Some(mine) if mine == email => view! {
            <Form action=JoinSignedIn::PATH>
                <Hidden name="token" value=token/>
                <Submit words=format!("Join {agency}") class="button primary full"/>
            </Form>
        }
        .into_any(),
        Some(mine) => view! {
            <div class="banner warn" role="status">
                <Icon name="warn"/>
                <div class="banner-text">
                    <p>{format!("You are signed in as {mine}")}</p>
                    <p>{format!("This invitation is for {email}. Sign out, then open the link in the mail again.")}</p>
                </div>
            </div>
            <form method="post" action=crate::identity::sign_out_path()><button class="button secondary full">"Sign out"</button></form>
        }
        .into_any(),
        None if offer.known => view! {
            <Form action=JoinByPassword::PATH>
                <Hidden name="token" value=token/>
                <HiddenUsername email=email.clone()/>
                <p class="small">{format!("{email} has an account already.")}</p>
                <Field name="password" label="Its password" kind="password" autocomplete="current-password"/>
                <Submit words="Sign in and join" class="button primary full"/>
            </Form>
            <p class="small"><a href="/forgotten-password">"Forgotten your password?"</a></p>
        }
        .into_any(),
        None => view! {
            <Form action=JoinAsNew::PATH>
                <Hidden name="token" value=token/>
                <HiddenUsername email/>
                <Field name="name" label="Your name" autocomplete="name" maxlength=100/>
                <Field name="password" label="Choose a password" kind="password" autocomplete="new-password"
                    hint="At least 10 characters; a few words in a row are good"/>
                <Submit words="Join" class="button primary full"/>
            </Form>
        }
        .into_any(),
    }
}

fn no_longer(title: &'static str, text: String) -> Page {
    let view = move || {
        view! {
            <div class="empty">
                <Icon name="mail"/>
                <h1>{title}</h1>
                <p>{text}</p>
                <div class="row"><a class="button primary" href="/sign-in">"Sign in"</a></div>
            </div>
        }
    };
    Page::new(title, view).framed(Frame::Plain).with_status(StatusCode::GONE)
}
