//! `/analytics`: what came in, and from what; over time, by hour, beside other times.

mod over_time;

pub(super) use over_time::steps;

use super::asked::Asked;
use super::links::{Links, linked};
use super::top::{AnalyticsTabs, Days, ExportLink, FilterBar, NothingChosen};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::revenue::{Income, Revenue, Sums, Wanted};
use crate::analytics::service;
use crate::auth::Visitor;
use crate::error::Result;
use crate::money::Currency;
use crate::platform::EarningSource;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Address, Banner, Change, Compared, Empty, Figure, PageHeader, PrintButton, Stat, Stats, Step, Tone,
};
use axum::extract::State;
use chrono_tz::Tz;
use leptos::prelude::*;

/// `GET /analytics`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn revenue(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let (asked, edition) = (Asked::of(&visitor), service::edition(&app.db, &scope).await?);
    let wanted = wanted(&asked.address);
    let shown = service::revenue(&app.db, &scope, edition, asked.question(), wanted).await?;
    Ok(Page::new("Revenue", move || content(shown, asked, edition.zone)))
}

/// What the address says besides days and accounts.
pub(in crate::analytics) fn wanted(address: &Address) -> Wanted {
    Wanted {
        currency: address.value("currency").and_then(|code| code.parse().ok()),
        step: address.value("by").and_then(Step::parse),
        rows: address.value("rows").and_then(Step::parse),
    }
}

fn content(shown: Revenue, asked: Asked, zone: Option<Tz>) -> impl IntoView {
    let sub = format!("{}, compared with {}", shown.period, shown.against);
    let (today, words, mistake) = (shown.today, asked.words.clone(), asked.mistake);
    let links = Links::of(&shown.chosen);
    let reading = (!shown.history.has_all_earnings_of(shown.period)).then(|| {
        let title = "The past is still being read";
        view! { <Banner tone=Tone::Info title text="Some earnings of these days are not here yet. They appear by themselves."/> }
    });
    let body = if shown.chosen.is_empty() {
        view! { <NothingChosen/> }.into_any()
    } else if shown.history.first_earning.is_none() {
        view! { <NothingEarned/> }.into_any()
    } else {
        let Revenue { incomes, detail, period, against, .. } = shown;
        let currency = detail.as_ref().map(|detail| detail.currency);
        let income = incomes.iter().find(|income| Some(income.currency) == currency);
        let currencies: Vec<_> = incomes.iter().map(|income| income.currency).collect();
        let switch = (currencies.len() > 1).then(|| switch(&currencies, currency));
        let sources = income.map(|income| sources(income, &links, period));
        let over_time =
            detail.map(|detail| over_time::over_time(detail, &links, against, (today, zone), sources));
        let opens = currencies.iter().map(|currency| links.earnings(period, Some(*currency), None));
        let opens: Vec<_> = opens.flatten().collect();
        let back = currencies.iter().filter_map(|currency| links.taken_back(period, *currency)).collect();
        view! { {figures(&incomes, opens, back)}{switch}{over_time} }.into_any()
    };
    view! {
        <PageHeader title="Revenue" sub=sub><PrintButton/></PageHeader>
        <AnalyticsTabs/>
        {mistake.map(|sentence| view! { <Banner tone=Tone::Warn title=sentence/> })}
        <Days asked today/>
        <FilterBar chosen=shown.chosen offers=shown.offers words><ExportLink path="/analytics.csv"/></FilterBar>
        {reading}
        {body}
    }
}

/// Before the first earning.
#[component]
fn NothingEarned() -> impl IntoView {
    view! {
        <Empty icon="chart" title="No earnings yet"
            text="What a connected account earns is shown here by source, by day, and by the hour of the week. The first earning appears by itself.">
            <a class="button primary" href="/accounts">"See the accounts"</a>
        </Empty>
    }
}

/// The headline figures; money once per currency, which `opens` what it is made of, and refunds what was taken `back`.
fn figures(incomes: &[Income], opens: Vec<String>, back: Vec<String>) -> impl IntoView + use<> {
    let of = |figure: fn(&Sums) -> Compared| incomes.iter().map(|it| figure(&it.total)).collect::<Vec<_>>();
    let payments = of(|sums| sums.payments);
    let sum = |number: fn(&Compared) -> Option<i64>| {
        payments.iter().map(number).try_fold(0_i64, |sum, it| Some(sum.saturating_add(it?)))
    };
    let before = sum(|it| it.previous.map(Figure::number));
    let payments = Compared::new(sum(|it| Some(it.current.number())).unwrap_or(0), before);
    let (net, gross, refunds) = (of(|sums| sums.net), of(|sums| sums.gross), of(|sums| sums.refunds));
    view! {
        <Stats>
            <Stat label="Net earnings" figures=net opens=opens.clone() note="After the platform's fee"/>
            <Stat label="Gross earnings" figures=gross opens=opens note="What fans paid, refunds taken off"/>
            <Stat label="Refunds" figures=refunds opens=back note="Gross that went back; it is taken off already"/>
            <Stat label="Payments" figures=vec![payments]/>
        </Stats>
    }
}

/// The currencies to choose from.
pub(super) fn switch(currencies: &[Currency], chosen: Option<Currency>) -> impl IntoView + use<> {
    let here = Address::here();
    let links = currencies.iter().map(|currency| {
        let code = currency.as_str().to_owned();
        let href = here.clone().with("currency", code.as_str()).to_string();
        view! { <a href=href aria-current=(Some(*currency) == chosen).then_some("true")>{code}</a> }
    });
    view! { <div class="row"><nav class="segments" aria-label="Currency">{links.collect_view()}</nav></div> }
}

/// What it came from; each sum leads to its earnings.
fn sources(income: &Income, links: &Links, period: crate::period::Period) -> AnyView {
    let currency = income.currency;
    let rows = income.sources.iter().map(|(source, sums)| {
        let href = links.earnings(period, Some(currency), Some(source.clone()));
        row(source, *sums, href)
    });
    let rows = rows.collect_view();
    let total = linked(income.total.net.current.to_string(), links.earnings(period, Some(currency), None));
    let body = if income.sources.is_empty() {
        view! { <p class="card-body muted">"Sources are told apart of fewer accounts or days."</p> }
            .into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="By source">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Source"</th>
                            <th scope="col" class="num">"Payments"</th>
                            <th scope="col" class="num wide-only">"Gross"</th>
                            <th scope="col" class="num">"Net"</th>
                            <th scope="col" class="num">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="card">
            <div class="card-header"><h2 id="sources">"By source"</h2><span class="money">"Net "{total}</span></div>
            {body}
        </div>
    }
    .into_any()
}

fn row(source: &EarningSource, sums: Sums, href: Option<String>) -> impl IntoView + use<> {
    let net = sums.net.current;
    let class = if net.number() < 0 { "num negative" } else { "num" };
    let net = linked(net.to_string(), href);
    view! {
        <tr>
            <th scope="row">{source.plural()}</th>
            <td class="num">{sums.payments.current.to_string()}</td>
            <td class="num wide-only">{sums.gross.current.to_string()}</td>
            <td class=class>{net}</td>
            <td class="num"><Change compared=sums.net brief=true/></td>
        </tr>
    }
}
