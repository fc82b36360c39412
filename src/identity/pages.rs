//! The pages of identity.

mod agencies;
mod confirm;
mod confirmation;
mod devices;
mod mailed;
mod member_devices;
mod password;
mod profile;
mod required;
mod second_factor;
mod second_step;

pub use agencies::agencies;
pub use confirm::confirm;
pub use confirmation::AskToConfirm;
pub use devices::devices;
pub use mailed::{forgotten_password, reset_password, verify_email};
pub use member_devices::member_devices;
pub use password::password;
pub use profile::{change_email, profile, undo_email};
pub use required::{LostSecondFactor, RequireSecondFactorSection, SecondFactorDue};
pub use second_factor::{app, codes, second_factor};
pub use second_step::second_step;

use super::second_factor::offered;
use super::second_factor::server_fns::{
    BeginPasskeySignIn, SecondStep, SecondStepByPasskey, SignInByPasskey,
};
use super::server_fns::{SignIn, SignUp, StartAgain};
use crate::auth::Visitor;
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Banner, Field, Form, Hidden, PasskeyForm, Submit, Tone, kept};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// Said before the mistake, not after it.
const RULE: &str = "At least 10 characters; a few words in a row are good";

/// Where to go on to after signing in.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    Query(Next { next }): Query<Next>,
) -> Response {
    if visitor.member().is_some() {
        return Redirect::to("/dashboard").into_response();
    }
    let (passkeys, on_to) = (offered(&app.public_url), next.clone());
    let view = move || {
        // The second step came too late.
        let late = kept(SecondStep::PATH).problem.or(kept(SecondStepByPasskey::PATH).problem);
        let nowhere = kept(SignIn::PATH).problem.is_some_and(|problem| problem.status == 409);
        let again =
            nowhere.then(|| view! { <p><a href="/start-again">"Start an agency of your own"</a></p> });
        view! {
            <div class="stack">
                <h1>"Sign in"</h1>
                {late.map(|problem| view! { <Banner tone=Tone::Warn title=problem.sentence/> })}
                {again}
                <Form action=SignIn::PATH>
                    <Hidden name="next" value=next/>
                    <Field name="email" label="Email" kind="email" autocomplete="username webauthn"/>
                    <Field name="password" label="Password" kind="password" autocomplete="current-password"/>
                    <Submit words="Sign in" class="button primary full"/>
                </Form>
                {passkeys.then(|| view! {
                    <PasskeyForm action=SignInByPasskey::PATH begin=BeginPasskeySignIn::PATH words="Sign in with a passkey" offers=true>
                        <Hidden name="next" value=on_to/>
                    </PasskeyForm>
                })}
                <p class="small"><a href="/forgotten-password">"Forgotten your password?"</a></p>
                <p class="small">"New here? "<a href="/sign-up">"Create an agency"</a></p>
            </div>
        }
    };
    Page::new("Sign in", view).framed(Frame::Plain).into_response()
}

/// `GET /start-again`
pub async fn start_again(visitor: Visitor) -> Response {
    if visitor.member().is_some() {
        return Redirect::to("/settings/agencies").into_response();
    }
    let view = || {
        view! {
            <div class="stack">
                <h1>"Start an agency of your own"</h1>
                <p class="muted">"You belong to no agency any more, but your account is still yours. You can also wait: the link of an invitation lets you in."</p>
                <Form action=StartAgain::PATH>
                    <Field name="email" label="Email" kind="email" autocomplete="username"/>
                    <Field name="password" label="Password" kind="password" autocomplete="current-password"/>
                    <Field name="agency" label="Agency name" autocomplete="organization" maxlength=100/>
                    <Submit words="Create agency" class="button primary full"/>
                </Form>
                <p class="small"><a href="/sign-in">"Back to sign-in"</a></p>
            </div>
        }
    };
    Page::new("Start an agency of your own", view).framed(Frame::Plain).into_response()
}

/// `GET /sign-up`
pub async fn sign_up(visitor: Visitor) -> Response {
    if visitor.member().is_some() {
        return Redirect::to("/dashboard").into_response();
    }
    let view = || {
        view! {
            <div class="stack">
                <h1>"Create your agency"</h1>
                <Form action=SignUp::PATH>
                    <Field name="agency" label="Agency name" autocomplete="organization" maxlength=100/>
                    <Field name="name" label="Your name" autocomplete="name" maxlength=100/>
                    <Field name="email" label="Email" kind="email" autocomplete="username"/>
                    <Field name="password" label="Password" kind="password" autocomplete="new-password" hint=RULE/>
                    <Submit words="Create agency" class="button primary full"/>
                </Form>
                <p class="small">"Already here? "<a href="/sign-in">"Sign in"</a></p>
            </div>
        }
    };
    Page::new("Create your agency", view).framed(Frame::Plain).into_response()
}
