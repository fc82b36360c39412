//! `/accounts/{id}/subscribers`: who subscribes, since when, until when, and what they spent.

use super::{Rights, Top, zone};
use crate::accounts::policy::ViewAccounts;
use crate::accounts::service;
use crate::accounts::types::Account;
use crate::auth::Visitor;
use crate::error::Result;
use crate::fans::{Filter, ListedFan, Show};
use crate::ids::AccountId;
use crate::keyset::{self, Turn};
use crate::platform::FanStatus;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Address, Amount, Empty, Field, Figure, Filters, LiveRegion, Time, TimeShape, Turns, Who};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    show: String,
    q: String,
    after: Option<String>,
    before: Option<String>,
}

/// `GET /accounts/{account}/subscribers`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn subscribers(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewAccounts>()?;
    let filter = Filter { show: Show::parse(&asked.show), words: crate::words::words(&asked.q) };
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let (account, page) = service::subscribers(&app.db, &scope, id, &filter, &turn).await?;
    if page.rows.is_empty() && turn != Turn::First {
        let first = Address::parse(&visitor.path).without(&["before", "after"]);
        return Ok(Redirect::to(&first.to_string()).into_response());
    }
    let (zone, rights) = (zone(&visitor), Rights::of(&visitor));
    let title = format!("Subscribers of {}", account.name);
    let view = move || {
        let body = content(&account, page, filter, asked.q, zone);
        view! { <Top account zone rights/>{body} }
    };
    Ok(Page::new(title, view).into_response())
}

fn content(
    account: &Account,
    page: keyset::Page<ListedFan>,
    filter: Filter,
    q: String,
    zone: Option<Tz>,
) -> impl IntoView + use<> {
    let here = Address::here().without(&["before", "after"]);
    let links = Show::ALL.map(|show| {
        let href = here.clone().with("show", show.name()).to_string();
        view! { <a href=href aria-current=(show == filter.show).then_some("true")>{show.words()}</a> }
    });
    let list = if page.rows.is_empty() {
        nobody(account, &filter).into_any()
    } else {
        table(account, page, zone).into_any()
    };
    view! {
        <div class="row apart">
            <nav class="segments" aria-label="Which fans">{links.into_iter().collect_view()}</nav>
        </div>
        <Filters keep=&["show"]><Field name="q" label="Name or handle" kind="search" value=q required=false maxlength=100/></Filters>
        <LiveRegion name="fans" class="stack">{list}</LiveRegion>
    }
}

fn nobody(account: &Account, filter: &Filter) -> impl IntoView + use<> {
    let (title, text) = if !filter.words.is_empty() {
        ("Nobody fits", "The beginning of any word of a name or handle is enough.".to_owned())
    } else if account.is_complete {
        ("Nobody here", "There are no such fans at the moment.".to_owned())
    } else {
        let platform = account.platform.name();
        (
            "Nobody here yet",
            format!("Fans arrive from {platform} with the first sync, and appear here by themselves."),
        )
    };
    view! { <Empty icon="fans" title text/> }
}

fn table(account: &Account, page: keyset::Page<ListedFan>, zone: Option<Tz>) -> impl IntoView + use<> {
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|fan| row(account, fan, zone)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Fans">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Fan"</th>
                            <th scope="col" class="wide-only">"Joined"</th>
                            <th scope="col">"Subscription"</th>
                            <th scope="col" class="wide-only">"Last payment"</th>
                            <th scope="col" class="num wide-only">"Payments"</th>
                            <th scope="col" class="num">"Spent, gross"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after words=("Previous", "Next")/>
    }
}

fn row(account: &Account, fan: ListedFan, zone: Option<Tz>) -> impl IntoView + use<> {
    let day = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map(|at| view! { <Time at zone=zone shape=TimeShape::Day/> })
    };
    let sub = fan.handle.map(|handle| format!("@{handle}")).unwrap_or_default();
    let state = match fan.status {
        Some(FanStatus::Subscriber) => {
            let words = if fan.auto_renews == Some(false) { "Ends " } else { "Renews " };
            match fan.renews_at {
                Some(at) => view! { {words}<Time at zone=zone shape=TimeShape::Day/> }.into_any(),
                None => "Active".into_any(),
            }
        }
        Some(FanStatus::Expired) => "Expired".into_any(),
        Some(FanStatus::Follower) => "Follows".into_any(),
        Some(FanStatus::NotContactable) => "Cannot be written to".into_any(),
        Some(FanStatus::Other(_)) | None => "—".into_any(),
    };
    view! {
        <tr>
            <th scope="row"><Who name=fan.name sub=sub/></th>
            <td class="wide-only">{day(fan.subscribed_at)}</td>
            <td>{state}</td>
            <td class="wide-only">{day(fan.last_paid_at)}</td>
            <td class="num wide-only">{Figure::Count(fan.payments).to_string()}</td>
            <td class="num"><Amount money=account.money(fan.gross)/></td>
        </tr>
    }
}
