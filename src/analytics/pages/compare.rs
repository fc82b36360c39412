//! `/analytics/compare`: up to six accounts side by side.

use super::asked::Asked;
use super::links::{Links, linked};
use super::revenue::{steps, switch, wanted};
use super::top::{AnalyticsTabs, Days, ExportLink, FilterBar, NothingChosen};
use crate::analytics::compare::{Chart, Comparison, MOST, Side};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::revenue::Sums;
use crate::analytics::service;
use crate::auth::Visitor;
use crate::error::Result;
use crate::money::Currency;
use crate::period::Period;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Banner, Better, Change, Compared, Empty, LineChart, PageHeader, PrintButton, Step, Tone, Unit, Who,
};
use axum::extract::State;
use chrono::NaiveDate;
use leptos::prelude::*;

/// `GET /analytics/compare`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn compare(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let (asked, edition) = (Asked::of(&visitor), service::edition(&app.db, &scope).await?);
    let wanted = wanted(&asked.address);
    let shown = service::compare(&app.db, &scope, edition, asked.question(), wanted).await?;
    Ok(Page::new("Compare accounts", move || content(shown, asked)))
}

fn content(shown: Comparison, asked: Asked) -> impl IntoView {
    let sub = format!("{}, compared with {}", shown.period, shown.against);
    let (today, words, mistake) = (shown.today, asked.words.clone(), asked.mistake);
    let found = shown.chosen.accounts.as_ref().map_or(0, Vec::len);
    let cut = (found > MOST).then(|| {
        let title = format!("The {MOST} accounts with most net of those that fit");
        view! { <Banner tone=Tone::Info title text="Choose accounts by name to see others side by side."/> }
    });
    let hint = shown.chosen.accounts.is_none().then(|| {
        view! { <p class="small muted">"These earned most. Choose others under Filter, up to six."</p> }
    });
    let body = if shown.chosen.is_empty() {
        view! { <NothingChosen/> }.into_any()
    } else if shown.sides.is_empty() {
        view! { <Empty icon="accounts" title="No accounts to compare yet" text="Connect two or more accounts to see them side by side."/> }.into_any()
    } else {
        let Comparison { sides, currencies, chart, period, .. } = shown;
        let currency = chart.as_ref().map(|chart| chart.currency);
        let switch = (currencies.len() > 1).then(|| switch(&currencies, currency));
        let chart = chart.map(|chart| lines(chart, today));
        view! { {cut}{hint}{switch}{chart}{table(sides, period)} }.into_any()
    };
    view! {
        <PageHeader title="Compare accounts" sub=sub><PrintButton/></PageHeader>
        <AnalyticsTabs/>
        {mistake.map(|sentence| view! { <Banner tone=Tone::Warn title=sentence/> })}
        <Days asked today/>
        <FilterBar chosen=shown.chosen offers=shown.offers words>
            <ExportLink path="/analytics/compare.csv"/>
        </FilterBar>
        {body}
    }
}

fn lines(chart: Chart, today: NaiveDate) -> impl IntoView {
    let Chart { currency, step, days, lines } = chart;
    view! {
        <section class="card" aria-labelledby="lines">
            <div class="card-header">
                <h2 id="lines">{format!("Net earnings, {currency}")}</h2>
                {steps("Step", "by", step, &[Step::Day, Step::Week, Step::Month])}
            </div>
            <div class="card-body">
                <LineChart title="Net earnings" unit=Unit::Money(currency) step days series=lines today/>
            </div>
        </section>
    }
}

/// A row for each account and currency.
fn table(sides: Vec<Side>, period: Period) -> impl IntoView {
    let rows = sides.into_iter().map(|side| side_rows(side, period)).collect_view();
    let heads = ["Net", "Gross", "Refunds", "Payments", "Joined", "Left"];
    let heads =
        heads.map(|words| view! { <th scope="col" class="num">{words}</th> }).into_iter().collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Accounts side by side">
                <table class="table stacked">
                    <thead><tr><th scope="col">"Account"</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn side_rows(side: Side, period: Period) -> impl IntoView {
    let Side { id, name, handle, sums, joined, lost } = side;
    let several = sums.len() > 1;
    let links = Links::of_account(id);
    let sums: Vec<Option<(Currency, Sums)>> =
        if sums.is_empty() { vec![None] } else { sums.into_iter().map(Some).collect() };
    let rows = sums.into_iter().enumerate().map(|(at, of)| {
        let first = at == 0;
        let currency = of.filter(|_| several).map(|(currency, _)| view! { " "<span class="faint small">{currency.to_string()}</span> });
        let money = of.map(|(currency, sums)| {
            money_cells(sums, links.earnings(period, Some(currency), None), links.taken_back(period, currency))
        });
        let none = of.is_none().then(|| view! { <td class="num muted" data-label="Net" colspan="4">"Nothing earned"</td> });
        let sub = format!("@{handle}");
        let (joined, lost) = (first.then_some(joined), first.then_some(lost));
        view! {
            <tr>
                <th scope="row"><a href=format!("/accounts/{id}")><Who name=name.clone() sub=sub/></a>{currency}</th>
                {money}
                {none}
                {cell("Joined", joined, Better::More)}
                {cell("Left", lost, Better::Less)}
            </tr>
        }
    });
    rows.collect_view()
}

fn money_cells(sums: Sums, href: Option<String>, back: Option<String>) -> impl IntoView {
    let net = linked(sums.net.current.to_string(), href);
    let refunds = linked(sums.refunds.current.to_string(), back);
    view! {
        <td class="num" data-label="Net"><div>{net}</div><div class="small"><Change compared=sums.net brief=true/></div></td>
        {cell("Gross", Some(sums.gross), Better::More)}
        <td class="num" data-label="Refunds"><div>{refunds}</div><div class="small"><Change compared=sums.refunds brief=true/></div></td>
        {cell("Payments", Some(sums.payments), Better::More)}
    }
}

/// A figure with how it changed; people who are counted once stand beside the first currency alone.
fn cell(label: &'static str, figure: Option<Compared>, better: Better) -> impl IntoView {
    let figure = figure.map(|compared| {
        view! { <div>{compared.current.to_string()}</div><div class="small"><Change compared better brief=true/></div> }
    });
    view! { <td class="num" data-label=label>{figure}</td> }
}
