//! `/confirm`: proving again who one is. What had been typed into the form before is put back afterwards.

use super::Next;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::identity::policy::ManageOwnSessions;
use crate::identity::server_fns::{Confirm, own_next};
use crate::server::flash::Flash;
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, HiddenUsername, Submit};
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
    let email = scope.member().email().to_owned();
    let kept = typed_before(&app, visitor.flash)?;
    let view = move || {
        view! {
            <div class="stack">
                <h1>"Confirm that it is you"</h1>
                <p class="muted">"What you are about to do needs your password once more. After that we do not ask again for 10 minutes."</p>
                <Form action=Confirm::PATH>
                    <Hidden name="next" value=next/>
                    <Hidden name="kept" value=kept/>
                    <HiddenUsername email/>
                    <Field name="password" label="Your password" kind="password" autocomplete="current-password"/>
                    <Submit words="Confirm" class="button primary full"/>
                </Form>
            </div>
        }
    };
    Ok(Page::new("Confirm that it is you", view).framed(Frame::Plain).into_response())
}

/// What had been typed into the form that led here, sealed; handed on when this page's own form comes back.
fn typed_before(app: &App, flash: Option<Flash>) -> Result<String> {
    let Some(flash) = flash else { return Ok(String::new()) };
    if flash.form.as_deref() == Some(Confirm::PATH) {
        return Ok(flash.input.get("kept").cloned().unwrap_or_default());
    }
    let kept = Flash { form: flash.form, input: flash.input, ..Flash::default() };
    kept.seal(app).map_err(Error::Internal)
}
