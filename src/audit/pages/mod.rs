//! `/audit`: who did and saw what, whether the log is whole, and how long views are kept.

mod check;
mod entries;
mod filters;

use super::list::{self, Listing};
use super::policy::{ExportAudit, ManageAuditRetention, ViewAudit};
use super::server_fns::KeepAuditViews;
use super::types::{Asked, Filter};
use crate::accounts::policy::ViewAccounts;
use crate::auth::{Member, Permission, Role, Visitor};
use crate::creators::policy::ViewCreators;
use crate::error::Result;
use crate::keyset::Turn;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::team::policy::ViewTeam;
use crate::ui::{Address, Banner, Form, PageHeader, Select, Submit, Tone};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// The place in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    after: Option<String>,
    before: Option<String>,
}

/// Who reads the log, and what of it.
#[derive(Clone)]
struct Reader {
    zone: Option<Tz>,
    role: Role,
    may_export: bool,
    may_set: bool,
}

impl Reader {
    /// Where the thing of that kind is opened, if the reader may open it.
    fn href(&self, kind: &str, id: &str) -> Option<String> {
        let may = |roles: &[Role]| roles.contains(&self.role);
        match kind {
            "creator" if may(ViewCreators::INFO.roles) => Some(format!("/creators/{id}")),
            "account" if may(ViewAccounts::INFO.roles) => Some(format!("/accounts/{id}")),
            "person" if may(ViewTeam::INFO.roles) => Some(format!("/team/{id}")),
            _ => None,
        }
    }
}

/// `GET /audit`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn audit(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    Query(place): Query<Place>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewAudit>()?;
    let (filter, turn) = (asked.filter(), Turn::parse(place.after.as_deref(), place.before.as_deref()));
    let listing = list::list(&app.db, &scope, &filter, &turn).await?;
    if listing.page.rows.is_empty() && turn != Turn::First {
        let first = Address::parse(&visitor.path).without(&["before", "after"]);
        return Ok(Redirect::to(&first.to_string()).into_response());
    }
    let reader = Reader {
        zone: visitor.member().and_then(Member::zone),
        role: scope.member().role(),
        may_export: visitor.scope::<ExportAudit>().is_ok(),
        may_set: visitor.scope::<ManageAuditRetention>().is_ok(),
    };
    Ok(Page::new("Audit log", move || content(listing, &asked, filter, &reader)).into_response())
}

fn content(listing: Listing, asked: &Asked, filter: Filter, reader: &Reader) -> impl IntoView + use<> {
    let Listing { page, people, check, kept_days } = listing;
    let file = filter
        .pairs()
        .into_iter()
        .fold(Address::parse("/audit.csv"), |address, (name, value)| address.with(name, value));
    let export = reader.may_export.then(|| {
        view! { <a class="button secondary" href=file.to_string() download>"Export as CSV"</a> }
    });
    let unread = (filter.address.is_none() && !asked.address.trim().is_empty()).then(|| {
        let title = format!("{} is no address", asked.address.trim());
        view! { <Banner tone=Tone::Warn title text="It was left out. Addresses look like 203.0.113.7, networks like 203.0.113.0/24."/> }
    });
    let sub = format!(
        "Who did and saw what. Changes are kept for ever, views for {}. Nobody can change an entry unnoticed.",
        days_words(kept_days)
    );
    view! {
        <PageHeader title="Audit log" sub>{export}</PageHeader>
        {check::check(check, reader.zone)}
        {filters::filters(&filter, asked, people)}
        {unread}
        {entries::entries(page, &filter, reader)}
        {reader.may_set.then(|| keeping(kept_days))}
    }
}

/// The choices of how long views are kept.
const DAYS: [i32; 6] = [90, 180, 365, 730, 1095, 3650];

fn days_words(days: i32) -> String {
    match days {
        365 => "a year".to_owned(),
        days if days % 365 == 0 => format!("{} years", days / 365),
        days => format!("{days} days"),
    }
}

fn keeping(days: i32) -> impl IntoView {
    let mut choices: Vec<i32> = DAYS.into_iter().chain([days]).collect();
    choices.sort_unstable();
    choices.dedup();
    let options = choices.into_iter().map(|days| (days.to_string(), days_words(days))).collect();
    view! {
        <section class="settings-section">
            <div>
                <h2>"How long views are kept"</h2>
                <p>"Views of personal data are entries too, and hold personal data themselves. Changes, exports and refusals are kept for ever."</p>
            </div>
            <Form action=KeepAuditViews::PATH>
                <Select name="days" label="Keep views for" options value=days.to_string()
                    hint="Older ones are removed every night, once the log was found whole, and that they were is on record. What is removed does not come back."/>
                <Submit words="Save" class="button secondary"/>
            </Form>
        </section>
    }
}
