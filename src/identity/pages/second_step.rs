//! `/sign-in/second`: the second step of signing in.

use super::Next;
use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::second_factor::server_fns::{BeginPasskeySignIn, SecondStep, SecondStepByPasskey};
use crate::identity::second_factor::{has_passkeys, offered};
use crate::identity::server_fns::sign_out_path;
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, PasskeyForm, Submit};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /sign-in/second`
///
/// # Errors
/// When the database does not answer.
pub async fn second_step(
    State(app): State<App>,
    visitor: Visitor,
    Query(Next { next }): Query<Next>,
) -> Result<Response> {
    let Some(waiting) = visitor.waiting(app.db.now()).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let by_passkey = offered(&app.public_url) && has_passkeys(&app.db, waiting.user).await?;
    let view = move || {
        let passkey = by_passkey.then(|| {
            let next = next.clone();
            view! {
                <PasskeyForm action=SecondStepByPasskey::PATH begin=BeginPasskeySignIn::PATH words="Use a passkey">
                    <Hidden name="next" value=next/>
                </PasskeyForm>
            }
        });
        view! {
            <div class="stack">
                <h1>"One more step"</h1>
                <p class="muted">"Type the code that your app shows, or one of your recovery codes."</p>
                <Form action=SecondStep::PATH>
                    <Hidden name="next" value=next/>
                    <Field name="code" label="Code" autocomplete="one-time-code" maxlength=30/>
                    <Submit words="Sign in" class="button primary full"/>
                </Form>
                {passkey}
                <p class="small muted">"Lost your phone and your recovery codes? An owner of your agency can reset this step for you."</p>
                <form method="post" action=sign_out_path()><button class="button quiet small">"Sign in as somebody else"</button></form>
            </div>
        }
    };
    Ok(Page::new("One more step", view).framed(Frame::Plain).into_response())
}
