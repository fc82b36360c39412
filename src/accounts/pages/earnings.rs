//! `/accounts/{id}/earnings`: the account's earnings row by row.

use super::{Rights, Top, zone};
use crate::accounts::routes::Asked as AskedFilter;
use crate::accounts::service;
use crate::accounts::types::Account;
use crate::auth::Visitor;
use crate::earnings::policy::{ExportEarnings, ViewEarnings};
use crate::earnings::{Filter, ListedEarning, Total};
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{self, Turn};
use crate::platform::{EarningSource, EarningStatus};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Address, Amount, Empty, Field, Filters, LiveRegion, Select, Time, Turns};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use serde::Deserialize;

/// The place in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    after: Option<String>,
    before: Option<String>,
}

/// What the page shows.
struct Shown {
    account: Account,
    filter: Filter,
    page: keyset::Page<ListedEarning>,
    totals: Vec<Total>,
    zone: Option<Tz>,
    rights: Rights,
    may_export: bool,
}

/// `GET /accounts/{account}/earnings`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn earnings(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<AccountId>,
    Query(asked): Query<AskedFilter>,
    Query(place): Query<Place>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewEarnings>()?;
    let (filter, turn) = (asked.filter(), Turn::parse(place.after.as_deref(), place.before.as_deref()));
    let (account, page, totals) = service::earnings(&app.db, &scope, id, &filter, &turn).await?;
    if page.rows.is_empty() && turn != Turn::First {
        let first = Address::parse(&visitor.path).without(&["before", "after"]);
        return Ok(Redirect::to(&first.to_string()).into_response());
    }
    let shown = Shown {
        zone: zone(&visitor),
        rights: Rights::of(&visitor),
        may_export: visitor.scope::<ExportEarnings>().is_ok(),
        account,
        filter,
        page,
        totals,
    };
    let title = format!("Earnings of {}", shown.account.name);
    Ok(Page::new(title, move || content(shown)).into_response())
}

fn content(shown: Shown) -> impl IntoView {
    let Shown { account, filter, page, totals, zone, rights, may_export } = shown;
    let none = page.rows.is_empty() && !filter.narrows();
    let body = if none {
        let text = if account.is_complete {
            "The first earning appears here by itself."
        } else {
            "The first sync brings them, the newest first. They appear here by themselves."
        };
        view! { <LiveRegion name="earnings"><Empty icon="money" title="No earnings yet" text/></LiveRegion> }
            .into_any()
    } else {
        let (filters, total) =
            (filters(&filter), total(&account, &filter, totals, may_export && !page.rows.is_empty()));
        view! {
            {filters}
            <LiveRegion name="earnings" class="stack">{total}{table(page, zone)}</LiveRegion>
        }
        .into_any()
    };
    view! { <Top account zone rights/>{body} }
}

fn filters(filter: &Filter) -> impl IntoView + use<> {
    let any = |words: &str| (String::new(), words.to_owned());
    let unknown = filter.source.iter().filter(|source| !EarningSource::KNOWN.contains(source));
    let sources = EarningSource::KNOWN.iter().chain(unknown);
    let sources = sources.map(|source| (source.as_str().to_owned(), source.plural()));
    let sources = [any("Everything")].into_iter().chain(sources).collect();
    let unknown = filter.status.iter().filter(|status| !EarningStatus::KNOWN.contains(status));
    let statuses =
        EarningStatus::KNOWN.iter().chain(unknown).map(|it| (it.as_str().to_owned(), status_words(it)));
    let statuses = [any("Any")].into_iter().chain(statuses).collect();
    let source = filter.source.as_ref().map(EarningSource::as_str).unwrap_or_default().to_owned();
    let status = filter.status.as_ref().map(EarningStatus::as_str).unwrap_or_default().to_owned();
    let day = |day: Option<chrono::NaiveDate>| day.map(|it| it.to_string()).unwrap_or_default();
    let (from, to) = (day(filter.from), day(filter.to));
    view! {
        <Filters>
            <Select name="source" label="Source" options=sources value=source/>
            <Select name="status" label="Status" options=statuses value=status/>
            <Field name="from" label="From" kind="date" value=from required=false/>
            <Field name="to" label="To and including" kind="date" value=to required=false/>
        </Filters>
    }
}

fn status_words(status: &EarningStatus) -> String {
    match status {
        EarningStatus::Pending => "Pending".to_owned(),
        EarningStatus::Available => "Settled".to_owned(),
        EarningStatus::Unknown(raw) => raw.replace('_', " "),
    }
}

/// What is filtered adds up to this, and leaves as a file like this.
fn total(account: &Account, filter: &Filter, totals: Vec<Total>, may_export: bool) -> impl IntoView + use<> {
    let file = filter
        .pairs()
        .into_iter()
        .fold(Address::parse(&account.path("earnings.csv")), |address, (name, value)| {
            address.with(name, value)
        });
    let export = may_export.then(|| {
        view! { <a class="button secondary" href=file.to_string() download>"Export as CSV"</a> }
    });
    let sums = totals.into_iter().map(|it| {
        let minus = crate::money::Money::new(it.gross.minor.saturating_sub(it.net.minor), it.gross.currency);
        view! {
            <span>
                <span class="strong"><Amount money=it.net/></span>
                <span class="muted small">" net of "{it.gross.to_string()}" gross, "{minus.to_string()}" fees"</span>
            </span>
        }
    });
    let sums = sums.collect_view();
    view! { <div class="row apart"><div class="row">{sums}</div>{export}</div> }
}

fn table(page: keyset::Page<ListedEarning>, zone: Option<Tz>) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <Empty icon="search" title="Nothing fits" text="Take a filter away, or choose other days."/> }
            .into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|earning| row(earning, zone)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Earnings">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Source"</th>
                            <th scope="col">"Fan"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col" class="num wide-only">"Gross"</th>
                            <th scope="col" class="num">"Net"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after/>
    }
    .into_any()
}

fn row(earning: ListedEarning, zone: Option<Tz>) -> impl IntoView {
    let badge = match earning.status {
        EarningStatus::Available => "badge good",
        EarningStatus::Pending => "badge warn",
        EarningStatus::Unknown(_) => "badge",
    };
    let fan = earning.fan.unwrap_or_else(|| "—".to_owned());
    let handle = earning.fan_handle.map(|it| view! { " "<span class="faint small">"@"{it}</span> });
    view! {
        <tr>
            <th scope="row"><Time at=earning.occurred_at zone=zone/></th>
            <td>{earning.source.singular()}</td>
            <td>{fan}{handle}</td>
            <td class="end"><span class=badge>{status_words(&earning.status)}</span></td>
            <td class="num wide-only"><Amount money=earning.gross/></td>
            <td class="num"><Amount money=earning.net/></td>
        </tr>
    }
}
