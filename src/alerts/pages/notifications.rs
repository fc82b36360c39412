//! `/settings/notifications`: how a member is told of alerts by mail.

use crate::alerts::digests;
use crate::alerts::policy::ViewAlerts;
use crate::alerts::server_fns::ChooseNotifications;
use crate::alerts::types::{Digest, Rhythm};
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Choices, Form, Offer, Select, SettingsTabs, Submit};
use axum::extract::State;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings/notifications`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn notifications(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ViewAlerts>()?;
    let digest = digests::digest(&app.db, &scope).await?;
    let member = scope.member();
    let zone = member.zone().map_or("UTC", |zone| zone.name()).replace('_', " ");
    let (agency, email) = (member.agency_name().to_owned(), member.email().to_owned());
    Ok(Page::new("Notifications", move || content(digest, &zone, &agency, &email)).narrow())
}

fn content(digest: Digest, zone: &str, agency: &str, email: &str) -> impl IntoView + use<> {
    let offers = Rhythm::ALL.map(|rhythm| {
        let (title, hint) = words(rhythm);
        Offer {
            value: rhythm.as_str().to_owned(),
            title: title.to_owned(),
            hint: Some(hint.to_owned()),
            chosen: rhythm == digest.rhythm,
            ..Offer::default()
        }
    });
    let hours = (0..24).map(|hour| (hour.to_string(), format!("{hour:02}:00"))).collect();
    let about = format!("Alerts of {agency}, mailed to {email}. Each is mailed to you once at most.");
    let zone = format!("For daily and weekly mail, in the agency's time zone: {zone}.");
    view! {
        <SettingsTabs/>
        <section class="settings-section">
            <div><h2>"Mail about alerts"</h2><p>{about}</p></div>
            <Form action=ChooseNotifications::PATH>
                <Choices name="rhythm" legend="How often" offers=offers.to_vec()/>
                <Select name="hour" label="At" options=hours value=digest.hour.to_string() hint=zone/>
                <Submit words="Save"/>
            </Form>
        </section>
    }
}

fn words(rhythm: Rhythm) -> (&'static str, &'static str) {
    match rhythm {
        Rhythm::Off => ("No mail", "You find them in the bell and on the page of alerts."),
        Rhythm::AtOnce => {
            ("At once", "As soon as something happens; what happens together comes in one mail.")
        }
        Rhythm::Daily => ("Every day", "What is new, if there is anything."),
        Rhythm::Weekly => ("Every Monday", "What was new in the week, if there was anything."),
    }
}
