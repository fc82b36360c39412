//! `/settings/security`: what the agency asks of its people's sessions.

use crate::agencies::policy::ManageSecurity;
use crate::agencies::security;
use crate::agencies::server_fns::ChangeSessionLimits;
use crate::agencies::types::{IDLE_MINUTES, SESSION_DAYS, SessionSettings};
use crate::auth::{Visitor, time_words};
use crate::error::Result;
use crate::identity;
use crate::identity::pages::RequireSecondFactorSection;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Form, Select, SettingsTabs, Submit};
use axum::extract::State;
use chrono::TimeDelta;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings/security`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn security(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ManageSecurity>()?;
    let sessions = security::session_settings(&app.db, &scope).await?;
    let requirement = identity::requirement(&app.db, &scope).await?;
    let view = move || {
        view! {
            <SettingsTabs/>
            <Sessions settings=sessions/>
            <RequireSecondFactorSection requirement/>
        }
    };
    Ok(Page::new("Security", view).narrow())
}

#[component]
fn Sessions(settings: SessionSettings) -> impl IntoView {
    let idle = IDLE_MINUTES.map(|it| (it.to_string(), time_words(TimeDelta::minutes(it.into()))));
    let days = SESSION_DAYS.map(|it| (it.to_string(), time_words(TimeDelta::days(it.into()))));
    view! {
        <section class="settings-section">
            <div><h2>"Staying signed in"</h2><p>"Whoever is over a limit signs in again: at once when you save, you too."</p></div>
            <Form action=ChangeSessionLimits::PATH>
                <Select name="idle_minutes" label="Sign out after so long without a visit" options=idle.to_vec()
                    value=settings.idle_minutes.to_string() hint="A page that is only open is no visit."/>
                <Select name="days" label="Sign out in any case after" options=days.to_vec() value=settings.days.to_string()/>
                <Submit words="Save"/>
            </Form>
        </section>
    }
}
