//! `/accounts/{id}/ppv`: what paid messages were sent, unlocked, and brought.

use super::{Rights, Top, zone};
use crate::accounts::policy::ViewAccounts;
use crate::accounts::service::{self, Comparison};
use crate::auth::Visitor;
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::{self, Turn};
use crate::money::{Currency, Money};
use crate::paid_messages::{ListedMessage, Results, Sold};
use crate::period::Choice;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Address, Amount, Compared, Empty, LiveRegion, PeriodPicker, Stat, Stats, Time, TimeShape, Turns,
};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    period: String,
    from: Option<String>,
    to: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// `GET /accounts/{account}/ppv`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn ppv(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewAccounts>()?;
    let choice = Choice::parse(&asked.period, asked.from.as_deref(), asked.to.as_deref());
    let choice = choice.unwrap_or(Choice::Days(30));
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let (account, sold, page) = service::paid_messages(&app.db, &scope, id, choice, &turn).await?;
    if page.rows.is_empty() && turn != Turn::First {
        let first = Address::parse(&visitor.path).without(&["before", "after"]);
        return Ok(Redirect::to(&first.to_string()).into_response());
    }
    let (zone, rights) = (zone(&visitor), Rights::of(&visitor));
    let title = format!("Paid messages of {}", account.name);
    let view = move || {
        let days = format!("Sent {}, compared with {}", sold.period, sold.previous);
        let (today, figures) = (sold.today, figures(sold, account.currency));
        let list = if page.rows.is_empty() { nothing().into_any() } else { table(page, zone).into_any() };
        view! {
            <Top account zone rights/>
            <div class="row apart">
                <p class="muted small">{days}</p>
                <div class="stack tight"><PeriodPicker chosen=choice today/></div>
            </div>
            <LiveRegion name="figures">{figures}</LiveRegion>
            <LiveRegion name="messages" class="stack">{list}</LiveRegion>
        }
    };
    Ok(Page::new(title, view).into_response())
}

/// Counts are of all currencies together, money once per currency.
fn figures(sold: Comparison, own: Currency) -> impl IntoView {
    let mut results = sold.results;
    results.sort_by_key(|it| (it.currency != own, it.currency));
    let compares = results.iter().all(|it| it.before.is_some()) && !results.is_empty();
    let all = |of: fn(&Results) -> Sold| {
        results.iter().map(of).fold(Sold::default(), |sum, it| Sold {
            sent: sum.sent + it.sent,
            unlocked: sum.unlocked + it.unlocked,
            revenue: 0,
        })
    };
    let (now, before) = (all(|it| it.now), all(|it| it.before.unwrap_or_default()));
    let count = move |now: i64, before: i64| vec![Compared::new(now, compares.then_some(before))];
    let money: Vec<_> = results
        .iter()
        .map(|it| {
            let money = |minor| Money::new(minor, it.currency);
            Compared::new(money(it.now.revenue), it.before.map(|before| money(before.revenue)))
        })
        .collect();
    let money = if money.is_empty() { Compared::by_currency(&[], None, own) } else { money };
    view! {
        <Stats>
            <Stat label="Sent" figures=count(now.sent, before.sent)/>
            <Stat label="Unlocked" figures=count(now.unlocked, before.unlocked)/>
            <Rate now before=compares.then_some(before)/>
            <Stat label="Revenue, gross" figures=money note="The price of what was unlocked"/>
        </Stats>
    }
}

/// The unlock rate; it changes by points, since a percentage of a percentage is misread.
#[component]
fn Rate(now: Sold, before: Option<Sold>) -> impl IntoView {
    let told = |permille: i64| format!("{}.{}\u{a0}%", permille / 10, permille % 10);
    let rate = now.permille();
    let change = match (rate, before.and_then(Sold::permille)) {
        (Some(now), Some(before)) if now == before => ("change", format!("No change from {}", told(before))),
        (Some(now), Some(before)) => {
            let (class, arrow) = if now > before { ("change up", "↑") } else { ("change down", "↓") };
            let points = (now - before).abs();
            let words = format!("{arrow} {}.{} points from {}", points / 10, points % 10, told(before));
            (class, words)
        }
        (Some(_), None) => ("change", "Nothing to compare with yet".to_owned()),
        (None, _) => ("change", "Nothing was sent in these days".to_owned()),
    };
    view! {
        <div class="stat">
            <dt class="stat-label">"Unlock rate"</dt>
            <dd class="stat-value">{rate.map_or_else(|| "—".to_owned(), told)}</dd>
            <dd class=change.0>{change.1}</dd>
        </div>
    }
}

fn nothing() -> impl IntoView {
    view! {
        <Empty icon="message" title="No paid messages in these days"
            text="Messages that were sent with a price appear here, and whether they were unlocked. Choose other days to look further back."/>
    }
}

fn table(page: keyset::Page<ListedMessage>, zone: Option<Tz>) -> impl IntoView {
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|message| row(message, zone)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Paid messages">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Sent"</th>
                            <th scope="col">"To"</th>
                            <th scope="col" class="wide-only">"Message"</th>
                            <th scope="col">"Unlocked"</th>
                            <th scope="col" class="num">"Price"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after/>
    }
}

fn row(message: ListedMessage, zone: Option<Tz>) -> impl IntoView {
    let unlocked = match message.unlocked_at {
        Some(at) => view! {
            <span class="badge good">"Unlocked"</span>" "
            <span class="faint small"><Time at zone=zone shape=TimeShape::Brief/></span>
        }
        .into_any(),
        None => view! { <span class="badge">"Locked"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row"><Time at=message.sent_at zone=zone/></th>
            <td>{message.fan}</td>
            <td class="wide-only"><span class="truncate">{message.preview}</span></td>
            <td class="end">{unlocked}</td>
            <td class="num"><Amount money=message.price/></td>
        </tr>
    }
}
