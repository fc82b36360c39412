//! `/settings/password`: changing one's password.

use super::RULE;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::identity::policy::ManageOwnSessions;
use crate::identity::server_fns::ChangePassword;
use crate::server::frame::Page;
use crate::ui::{Field, Form, HiddenUsername, SettingsTabs, Submit};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings/password`
///
/// # Errors
/// `NotSignedIn`.
pub async fn password(visitor: Visitor) -> Result<Page, Error> {
    let scope = visitor.scope::<ManageOwnSessions>()?;
    let email = scope.member().email().to_owned();
    let view = move || {
        view! {
            <SettingsTabs/>
            <section class="settings-section">
                <div><h2>"Password"</h2><p>"Changing it signs out your other devices, and we tell you by mail."</p></div>
                <Form action=ChangePassword::PATH>
                    <HiddenUsername email/>
                    <Field name="current_password" label="Current password" kind="password" autocomplete="current-password"/>
                    <Field name="new_password" label="New password" kind="password" autocomplete="new-password" hint=RULE/>
                    <Submit words="Change password">
                        <a class="button quiet" href="/forgotten-password">"Forgotten it?"</a>
                    </Submit>
                </Form>
            </section>
        }
    };
    Ok(Page::new("Change password", view).narrow())
}
