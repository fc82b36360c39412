//! `/dashboard`: the first page, whoever is signed in.

mod chatter;
mod creator;

use super::policy::ViewHome;
use crate::analytics;
use crate::auth::{Member, Role, Visitor};
use crate::error::Result;
use crate::server::state::App;
use crate::ui::PageHeader;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;

/// `GET /dashboard`
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn home(
    State(app): State<App>,
    visitor: Visitor,
    asked: Query<analytics::pages::Asked>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewHome>()?;
    let member = scope.member();
    let page = match member.role() {
        Role::Owner | Role::Manager => return analytics::pages::dashboard(State(app), visitor, asked).await,
        Role::Chatter => chatter::page(&app, &visitor, member).await?,
        Role::Creator => creator::page(&app, &visitor, member).await?,
        // They begin at the records that they look after.
        Role::Compliance => return Ok(Redirect::to("/audit").into_response()),
    };
    Ok(page.into_response())
}

/// The title, and which day it is where the agency is.
fn top(member: &Member, now: DateTime<Utc>) -> impl IntoView + use<> {
    let today = member.zone().unwrap_or(Tz::UTC).from_utc_datetime(&now.naive_utc());
    view! { <PageHeader title="Home" sub=today.format("%A, %-d %B").to_string()/> }
}

/// A figure that nothing is compared with.
#[component]
fn Plain(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(into)] note: String,
) -> impl IntoView {
    view! {
        <div class="stat">
            <dt class="stat-label">{label}</dt>
            <dd class="stat-value">{value}</dd>
            <dd class="change">{note}</dd>
        </div>
    }
}
