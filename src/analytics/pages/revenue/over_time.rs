//! The cards of one currency over time: columns by source, the heat map, weeks or months or years, and the top days.

use crate::analytics::pages::links::{Links, linked};
use crate::analytics::revenue::{Detail, Heat, Row, TopDay};
use crate::period::Period;
use crate::ui::{Address, Amount, Change, Compared, Figure, HeatMap, StackedChart, Step, Unit};
use chrono::NaiveDate;
use chrono_tz::Tz;
use leptos::prelude::*;

/// All of them; `sources` stand beside the heat map.
pub fn over_time(
    detail: Detail,
    links: &Links,
    against: Period,
    (today, zone): (NaiveDate, Option<Tz>),
    sources: Option<AnyView>,
) -> impl IntoView + use<> {
    let heat = heat(&detail.heat, Unit::Money(detail.currency), zone);
    let top_days = detail.top_days.clone().map(|days| top_days(days, links));
    let rows = table(&detail, links);
    view! {
        {columns(detail, against, today)}
        <div class="grid-2">{sources}{heat}</div>
        <div class="grid-2">{rows}{top_days}</div>
    }
}

/// A switch between steps: `name` is the pair of the address that holds it.
pub fn steps(label: &'static str, name: &'static str, chosen: Step, all: &'static [Step]) -> impl IntoView {
    let here = Address::here();
    let links = all.iter().map(|step| {
        let href = here.clone().with(name, step.name()).to_string();
        view! { <a href=href aria-current=(*step == chosen).then_some("true")>{step.noun()}</a> }
    });
    view! { <nav class="segments small" aria-label=label>{links.collect_view()}</nav> }
}

fn columns(detail: Detail, against: Period, today: NaiveDate) -> impl IntoView {
    let Detail { currency, step, days, parts, before, top_days, .. } = detail;
    let unit = Unit::Money(currency);
    let before = before.map(|values| (against.to_string(), values));
    // Days and weeks of many accounts are not kept apart.
    let switch = top_days.is_some().then(|| steps("Step", "by", step, &[Step::Day, Step::Week, Step::Month]));
    let body = if parts.is_empty() {
        view! { <p class="muted">"Nothing was earned in these days."</p> }.into_any()
    } else {
        view! { <StackedChart title="Net earnings" unit step days parts before today/> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="columns">
            <div class="card-header">
                <h2 id="columns">{format!("Net earnings by source, {currency}")}</h2>
                {switch}
            </div>
            <div class="card-body stack"><p class="faint small">"Days in UTC"</p>{body}</div>
        </section>
    }
}

fn heat(heat: &Heat, unit: Unit, zone: Option<Tz>) -> impl IntoView + use<> {
    let place = zone.map_or_else(|| "UTC".to_owned(), |zone| zone.name().replace('_', " "));
    let of = heat.is_of_agency.then(|| {
        view! {
            <p class="small">"This is of the whole agency: the accounts chosen have too many payments to count by the hour. Choose fewer accounts or days."</p>
        }
    });
    let hours = heat.hours;
    view! {
        <section class="card" aria-labelledby="heat">
            <div class="card-header"><h2 id="heat">"By weekday and hour"</h2><span class="faint small">{format!("Hours in {place}")}</span></div>
            <div class="card-body stack">{of}<HeatMap title="Net earnings" unit hours/></div>
        </section>
    }
}

fn table(detail: &Detail, links: &Links) -> impl IntoView + use<> {
    let (step, currency) = (detail.row_step, detail.currency);
    let with_year = step != Step::Year;
    let noun = step.noun().to_lowercase();
    let rows = detail.rows.iter().map(|row| {
        let href = links.earnings(row.days, Some(currency), None);
        table_row(step, row, linked(row.net.current.to_string(), href))
    });
    let rows = rows.collect_view();
    let switch = steps("Rows", "rows", step, &[Step::Week, Step::Month, Step::Year]);
    view! {
        <div class="card">
            <div class="card-header"><h2 id="rows">{format!("Net by {noun}")}</h2>{switch}</div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=format!("Net by {noun}")>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{step.noun()}</th>
                            <th scope="col" class="num">"Net"</th>
                            <th scope="col" class="num">{format!("From the {noun} before")}</th>
                            {with_year.then(|| view! { <th scope="col" class="num">"From a year before"</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn table_row(step: Step, row: &Row, net: AnyView) -> impl IntoView + use<> {
    let words = step.words(row.days, true);
    let words = if row.is_partial { format!("{words} (not over)") } else { words };
    let change = |compared: Compared| view! { <td class="num"><Change compared brief=true/></td> };
    let class = if row.net.current.number() < 0 { "num negative" } else { "num" };
    view! {
        <tr>
            <th scope="row">{words}</th>
            <td class=class>{net}</td>
            {change(row.net)}
            {row.year.map(change)}
        </tr>
    }
}

fn top_days(days: Vec<TopDay>, links: &Links) -> impl IntoView + use<> {
    let none = days.is_empty();
    let rows = days.into_iter().map(|day| {
        let period = Period { start: day.day, end: day.day + chrono::Days::new(1) };
        let words = linked(period.to_string(), links.earnings(period, Some(day.net.currency), None));
        let payments = if day.payments == 1 { "one payment".to_owned() } else { format!("{} payments", Figure::Count(day.payments)) };
        view! {
            <li>
                <div class="grow"><span>{words}</span><span class="faint small">{day.day.format("%A").to_string()}", "{payments}</span></div>
                <div class="end"><Amount money=day.net/></div>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card" aria-labelledby="top-days">
            <div class="card-header"><h2 id="top-days">"Best days"</h2><span class="faint small">"Net, days in UTC"</span></div>
            {none.then(|| view! { <p class="card-body muted">"Nothing was earned in these days."</p> })}
            <ol class="list">{rows}</ol>
        </section>
    }
}
