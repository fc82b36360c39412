//! `/statements`: every import, who made it and what became of it.

use super::badge;
use crate::auth::{Member, Visitor};
use crate::error::Result;
use crate::keyset::Turn;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::statements::policy::ImportStatements;
use crate::statements::{History, Listed, State as Stand, history};
use crate::ui::{Empty, Figure, Link, LiveRegion, PageHeader, Time, Turns};
use axum::extract::{Query, State};
use chrono_tz::Tz;
use leptos::prelude::*;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: Option<String>,
    before: Option<String>,
}

/// `GET /statements`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<ImportStatements>()?;
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let history = history(&app.db, &scope, &turn).await?;
    let zone = visitor.member().and_then(Member::zone);
    Ok(Page::new("Statements", move || content(history, zone)))
}

fn content(history: History, zone: Option<Tz>) -> impl IntoView {
    let import = || view! { <a class="button primary" href="/statements/new">"Import a statement"</a> };
    let is_empty = history.page.rows.is_empty();
    let header = (!is_empty).then(import);
    let body = if is_empty {
        view! {
            <Empty icon="accounts" title="No statements yet"
                text="Record what a platform without an API paid: take its statement as a CSV file, say which column is what, look, and record it. A whole import can be undone.">
                {import()}
            </Empty>
        }
        .into_any()
    } else {
        table(history, zone).into_any()
    };
    let trail = vec![Link::new("/accounts", "Accounts")];
    view! {
        <PageHeader title="Statements" sub="Earnings from files, for platforms without an API" trail>{header}</PageHeader>
        <LiveRegion name="statements" class="stack">{body}</LiveRegion>
    }
}

fn table(history: History, zone: Option<Tz>) -> impl IntoView {
    let shown = format!("{} shown", history.page.rows.len());
    let rows = history.page.rows.into_iter().map(|listed| row(listed, zone)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Imports">
                <table class="table stacked">
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col">"Account"</th>
                            <th scope="col">"By"</th>
                            <th scope="col" class="num">"Rows"</th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=history.page.before after=history.page.after/>
    }
}

fn row(listed: Listed, zone: Option<Tz>) -> impl IntoView {
    let import = listed.import;
    let (class, words) = badge(&import);
    let rows = match import.state {
        Stand::Recorded | Stand::Undone | Stand::Undoing => Figure::Count(import.added).to_string(),
        _ => "—".to_owned(),
    };
    let (who, at) = match (listed.undone, listed.recorded) {
        (Some((who, at)), _) | (None, Some((who, at))) => (who, at),
        (None, None) => (listed.made_by, listed.created_at),
    };
    let place = format!("{}, {}", import.account_name, import.platform);
    view! {
        <tr>
            <th scope="row"><a href=format!("/statements/{}", import.id)>{import.file_name}</a></th>
            <td data-label="Account">{place}</td>
            <td data-label="By"><span class="stack tight"><span>{who}</span><span class="faint small"><Time at zone=zone/></span></span></td>
            <td class="num" data-label="Rows">{rows}</td>
            <td data-label="State"><span class=class>{words}</span></td>
        </tr>
    }
}
