//! `/analytics/subscribers`: who joined and left, what renewed, and what becomes of those who came in one month.

use super::asked::Asked;
use super::frame::{self, SURE, ShareStat, card, file_for, framed, note, share_cells};
use crate::analytics::kept::Kept;
use crate::analytics::policy::ViewDashboard;
use crate::analytics::share::Share;
use crate::analytics::subscribers::{
    Cohort, CohortRow, DueDay, FlowDay, Shown, Worth, cohorts, flow, renewed, renewed_by_month,
    subscribers as read,
};
use crate::auth::Visitor;
use crate::error::Result;
use crate::period::Period;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Amount, BarChart, Better, ChartDay, Compared, Figure, LiveRegion, Stat, Stats, Unit, Width};
use axum::extract::State;
use chrono::NaiveDate;
use chrono_tz::Tz;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// `GET /analytics/subscribers`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn subscribers(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let (scope, asked) = (visitor.scope::<ViewDashboard>()?, Asked::of(&visitor));
    let zone = visitor.member().and_then(crate::auth::Member::zone);
    let file = file_for(&visitor, "/analytics/subscribers.csv");
    let periods = asked.periods(app.db.now().date_naive());
    let shown = read(&app.db, &scope, periods, asked.selection.clone(), asked.words.as_deref()).await?;
    Ok(Page::new("Subscribers", move || {
        framed("Subscribers", file, shown.head.clone(), asked, || content(&shown, zone).into_any())
    }))
}

fn content(shown: &Shown, zone: Option<Tz>) -> impl IntoView + use<> {
    let (figures, days) = (figures(shown, zone), days(shown, zone));
    let (renewals, cohorts) = (renewals(shown, zone), cohort_cards(shown, zone));
    view! {
        <LiveRegion name="figures">{figures}</LiveRegion>
        <LiveRegion name="days"><div class="grid-2">{days}</div></LiveRegion>
        <LiveRegion name="renewals">{renewals}</LiveRegion>
        <LiveRegion name="cohorts" class="stack">{cohorts}</LiveRegion>
        {frame::meanings(MEANINGS)}
    }
}

fn figures(shown: &Shown, zone: Option<Tz>) -> impl IntoView + use<> {
    let (period, previous) = (shown.head.period, shown.head.previous);
    let compares = shown.head.reading == 0;
    let counted = shown.flow.result.as_deref();
    let now = counted.map(|days| flow(days, period));
    let is_known = |days: &[FlowDay]| days.iter().any(|it| previous.start <= it.day && it.day < previous.end);
    let before = counted.filter(|days| compares && is_known(days)).map(|days| flow(days, previous));
    let stat = |of: fn((i64, i64)) -> i64| {
        now.map(|now| Compared::new(of(now), before.map(of))).into_iter().collect::<Vec<_>>()
    };
    let told = note(shown.flow.told, zone, "");
    let due = shown.renewals.result.as_deref().unwrap_or_default();
    let (rate, rate_before) = (renewed(due, period), renewed(due, previous));
    let came = match (shown.renewals.result.is_some(), rate.of) {
        (true, 0) => "Nothing came up for renewal that is decided by now".to_owned(),
        (true, of) => format!("Of {} that came up", Figure::Count(of)),
        (false, _) => String::new(),
    };
    let (joined, lost, net) = (stat(|it| it.0), stat(|it| it.1), stat(|it| it.0 - it.1));
    let before = Some(rate_before).filter(|it| compares && it.of > 0);
    let came = note(shown.renewals.told, zone, &came);
    view! {
        <Stats>
            <Stat label="Joined" figures=joined note=told.clone()/>
            <Stat label="Lost" figures=lost better=Better::Less note=told.clone()/>
            <Stat label="Net" figures=net note=told/>
            <ShareStat label="Renewal rate" share=rate before=before note=came/>
        </Stats>
    }
}

/// Joined and lost, each with the period before.
fn days(shown: &Shown, zone: Option<Tz>) -> impl IntoView + use<> {
    let (period, previous, today) = (shown.head.period, shown.head.previous, shown.head.today);
    let is_known = shown.head.reading == 0;
    let per = Width::for_days(usize::try_from(period.days()).unwrap_or(0)).noun().to_lowercase();
    let chart = |id: &'static str, title: &'static str, of: fn(&FlowDay) -> i64| {
        card((id, format!("{title} per {per}")), &shown.flow, zone, |days| {
            let by_day: BTreeMap<NaiveDate, i64> = days.iter().map(|it| (it.day, of(it))).collect();
            let before =
                Some(previous).filter(|it| is_known && by_day.range(it.start..it.end).next().is_some());
            let days: Vec<ChartDay> = crate::analytics::types::day_by_day(&by_day, period, before);
            let before = previous.to_string();
            view! { <div class="card-body"><BarChart title unit=Unit::Count days before today/></div> }
                .into_any()
        })
    };
    view! { {chart("joined", "Joined", |it| it.joined)}{chart("lost", "Lost", |it| it.lost)} }
}

fn renewals(shown: &Shown, zone: Option<Tz>) -> impl IntoView + use<> {
    let decided =
        shown.head.period.end.min(crate::analytics::subscribers::Renewals::decided_until(shown.head.today));
    let days = Period { start: shown.head.period.start, end: decided.max(shown.head.period.start) };
    card(("renewals", "Came up for renewal"), &shown.renewals, zone, |due| {
        renewal_table(due, days).into_any()
    })
}

fn renewal_table(due: &[DueDay], days: Period) -> impl IntoView + use<> {
    let months = renewed_by_month(due, days);
    if months.iter().all(|(_, share)| share.of == 0) {
        return view! { <p class="card-body muted">"No subscription came up in these days whose renewal is decided by now."</p> }
            .into_any();
    }
    let rows = months.into_iter().map(|(month, share)| {
        view! {
            <tr>
                <th scope="row">{month.to_string()}</th>
                <td class="num" data-label="Came up">{Figure::Count(share.of).to_string()}</td>
                <td class="num" data-label="Renewed">{Figure::Count(share.part).to_string()}</td>
                {share_cells(share, "Renewal rate")}
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="renewals">
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">"Came up on"</th>
                        <th scope="col" class="num">"Came up"</th>
                        <th scope="col" class="num">"Renewed"</th>
                        <th scope="col" class="num">"Renewal rate"</th>
                        <th scope="col" class="num">"Likely between"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// So many cohorts and months fit a page; the file has all.
const SHOWN: usize = 12;

fn cohort_cards(shown: &Shown, zone: Option<Tz>) -> impl IntoView + use<> {
    let counted = &shown.cohorts;
    let all = Kept {
        result: counted.result.as_ref().map(|rows: &Vec<CohortRow>| cohorts(rows, shown.head.today)),
        told: counted.told,
    };
    let stayed =
        card(("retention", "Who still pays, by month of first payment"), &all, zone, |all: &Vec<Cohort>| {
            if all.is_empty() { nobody().into_any() } else { retention(all).into_any() }
        });
    let worth =
        card(("worth", "Lifetime value, by month of first payment"), &all, zone, |all: &Vec<Cohort>| {
            if all.is_empty() { nobody().into_any() } else { worth_table(all).into_any() }
        });
    view! { {stayed}{worth} }
}

fn nobody() -> impl IntoView {
    view! { <p class="card-body muted">"Nobody has paid yet. The first fan who does begins the first month here."</p> }
}

fn retention(all: &[Cohort]) -> impl IntoView + use<> {
    let heads = (1..SHOWN).map(|after| view! { <th scope="col" class="num">{format!("+{after}")}</th> });
    let rows = all.iter().take(SHOWN).map(|cohort| {
        let cells = (1..SHOWN).map(|after| cell(cohort, after));
        view! {
            <tr>
                <th scope="row">{cohort.month.format("%b %Y").to_string()}</th>
                <td class="num">{Figure::Count(cohort.fans).to_string()}</td>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="retention">
            <table class="table cohorts">
                <thead>
                    <tr><th scope="col">"First paid in"</th><th scope="col" class="num">"Fans"</th>{heads.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p class="card-body faint small">
            "Of the fans who first paid in a month, how many paid again so many months later. The last figure of each row is of this \
             month, which is not over. Grey: fewer than 30 fans."
        </p>
    }
}

fn cell(cohort: &Cohort, after: usize) -> impl IntoView + use<> {
    let Some(share) = cohort.stayed.get(after) else { return view! { <td></td> }.into_any() };
    let permille = share.permille().unwrap_or(0);
    let shade =
        if share.is_few() { "num few".to_owned() } else { format!("num shade-{}", (permille + 100) / 200) };
    let now = after + 1 == cohort.stayed.len();
    let words = format!("{}\u{a0}%", (permille + 5) / 10);
    let words = if now { view! { <i>{words}</i> }.into_any() } else { words.into_any() };
    view! { <td class=shade title=share.interval_words()>{words}</td> }.into_any()
}

/// The months after which the share is told with its interval.
const MARKS: [usize; 3] = [1, 3, 6];

fn worth_table(all: &[Cohort]) -> impl IntoView + use<> {
    let rows = all.iter().take(SHOWN).map(|cohort| {
        let marks = MARKS.map(|after| {
            // This month is not over, so its share is not told as if it were.
            let share = cohort.stayed.get(after).filter(|_| after + 1 < cohort.stayed.len());
            mark(share.copied())
        });
        let worth = cohort.worth.iter().map(worth_words).collect_view();
        view! {
            <tr>
                <th scope="row">{cohort.month.format("%B %Y").to_string()}</th>
                <td class="num" data-label="Fans">{Figure::Count(cohort.fans).to_string()}</td>
                <td class="num" data-label="Net per fan">{worth}</td>
                {marks.into_iter().collect_view()}
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="worth">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"First paid in"</th>
                        <th scope="col" class="num">"Fans"</th>
                        <th scope="col" class="num">"Net per fan so far"</th>
                        <th scope="col" class="num">"Paid after 1 month"</th>
                        <th scope="col" class="num">"After 3"</th>
                        <th scope="col" class="num">"After 6"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn worth_words(worth: &Worth) -> impl IntoView + use<> {
    let class = if worth.fans < crate::analytics::share::FEW { "few" } else { "" };
    let per_fan = worth.per_fan().map(|money| view! { <Amount money/> });
    view! { <div class=class>{per_fan}</div> }
}

fn mark(share: Option<Share>) -> impl IntoView {
    let Some(share) = share else { return view! { <td class="num faint">"—"</td> }.into_any() };
    let class = if share.is_few() { "num few" } else { "num" };
    let sure = share.interval().map(|(low, high)| format!("{}–{}\u{a0}%", (low + 5) / 10, (high + 5) / 10));
    view! { <td class=class>{share.words()}<div class="small faint">{sure}</div></td> }.into_any()
}

const MEANINGS: [(&str, &str); 7] = [
    ("Joined, lost, net", "As the platforms count them, by whole days in UTC. Net is joined less lost."),
    (
        "Came up for renewal",
        "We derive it from payments: a payment for a subscription or its renewal comes up 30 days later. It renewed when the fan's \
         next payment for it is a renewal within 33 days; 3 days are left for a card that is tried again. Only what is decided \
         counts, so the last 3 days are not in it.",
    ),
    (
        "What that cannot see",
        "A subscription paid for longer than a month does not come up while the platform says that it runs; once it has ended it counts \
         as not renewed. Free trials come up with their first payment. A payment that was taken back later counts as one.",
    ),
    (
        "Month of first payment",
        "A fan belongs to the month (UTC) of the first payment to an account, whatever it was for. A fan of two accounts counts for each.",
    ),
    ("Still pays", "There is a payment in that month, of whatever kind."),
    (
        "Lifetime value",
        "What all fans of a month brought up to now, after the platform's fee and refunds, over the number of them. Older months had \
         more time; it is no forecast.",
    ),
    SURE,
];
