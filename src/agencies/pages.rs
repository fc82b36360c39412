//! `/settings`: the agency, and deleting it.

mod security;

pub use security::security;

use super::policy::{DeleteAgency, ManageAgency};
use super::server_fns::{ChangeAgency, DeleteAgency as Delete};
use super::service;
use super::types::{Agency, CURRENCIES, Ending, zones};
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Field, Figure, Form, Link, PageHeader, Select, SettingsTabs, Submit};
use axum::extract::State;
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings`
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn settings(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = match visitor.scope::<ManageAgency>() {
        Err(Error::Forbidden) => return Ok(not_for_this_role()),
        scope => scope?,
    };
    let agency = service::agency(&app.db, &scope).await?;
    let may_delete = visitor.scope::<DeleteAgency>().is_ok();
    Ok(Page::new("Settings", move || content(agency, may_delete)).narrow())
}

fn not_for_this_role() -> Page {
    let view = || {
        view! {
            <SettingsTabs/>
            <p class="muted">"Only owners change the agency's settings. Your own devices and password are yours to look after."</p>
        }
    };
    Page::new("Settings", view).narrow().with_status(StatusCode::FORBIDDEN)
}

fn content(agency: Agency, may_delete: bool) -> impl IntoView {
    let settings = agency.settings;
    let zones = zones().map(|zone| (zone.to_owned(), zone.replace('_', " "))).collect();
    let mut currencies: Vec<_> =
        CURRENCIES.iter().map(|(code, name)| ((*code).to_owned(), format!("{code}, {name}"))).collect();
    if !currencies.iter().any(|(code, _)| *code == settings.currency) {
        currencies.push((settings.currency.clone(), settings.currency.clone()));
    }
    let danger = may_delete.then(|| {
        view! {
            <div class="danger-zone">
                <div>
                    <div><h3>"Delete the agency"</h3><p>"Nobody opens it any more, and every connection ends."</p></div>
                    <a class="button danger" href="/settings/delete">"Delete…"</a>
                </div>
            </div>
        }
    });
    view! {
        <SettingsTabs/>
        <section class="settings-section">
            <div><h2>"Agency"</h2><p>"What your team sees everywhere."</p></div>
            <Form action=ChangeAgency::PATH>
                <Field name="name" label="Name" value=settings.name autocomplete="organization" maxlength=100/>
                <Select name="time_zone" label="Time zone" options=zones value=settings.time_zone
                    hint="Times are shown in it. Days in figures stay whole days in UTC, as the platforms count them."/>
                <Select name="currency" label="Currency" options=currencies value=settings.currency
                    hint="Shown first where there are several, and where nothing was earned yet. Nothing is converted."/>
                <Submit words="Save"/>
            </Form>
        </section>
        {danger}
    }
}

/// `GET /settings/delete`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotProven`, or when the database does not answer.
pub async fn delete(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.fresh::<DeleteAgency>()?;
    let ending = service::ending(&app.db, &scope).await?;
    Ok(Page::new("Delete the agency", move || delete_content(ending)).narrow())
}

fn delete_content(ending: Ending) -> impl IntoView {
    let people = match ending.members {
        1 => "You cannot open it any more.".to_owned(),
        n => format!("None of its {} people can open it any more, from this moment on.", Figure::Count(n)),
    };
    let accounts = match ending.accounts {
        0 => "No account is connected.".to_owned(),
        1 => "Its connected account is disconnected, and our access to it is deleted. This cannot be undone: to go on, the creator would have to consent again.".to_owned(),
        n => format!("All {} connected accounts are disconnected, and our access to them is deleted. This cannot be undone: to go on, the creators would have to consent again.", Figure::Count(n)),
    };
    let name = ending.name.clone();
    view! {
        <PageHeader title=format!("Delete {}?", ending.name) trail=vec![Link::new("/settings", "Settings")]/>
        <section class="card" aria-label="What happens">
            <div class="card-body stack">
                <p>{people}</p>
                <p>{accounts}</p>
                <p>"What was read, and the record of who did what, stays in the database, where nobody sees it. Until whoever runs this installation removes it there, they can bring the agency back; there is no fixed day on which that ends."</p>
                <Form action=Delete::PATH>
                    <Field name="name" label=format!("Type {name} to confirm") autocomplete="off" maxlength=100/>
                    <Submit words="Delete the agency" class="button danger final"><a class="button secondary" href="/settings">"Keep it"</a></Submit>
                </Form>
            </div>
        </section>
    }
}
