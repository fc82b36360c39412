//! `/confirm`: proving again who one is. What had been typed into the form before is put back afterwards.

use super::Next;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::identity::policy::ManageOwnSessions;
use crate::identity::second_factor::server_fns::BeginPasskeyProof;
use crate::identity::second_factor::{has_factor, has_passkeys, offered};
use crate::identity::server_fns::{Confirm, ConfirmByPasskey, own_next};
use crate::server::flash::Flash;
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, HiddenUsername, PasskeyForm, Submit};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /confirm`
///
/// # Errors
/// `NotSignedIn`.
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Query(Next { next }): Query<Next>,
) -> Result<Response> {
    let scope = visitor.scope::<ManageOwnSessions>()?;
    if visitor.is_fresh() {
        return Ok(Redirect::to(&own_next(&next)).into_response());
    }
    let user = scope.member().user_id();
    let by_code = has_factor(&app.db, user).await?;
    let by_passkey = by_code && offered(&app.public_url) && has_passkeys(&app.db, user).await?;
    let email = scope.member().email().to_owned();
    let kept = typed_before(&app, visitor.flash)?;
    let view = move || {
        let passkey = by_passkey.then(|| view! { <ByPasskey next=next.clone() kept=kept.clone()/> });
        let what = if by_code { "code" } else { "password" };
        view! {
            <div class="stack">
                <h1>"Confirm that it is you"</h1>
                <p class="muted">{format!("What you are about to do needs your {what} once more. After that we do not ask again for 10 minutes.")}</p>
                <Form action=Confirm::PATH>
                    <Hidden name="next" value=next/>
                    <Hidden name="kept" value=kept/>
                    <Proof by_code email/>
                    <Submit words="Confirm" class="button primary full"/>
                </Form>
                {passkey}
            </div>
        }
    };
    Ok(Page::new("Confirm that it is you", view).framed(Frame::Plain).into_response())
}

#[component]
fn Proof(by_code: bool, email: String) -> impl IntoView {
    if by_code {
        let label = "Code of your app, or a recovery code";
        return view! { <Field name="code" label autocomplete="one-time-code" maxlength=30/> }.into_any();
    }
    view! {
        <HiddenUsername email/>
        <Field name="password" label="Your password" kind="password" autocomplete="current-password"/>
    }
    .into_any()
}

#[component]
fn ByPasskey(next: String, kept: String) -> impl IntoView {
    view! {
        <PasskeyForm action=ConfirmByPasskey::PATH begin=BeginPasskeyProof::PATH words="Use a passkey">
            <Hidden name="next" value=next/>
            <Hidden name="kept" value=kept/>
        </PasskeyForm>
    }
}

/// What had been typed into the form that led here, sealed; handed on when this page's own form comes back.
fn typed_before(app: &App, flash: Option<Flash>) -> Result<String> {
    let Some(flash) = flash else { return Ok(String::new()) };
    if [Confirm::PATH, ConfirmByPasskey::PATH].map(Some).contains(&flash.form.as_deref()) {
        return Ok(flash.input.get("kept").cloned().unwrap_or_default());
    }
    let kept = Flash { form: flash.form, input: flash.input, ..Flash::default() };
    kept.seal(app).map_err(Error::Internal)
}
