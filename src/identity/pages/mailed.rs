//! Where mailed links lead, and asking for one. Opening a link changes nothing: mail scanners open it too.

use super::RULE;
use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::links::{self, Purpose, Standing};
use crate::identity::server_fns::{AskForNewPassword, ResetPassword, VerifyEmail};
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, HiddenUsername, Icon, Submit};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use secrecy::{ExposeSecret, SecretString};

/// `GET /forgotten-password`
pub async fn forgotten_password(visitor: Visitor) -> Page {
    let email = visitor.member().map(|member| member.email().to_owned());
    let view = move || {
        view! {
            <div class="stack">
                <h1>"Choose a new password"</h1>
                <p class="muted">"We send you a link by mail. Until you use it, your password stays as it is."</p>
                <Form action=AskForNewPassword::PATH>
                    <Field name="email" label="Email" kind="email" autocomplete="username" value=email.unwrap_or_default()/>
                    <Submit words="Send the link" class="button primary full"/>
                </Form>
                <p class="small"><a href="/sign-in">"Back to sign-in"</a></p>
            </div>
        }
    };
    Page::new("Choose a new password", view).framed(Frame::Plain)
}

/// `GET /reset-password/{token}`
///
/// # Errors
/// When the database does not answer.
pub async fn reset_password(State(app): State<App>, Path(token): Path<SecretString>) -> Result<Page> {
    let email = match links::look(&app.reception(), Purpose::ResetPassword, &token).await? {
        Standing::Good { email } => email,
        Standing::Used { .. } => {
            let text = "Each link works once. If it was you, your new password is set: sign in with it.";
            return Ok(no_longer("This link was used", text, &[TO_SIGN_IN, NEW_LINK]));
        }
        Standing::Gone => {
            let text = "A link works for an hour. Your password is as it was.";
            return Ok(no_longer("This link no longer works", text, &[NEW_LINK, TO_SIGN_IN]));
        }
    };
    let view = move || {
        view! {
            <div class="stack">
                <h1>"Choose a new password"</h1>
                <p class="muted">{format!("For {email}. Every device on which you are signed in will be signed out.")}</p>
                <Form action=ResetPassword::PATH>
                    <Hidden name="token" value=token.expose_secret()/>
                    <HiddenUsername email=email.clone()/>
                    <Field name="password" label="New password" kind="password" autocomplete="new-password" hint=RULE/>
                    <Submit words="Set the new password" class="button primary full"/>
                </Form>
            </div>
        }
    };
    Ok(Page::new("Choose a new password", view).framed(Frame::Plain))
}

/// `GET /verify-email/{token}`
///
/// # Errors
/// When the database does not answer.
pub async fn verify_email(State(app): State<App>, Path(token): Path<SecretString>) -> Result<Page> {
    let email = match links::look(&app.reception(), Purpose::VerifyEmail, &token).await? {
        Standing::Good { email } => email,
        Standing::Used { verified: true } => {
            let text = "Your address is confirmed. There is nothing left to do.";
            return Ok(no_longer("This link was used", text, &[GO_ON]));
        }
        Standing::Used { verified: false } | Standing::Gone => {
            let text = "A link works for 24 hours. Sign in and have a new one sent from the top of any page.";
            return Ok(no_longer("This link no longer works", text, &[GO_ON]));
        }
    };
    let view = move || {
        view! {
            <div class="stack">
                <h1>"Confirm your address"</h1>
                <p class="muted">{format!("Is {email} your address? Then mail about your account goes there.")}</p>
                <Form action=VerifyEmail::PATH>
                    <Hidden name="token" value=token.expose_secret()/>
                    <Submit words="Yes, confirm it" class="button primary full"/>
                </Form>
                <p class="faint small">"You did not sign up here? Then close this page. Nothing has happened."</p>
            </div>
        }
    };
    Ok(Page::new("Confirm your address", view).framed(Frame::Plain))
}

type Way = (&'static str, &'static str);
const TO_SIGN_IN: Way = ("/sign-in", "Sign in");
const NEW_LINK: Way = ("/forgotten-password", "Send a new link");
const GO_ON: Way = ("/", "Go on");

/// A link that no longer works says why, and where to go from here; nothing about whose it was.
pub(super) fn no_longer(title: &'static str, text: &'static str, ways: &'static [Way]) -> Page {
    let view = move || {
        let ways = ways.iter().enumerate().map(|(place, (href, words))| {
            let class = if place == 0 { "button primary" } else { "button secondary" };
            view! { <a class=class href=*href>{*words}</a> }
        });
        view! {
            <div class="empty">
                <Icon name="link"/>
                <h1>{title}</h1>
                <p>{text}</p>
                <div class="row">{ways.collect_view()}</div>
            </div>
        }
    };
    Page::new(title, view).framed(Frame::Plain).with_status(StatusCode::GONE)
}
