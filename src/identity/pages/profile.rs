//! `/settings/profile`: a person's name and address; and where the links of a changed address lead.

use super::mailed::no_longer;
use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::links::{self, Purpose, Standing};
use crate::identity::policy::ManageOwnProfile;
use crate::identity::server_fns::{ChangeEmail, ChangeName, ConfirmNewEmail, UndoNewEmail};
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, SettingsTabs, Submit};
use axum::extract::{Path, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use secrecy::{ExposeSecret, SecretString};

/// `GET /settings/profile`
///
/// # Errors
/// `NotSignedIn`.
pub async fn profile(visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ManageOwnProfile>()?;
    let (name, email) = (scope.member().name().to_owned(), scope.member().email().to_owned());
    let view = move || {
        let now =
            format!("It is {email} now. We send a link to the new one; until you open it, nothing changes.");
        view! {
            <SettingsTabs/>
            <section class="settings-section">
                <div><h2>"Name"</h2><p>"So others in your agencies see you."</p></div>
                <Form action=ChangeName::PATH>
                    <Field name="name" label="Your name" value=name autocomplete="name" maxlength=100/>
                    <Submit words="Save"/>
                </Form>
            </section>
            <section class="settings-section">
                <div><h2>"Address"</h2><p>{now}</p></div>
                <Form action=ChangeEmail::PATH>
                    <Field name="email" label="New address" kind="email" autocomplete="email"/>
                    <Submit words="Send the link"/>
                </Form>
            </section>
        }
    };
    Ok(Page::new("Your profile", view).narrow())
}

/// `GET /change-email/{token}`
///
/// # Errors
/// When the database does not answer.
pub async fn change_email(State(app): State<App>, Path(token): Path<SecretString>) -> Result<Page> {
    let standing = links::look(&app.reception(), Purpose::ChangeEmail, &token).await?;
    let Standing::Good { email } = standing else {
        let text = "A link works once, within 24 hours. If your address is not changed yet, ask for a new link on your profile.";
        return Ok(no_longer("This link no longer works", text, &[("/settings/profile", "To your profile")]));
    };
    let view = move || {
        view! {
            <div class="stack">
                <h1>"Confirm your new address"</h1>
                <p class="muted">{format!("From now on you sign in with {email}. Your other devices are signed out.")}</p>
                <Form action=ConfirmNewEmail::PATH>
                    <Hidden name="token" value=token.expose_secret()/>
                    <Submit words="Use this address" class="button primary full"/>
                </Form>
                <p class="faint small">"You did not ask for this? Then close this page. Nothing has happened."</p>
            </div>
        }
    };
    Ok(Page::new("Confirm your new address", view).framed(Frame::Plain))
}

/// `GET /undo-email/{token}`
///
/// # Errors
/// When the database does not answer.
pub async fn undo_email(State(app): State<App>, Path(token): Path<SecretString>) -> Result<Page> {
    let standing = links::look(&app.reception(), Purpose::UndoEmail, &token).await?;
    let Standing::Good { email } = standing else {
        let text = "A link works once, within 72 hours. Whoever runs this installation can help.";
        return Ok(no_longer("This link no longer works", text, &[("/", "Go on")]));
    };
    let view = move || {
        view! {
            <div class="stack">
                <h1>"Take your account back"</h1>
                <p class="muted">{format!("Your address becomes {email} again, and every device is signed out. Then choose a new password.")}</p>
                <Form action=UndoNewEmail::PATH>
                    <Hidden name="token" value=token.expose_secret()/>
                    <Submit words="Go back to this address" class="button primary full"/>
                </Form>
            </div>
        }
    };
    Ok(Page::new("Take your account back", view).framed(Frame::Plain))
}
