//! `/earnings`: the transactions of the whole agency, and the parts that an account's own list shares with it. Every figure leads to
//! such a list, whose sum is that figure.

use super::policy::{ExportEarnings, ViewAllEarnings};
use super::types::{Filter, Key, ListedEarning, Total};
use super::{Ledger, of_agency};
use crate::auth::Visitor;
use crate::error::Result;
use crate::keyset::{self, Turn};
use crate::money::{Currency, Money};
use crate::platform::{EarningSource, EarningStatus};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Address, Amount, Empty, Field, Filters, Hidden, LiveRegion, PageHeader, Select, Time, Turns,
};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
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

impl Place {
    /// The page meant.
    #[must_use]
    pub fn turn(&self) -> Turn<Key> {
        Turn::parse(self.after.as_deref(), self.before.as_deref())
    }
}

/// `GET /earnings`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound` for an account that is not the agency's, or when the database does not answer.
pub async fn earnings(
    State(app): State<App>,
    visitor: Visitor,
    Query(place): Query<Place>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewAllEarnings>()?;
    let here = Address::parse(&visitor.path);
    // Only of an account: there it has its status too.
    let filter = Filter { status: None, ..Filter::read(here.pairs()) };
    if filter.accounts.len() == 1 {
        return Ok(Redirect::to(&filter.address()).into_response());
    }
    let turn = place.turn();
    let ledger = of_agency(&app.db, &scope, &filter, &turn).await?;
    if ledger.page.rows.is_empty() && turn != Turn::First {
        return Ok(Redirect::to(&here.without(&["before", "after"]).to_string()).into_response());
    }
    let may_export = visitor.scope::<ExportEarnings>().is_ok();
    Ok(Page::new("Earnings", move || content(ledger, filter, may_export)).into_response())
}

fn content(ledger: Ledger, filter: Filter, may_export: bool) -> impl IntoView {
    let Ledger { page, totals, accounts, zone } = ledger;
    let sub = match accounts.as_slice() {
        [] => "Every transaction of every account, the newest first".to_owned(),
        names => format!("Transactions of {}", names.join(", ")),
    };
    let none = page.rows.is_empty() && !filter.narrows();
    let body = if none {
        view! {
            <Empty icon="money" title="No earnings yet" text="Connect an account: what it earned appears here by itself.">
                <a class="button primary" href="/connections/new">"Connect an account"</a>
            </Empty>
        }
        .into_any()
    } else {
        let file = (may_export && !page.rows.is_empty()).then(|| "/earnings.csv".to_owned());
        let filters = filters(&filter, false, &totals);
        view! {
            {filters}
            <LiveRegion name="earnings" class="stack">
                <div class="row apart"><Sums totals/>{file.map(|path| view! { <AsFile path filter=filter/> })}</div>
                <EarningsTable page zone with_accounts=true/>
            </LiveRegion>
        }
        .into_any()
    };
    view! { <PageHeader title="Earnings" sub/>{body} }
}

/// What a list can be narrowed by; `statuses` where the page lists by status too. What an address narrows besides stays.
pub fn filters(filter: &Filter, statuses: bool, totals: &[Total]) -> impl IntoView + use<> {
    let any = |words: &str| (String::new(), words.to_owned());
    let unknown = filter.source.iter().filter(|source| !EarningSource::KNOWN.contains(source));
    let sources = EarningSource::KNOWN.iter().chain(unknown);
    let sources = sources.map(|source| (source.as_str().to_owned(), source.plural()));
    let sources = [any("Everything")].into_iter().chain(sources).collect();
    let source = filter.source.as_ref().map(EarningSource::as_str).unwrap_or_default().to_owned();
    let day = |day: Option<NaiveDate>| day.map(|it| it.to_string()).unwrap_or_default();
    let (from, to) = (day(filter.from), day(filter.to));
    let status = statuses.then(|| status_filter(filter));
    let currency = currency_filter(filter, totals);
    let accounts = filter.accounts.iter().filter(|_| filter.accounts.len() > 1);
    let accounts = accounts.map(|id| view! { <Hidden name="account" value=id.to_string()/> }).collect_view();
    let back = filter.taken_back.then(|| {
        view! { <Select name="taken_back" label="Kind" options=kinds() value="true".to_owned()/> }
    });
    view! {
        <Filters>
            {accounts}
            <Select name="source" label="Source" options=sources value=source/>
            {back}{currency}{status}
            <Field name="from" label="From" kind="date" value=from required=false/>
            <Field name="to" label="To and including" kind="date" value=to required=false/>
        </Filters>
    }
}

fn kinds() -> Vec<(String, String)> {
    [("", "Payments and refunds"), ("true", "Refunds and chargebacks")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()))
        .into()
}

/// Only where there is something to choose.
fn currency_filter(filter: &Filter, totals: &[Total]) -> Option<impl IntoView + use<>> {
    let mut known: Vec<Currency> = totals.iter().map(|it| it.net.currency).chain(filter.currency).collect();
    known.sort();
    known.dedup();
    if known.len() < 2 && filter.currency.is_none() {
        return None;
    }
    let known = known.into_iter().map(|it| (it.to_string(), it.to_string()));
    let options = [(String::new(), "Every currency".to_owned())].into_iter().chain(known).collect();
    let value = filter.currency.map(|it| it.to_string()).unwrap_or_default();
    Some(view! { <Select name="currency" label="Currency" options value/> })
}

fn status_filter(filter: &Filter) -> impl IntoView + use<> {
    let unknown = filter.status.iter().filter(|status| !EarningStatus::KNOWN.contains(status));
    let known = EarningStatus::KNOWN.iter().chain(unknown);
    let known = known.map(|it| (it.as_str().to_owned(), status_words(it)));
    let options = [(String::new(), "Any".to_owned())].into_iter().chain(known).collect();
    let value = filter.status.as_ref().map(EarningStatus::as_str).unwrap_or_default().to_owned();
    view! { <Select name="status" label="Status" options value/> }
}

fn status_words(status: &EarningStatus) -> String {
    match status {
        EarningStatus::Pending => "Pending".to_owned(),
        EarningStatus::Available => "Settled".to_owned(),
        EarningStatus::Unknown(raw) => raw.replace('_', " "),
    }
}

/// What is filtered adds up to this, once per currency.
#[component]
pub fn Sums(totals: Vec<Total>) -> impl IntoView {
    let sums = totals.into_iter().map(|it| {
        let minus = Money::new(it.gross.minor.saturating_sub(it.net.minor), it.gross.currency);
        view! {
            <span>
                <span class="strong"><Amount money=it.net/></span>
                <span class="muted small">" net of "{it.gross.to_string()}" gross, "{minus.to_string()}" fees"</span>
            </span>
        }
    });
    view! { <div class="row">{sums.collect_view()}</div> }
}

/// The way to the same rows as a file.
#[component]
pub fn AsFile(path: String, filter: Filter) -> impl IntoView {
    let several = filter.accounts.iter().filter(|_| filter.accounts.len() > 1);
    let query = several.map(|id| ("account", id.to_string())).chain(filter.pairs());
    let file = Address::parse(&path).with_pairs(query);
    view! { <a class="button secondary" href=file.to_string() download>"Export as CSV"</a> }
}

/// A page of earnings, and the way to the pages around it.
#[component]
pub fn EarningsTable(
    page: keyset::Page<ListedEarning>,
    zone: Option<Tz>,
    /// Whether each row names its account.
    #[prop(optional)]
    with_accounts: bool,
) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <Empty icon="search" title="Nothing fits" text="Take a filter away, or choose other days."/> }
            .into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|earning| row(earning, zone, with_accounts)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Earnings">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            {with_accounts.then(|| view! { <th scope="col">"Account"</th> })}
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

fn row(earning: ListedEarning, zone: Option<Tz>, with_account: bool) -> impl IntoView {
    let badge = match earning.status {
        EarningStatus::Available => "badge good",
        EarningStatus::Pending => "badge warn",
        EarningStatus::Unknown(_) => "badge",
    };
    let fan = earning.fan.unwrap_or_else(|| "—".to_owned());
    let handle = earning.fan_handle.map(|it| view! { " "<span class="faint small">"@"{it}</span> });
    let account = with_account.then(|| {
        view! { <td><a href=format!("/accounts/{}", earning.account)>{earning.account_name}</a></td> }
    });
    view! {
        <tr>
            <th scope="row"><Time at=earning.occurred_at zone=zone/></th>
            {account}
            <td>{earning.source.singular()}</td>
            <td>{fan}{handle}</td>
            <td class="end"><span class=badge>{status_words(&earning.status)}</span></td>
            <td class="num wide-only"><Amount money=earning.gross/></td>
            <td class="num"><Amount money=earning.net/></td>
        </tr>
    }
}
