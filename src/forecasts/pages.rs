//! `/analytics/forecast`: what the next months will probably bring, and how wrong such forecasts have been.

mod record;

use super::made::{Made, NEEDED, Sum};
use super::models::Model;
use super::service;
use super::types::{Expected, Past, Subject, Told, View};
use crate::analytics::pages::AnalyticsTabs;
use crate::analytics::policy::ViewDashboard;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Address, Banner, Coming, Empty, Link, LiveRegion, OutlookChart, PageHeader, Tone, Unit};
use axum::extract::State;
use leptos::prelude::*;

/// The account that the address names; with several, as other pages of analytics may have, it is the agency that is looked at.
///
/// # Errors
/// `NotFound` for what is no id.
pub fn account_in(address: &Address) -> Result<Option<AccountId>> {
    let named = address.pairs().iter().filter(|(name, value)| name == "account" && !value.is_empty());
    let mut named = named.map(|(_, id)| id.parse::<AccountId>().map_err(|_| Error::NotFound));
    match (named.next(), named.next()) {
        (Some(only), None) => only.map(Some),
        _ => Ok(None),
    }
}

/// `GET /analytics/forecast`, of the agency or of one account.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn forecast(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let account = account_in(&Address::parse(&visitor.path))?;
    let subject = account.map_or(Subject::Agency, Subject::Account);
    let view = service::view(&app.db, &scope, subject).await?;
    Ok(Page::new("Forecast", move || content(view)))
}

/// The two pages that look ahead.
#[component]
pub fn ForecastTabs() -> impl IntoView {
    let here = Address::here();
    let places = [("/analytics/forecast", "Earnings"), ("/analytics/forecast/churn", "Fans who may leave")];
    let links = places.map(|(path, words)| {
        let current = here.path() == path;
        view! { <a href=here.kept(path, &["account"]).to_string() aria-current=current.then_some("page")>{words}</a> }
    });
    view! {
        <AnalyticsTabs/>
        <div class="row"><nav class="segments" aria-label="Forecast">{links.into_iter().collect_view()}</nav></div>
    }
}

fn content(shown: View) -> impl IntoView {
    let sub = match &shown.account {
        Some(account) => format!("What {} will probably earn, after the platform's fee", account.name),
        None => "What all accounts will probably earn together, after the platform's fee".to_owned(),
    };
    let trail = shown.account.as_ref().map_or_else(Vec::new, |account| {
        vec![Link::new("/accounts", "Accounts"), Link::new(account.path(""), account.name.clone())]
    });
    let several = shown.told.len() > 1;
    let body = if shown.told.is_empty() {
        nothing(&shown).into_any()
    } else {
        shown.told.into_iter().map(|told| one(told, several)).collect_view().into_any()
    };
    view! {
        <PageHeader title="Forecast" sub trail/>
        <ForecastTabs/>
        <LiveRegion name="forecast" class="stack">{body}</LiveRegion>
        {meanings()}
    }
}

/// Why there is no forecast, and what changes that.
fn nothing(shown: &View) -> impl IntoView + use<> {
    let (title, text) = if shown.pending {
        ("The forecast is being made", "It appears here in a moment.".to_owned())
    } else if shown.disconnected {
        ("Nothing to forecast", "This account is disconnected: nothing new is heard of it.".to_owned())
    } else {
        (
            "Nothing to forecast yet",
            format!("A forecast needs {NEEDED} days with the first earning behind them."),
        )
    };
    view! { <Empty icon="chart" title=title text=text/> }
}

fn one(told: Told, several: bool) -> impl IntoView {
    let currency = told.kept.currency;
    let of = if several { format!(" in {currency}") } else { String::new() };
    let Some(made) = told.kept.made else { return too_short(told.kept.known_days, &of).into_any() };
    let id = format!("forecast-{currency}");
    let coming = made.days.iter().zip(made.from.iter_days());
    let coming = coming.map(|(band, day)| Coming { day, low: band.low, mid: band.mid, high: band.high });
    let figures = made.sums.iter().map(|sum| figure(sum, currency)).collect_view();
    view! {
        {(made.model == Model::Weekdays).then(|| simple(made.sums.first(), &of))}
        <dl class="stats">{figures}{told.past.map(|past| came(past, currency))}</dl>
        <section class="card" aria-labelledby=id.clone()>
            <div class="card-header">
                <h2 id=id.clone()>{format!("Net earnings per day{of}")}</h2>
                <span class="faint small">"Days in UTC"</span>
            </div>
            <div class="card-body">
                <OutlookChart title=format!("Net earnings{of}") unit=Unit::Money(currency) past=told.history coming=coming.collect()/>
            </div>
        </section>
        {record::record(&made, &of, currency)}
        {accounts(told.accounts, currency, &of)}
    }
    .into_any()
}

fn too_short(known: usize, of: &str) -> impl IntoView + use<> {
    let title = format!("Too little is known for a forecast{of}");
    let days = if known == 1 { "One day is".to_owned() } else { format!("{known} days are") };
    let text = format!(
        "{days} known since the first earning. With {NEEDED} there is a month to check a forecast against, and it is shown here."
    );
    view! { <Banner tone=Tone::Info title=title text=text/> }
}

/// The simple rule did better, which is said before anything else.
fn simple(sum: Option<&Sum>, of: &str) -> impl IntoView + use<> {
    let beaten = sum.is_some_and(|sum| sum.scores.len() > 1 && sum.spans > 0);
    let title = format!("The simple rule has been better{of}");
    let text = if beaten {
        "On the months held back, the average of the same weekday in the last four weeks was closer than the trend. So it is what you see."
    } else {
        "No trend could be found in these days. What you see is the average of the same weekday in the last four weeks."
    };
    view! { <Banner tone=Tone::Info title=title text=text/> }
}

fn figure(sum: &Sum, currency: Currency) -> impl IntoView + use<> {
    let money = |minor| Money::new(minor, currency).to_string();
    let (low, high) = (money(sum.band.low), money(sum.band.high));
    view! {
        <div class="stat">
            <dt class="stat-label">{format!("Next {} days", sum.days)}</dt>
            <dd class="stat-value">{money(sum.band.mid)}</dd>
            <dd class="change">{format!("Four times out of five between {low} and {high}")}</dd>
        </div>
    }
}

/// What was said a month ago, and what came.
fn came(past: Past, currency: Currency) -> impl IntoView {
    let money = |minor| Money::new(minor, currency).to_string();
    let inside = (past.band.low..=past.band.high).contains(&past.came);
    let verdict = if inside { "inside what was expected" } else { "outside what was expected" };
    let expected = format!(
        "{} expected, {} to {}: {verdict}",
        money(past.band.mid),
        money(past.band.low),
        money(past.band.high)
    );
    view! {
        <div class="stat">
            <dt class="stat-label">{format!("Came {}", past.period)}</dt>
            <dd class="stat-value">{money(past.came)}</dd>
            <dd class="change">{expected}</dd>
        </div>
    }
}

/// The accounts of which most is expected.
fn accounts(expected: Vec<Expected>, currency: Currency, of: &str) -> Option<impl IntoView + use<>> {
    if expected.is_empty() {
        return None;
    }
    let money = move |minor| Money::new(minor, currency).to_string();
    let rows = expected.into_iter().map(move |it| {
        let off = it.sum.scores.first().and_then(|score| score.sums_off).map_or_else(|| "—".to_owned(), record::percent);
        view! {
            <tr>
                <th scope="row"><a href=format!("/analytics/forecast?account={}", it.account)>{it.name}</a></th>
                <td class="num">{money(it.sum.band.mid)}</td>
                <td class="num">{format!("{} to {}", money(it.sum.band.low), money(it.sum.band.high))}</td>
                <td class="num">{off}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let title = format!("Accounts, next 30 days{of}");
    Some(view! {
        <section class="card">
            <div class="card-header"><h2>{title.clone()}</h2><span class="faint small">"Those of which most is expected"</span></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=title>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Account"</th>
                            <th scope="col" class="num">"Expected"</th>
                            <th scope="col" class="num">"Between"</th>
                            <th scope="col" class="num">"Off by, held back"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    })
}

/// A line on an account's own page that leads here.
#[component]
pub fn ForecastLine(account: AccountId, currency: Currency, made: Option<Made>) -> impl IntoView {
    let money = |minor| Money::new(minor, currency).to_string();
    let expected = made.as_ref().and_then(|made| made.sums.first()).map(|sum| {
        format!(
            "The next 30 days will bring about {}, four times out of five {} to {}. ",
            money(sum.band.mid),
            money(sum.band.low),
            money(sum.band.high)
        )
    });
    let words = if expected.is_some() { "See the forecast" } else { "Forecast" };
    view! {
        <p class="muted small">
            {expected}
            <a href=format!("/analytics/forecast?account={account}")>{words}</a>
        </p>
    }
}

/// What a person may ask about a forecast.
const MEANINGS: [(&str, &str); 5] = [
    (
        "Net earnings",
        "What the platform leaves after its fee, refunds taken off, as on the dashboard. Currencies are never added.",
    ),
    (
        "How it is made",
        "The shape of the week is taken out of the days, the trend of what remains goes on, and the week is put back. Only whole days that are over count. It is made anew every night.",
    ),
    (
        "The simple rule",
        "Each day is expected to bring the average of the same weekday in the last four weeks. Whichever of the two was closer on the months held back is shown.",
    ),
    (
        "Held-back months",
        "To see how wrong a forecast is, we go back a month, forecast it from the days before it only, and compare with what came. Then another month further back, up to twelve.",
    ),
    (
        "Four times out of five",
        "The interval should hold what comes in 80\u{a0}% of cases. Where it held less on months held back, it is widened to what would have, and the page says so.",
    ),
];

fn meanings() -> impl IntoView {
    let all = MEANINGS.map(|(what, meaning)| view! { <div><dt>{what}</dt><dd>{meaning}</dd></div> });
    view! {
        <details class="disclosure">
            <summary>"How this forecast is made"</summary>
            <dl class="definitions">{all.into_iter().collect_view()}</dl>
        </details>
    }
}
