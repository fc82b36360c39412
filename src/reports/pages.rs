//! `/analytics/reports`: making a report, those that there are, and word of them by mail.

use super::policy::MakeReports;
use super::server_fns::{MailReports, MakeReport, ScheduleReports};
use super::service::{self, Overview};
use super::types::{MonthOf, Report, Schedule, month_name};
use crate::analytics::pages::AnalyticsTabs;
use crate::auth::{Member, Visitor};
use crate::error::Result;
use crate::keyset::{self, Turn};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Check, Empty, Figure, Form, Hidden, LiveRegion, PageHeader, Select, Submit, Time, Turns};
use axum::extract::{Query, State};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: Option<String>,
    before: Option<String>,
}

/// `GET /analytics/reports`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<MakeReports>()?;
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let overview = service::overview(&app.db, &scope, &turn).await?;
    let zone = visitor.member().and_then(Member::zone);
    Ok(Page::new("Reports", move || content(overview, zone)))
}

fn content(overview: Overview, zone: Option<Tz>) -> impl IntoView {
    let Overview { page, months, schedule, next_due, is_reader } = overview;
    let make = make(&months);
    let reports = reports(page, months.is_empty(), zone);
    view! {
        <PageHeader title="Reports" sub="A month of the agency as a PDF: key figures, charts, every account"/>
        <AnalyticsTabs/>
        {make}
        <LiveRegion name="reports" class="stack">{reports}</LiveRegion>
        <section class="settings-section" aria-labelledby="by-mail">
            <div>
                <h2 id="by-mail">"By mail"</h2>
                <p>"When the report of the month before is made and told of. The mail holds a link that needs signing in, and no figures. Only owners and managers who want it are told."</p>
            </div>
            <div class="stack">{by_schedule(schedule, next_due, zone)}{to_me(is_reader, schedule)}</div>
        </section>
    }
}

fn make(months: &[MonthOf]) -> impl IntoView + use<> {
    // The month before is the newest that is over.
    let chosen = months.get(1).or(months.first()).map(ToString::to_string)?;
    let options = months.iter().enumerate().map(|(at, month)| {
        let so_far = if at == 0 { ", so far" } else { "" };
        (month.to_string(), format!("{}{so_far}", month_name(*month)))
    });
    let options: Vec<_> = options.collect();
    Some(view! {
        <Form action=MakeReport::PATH class="filters">
            <Select name="month" label="Month" options value=chosen/>
            <div class="end"><button class="button primary">"Make the report"</button></div>
        </Form>
    })
}

fn reports(page: keyset::Page<Report>, has_no_earnings: bool, zone: Option<Tz>) -> impl IntoView {
    if page.rows.is_empty() {
        let text = if has_no_earnings {
            "As soon as anything was earned, a month of it can be made into a report."
        } else {
            "Choose a month above. A report stays as it was made, and can be downloaded again."
        };
        return view! { <Empty icon="dashboard" title="No reports yet" text/> }.into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|report| row(report, zone)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Reports">
                <table class="table stacked">
                    <thead>
                        <tr>
                            <th scope="col">"Month"</th>
                            <th scope="col">"Made"</th>
                            <th scope="col" class="num">"Accounts"</th>
                            <th scope="col" class="num">"Pages"</th>
                            <th scope="col">"File"</th>
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

fn row(report: Report, zone: Option<Tz>) -> impl IntoView {
    let name = month_name(report.month);
    let by = report.made_by.unwrap_or_else(|| "By the schedule".to_owned());
    let label = format!("Download the report of {name}");
    let file = if report.is_ready {
        let href = format!("/analytics/reports/{}/report.pdf", report.id);
        let size = format!("PDF, {} KB", Figure::Count((report.bytes + 1023) / 1024));
        view! { <span class="stack tight"><a href=href download aria-label=label>"Download"</a><span class="faint small">{size}</span></span> }.into_any()
    } else {
        view! { <span class="badge accent">"Being made"</span> }.into_any()
    };
    let (accounts, pages) = if report.is_ready {
        (Figure::Count(report.accounts).to_string(), Figure::Count(report.pages).to_string())
    } else {
        ("—".to_owned(), "—".to_owned())
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label="Made"><span class="stack tight"><Time at=report.made_at zone=zone/><span class="faint small">{by}</span></span></td>
            <td class="num" data-label="Accounts">{accounts}</td>
            <td class="num" data-label="Pages">{pages}</td>
            <td data-label="File">{file}</td>
        </tr>
    }
}

fn by_schedule(schedule: Schedule, next_due: Option<DateTime<Utc>>, zone: Option<Tz>) -> impl IntoView {
    let days = (1..=28).map(|day: u32| (day.to_string(), day.to_string())).collect();
    let hours = (0..=23).map(|hour: u32| (hour.to_string(), format!("{hour:02}:00"))).collect();
    let clock = zone.map_or_else(
        || "By UTC.".to_owned(),
        |zone| format!("By the clocks of {}.", zone.name().replace('_', " ")),
    );
    let next =
        next_due.map(|at| view! { <p class="muted small">"The next is made on "<Time at zone=zone/>"."</p> });
    view! {
        <Form action=ScheduleReports::PATH>
            <Check name="on" label="Make it every month and tell those who want it" checked=schedule.is_on/>
            <div class="grid-2">
                <Select name="day" label="Day of the month" options=days value=schedule.day.to_string()/>
                <Select name="hour" label="Not before" options=hours value=schedule.hour.to_string() hint=clock/>
            </div>
            {next}
            <Submit words="Save" class="button secondary"/>
        </Form>
    }
}

fn to_me(is_reader: bool, schedule: Schedule) -> impl IntoView {
    let (words, button, wanted) = match (is_reader, schedule.is_on) {
        (true, true) => ("You are told by mail.", "Do not tell me", "false"),
        (true, false) => {
            ("You would be told by mail, but nothing is made by itself.", "Do not tell me", "false")
        }
        (false, _) => ("You are not told by mail.", "Tell me by mail", "true"),
    };
    view! {
        <Form action=MailReports::PATH class="row apart">
            <span>{words}</span>
            <Hidden name="wanted" value=wanted/>
            <button class="button secondary">{button}</button>
        </Form>
    }
}
