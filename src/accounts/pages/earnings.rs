//! `/accounts/{id}/earnings`: the account's earnings row by row.

use super::{Rights, Top, zone};
use crate::accounts::service;
use crate::accounts::types::Account;
use crate::auth::Visitor;
use crate::earnings::pages::{AsFile, EarningsTable, Place, Sums, filters};
use crate::earnings::policy::{ExportEarnings, ViewEarnings};
use crate::earnings::{Filter, ListedEarning, Total};
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{self, Turn};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Address, Empty, LiveRegion};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;

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
    Query(place): Query<Place>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewEarnings>()?;
    let filter = Filter::read(Address::parse(&visitor.path).pairs()).of_account(id);
    let turn = place.turn();
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
        let file = (may_export && !page.rows.is_empty()).then(|| account.path("earnings.csv"));
        view! {
            {filters(&filter, true, &totals)}
            <LiveRegion name="earnings" class="stack">
                <div class="row apart"><Sums totals/>{file.map(|path| view! { <AsFile path filter=filter/> })}</div>
                <EarningsTable page zone/>
            </LiveRegion>
        }
        .into_any()
    };
    view! { <Top account zone rights/>{body} }
}
