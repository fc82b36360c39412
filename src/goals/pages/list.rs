//! The goals of a month: the agency's above, then the accounts, those with a goal first.

use super::line::{Bar, Paced, earned};
use crate::analytics::pages::AnalyticsTabs;
use crate::analytics::policy::ViewDashboard;
use crate::auth::Visitor;
use crate::error::Result;
use crate::goals::policy::ManageGoals;
use crate::goals::server_fns::CopyGoals;
use crate::goals::service::{self, Listed, Listing};
use crate::goals::types::{Month, Pace, Standing};
use crate::keyset::Turn;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Address, Empty, Field, Figure, Filters, Form, Hidden, LiveRegion, PageHeader, Turns, Who};
use axum::extract::{Query, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    q: String,
    after: Option<String>,
    before: Option<String>,
}

/// `GET /analytics/goals`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn goals(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let this = Month::of(app.db.now().date_naive());
    let month = Month::parse(&asked.month).unwrap_or(this);
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let listing = service::list(&app.db, &scope, month, &asked.q, &turn).await?;
    let may_set = visitor.scope::<ManageGoals>().is_ok();
    Ok(Page::new("Goals", move || content(listing, this, may_set, asked.q)))
}

fn content(listing: Listing, this: Month, may_set: bool, q: String) -> impl IntoView {
    let month = listing.month;
    let copy = (may_set && listing.to_copy > 0).then(|| copy(month, listing.to_copy));
    let counted = format!(
        "{} of {} accounts have a goal.",
        Figure::Count(listing.goals),
        Figure::Count(listing.accounts)
    );
    let agency = agency(listing.agency, month, may_set);
    let rule = rule(listing.weighed);
    let found = accounts(listing, may_set, !q.is_empty());
    view! {
        <PageHeader title="Goals" sub=format!("Net earnings of {month}, in whole UTC days.")>{copy}</PageHeader>
        <AnalyticsTabs/>
        {months(month, this)}
        <LiveRegion name="agency-goal">{agency}</LiveRegion>
        <Filters keep=&["month"]>
            <Field name="q" label="Find an account" kind="search" value=q required=false maxlength=100/>
        </Filters>
        <p class="muted small">{counted}</p>
        <LiveRegion name="goals" class="stack">{found}</LiveRegion>
        {rule}
    }
}

fn months(month: Month, this: Month) -> impl IntoView {
    let here = Address::here().without(&["month", "before", "after"]);
    let mut shown = vec![month.previous(), month, month.next()];
    if !shown.contains(&this) {
        shown.push(this);
        shown.sort();
    }
    let links = shown.into_iter().map(|it| {
        let href = here.clone().with("month", it.name()).to_string();
        view! { <a href=href aria-current=(it == month).then_some("true")>{it.to_string()}</a> }
    });
    view! { <div class="row"><nav class="segments" aria-label="Month">{links.collect_view()}</nav></div> }
}

fn copy(month: Month, goals: usize) -> impl IntoView {
    let words = match goals {
        1 => format!("Copy the goal of {}", month.previous()),
        n => format!("Copy {n} goals of {}", month.previous()),
    };
    view! {
        <Form action=CopyGoals::PATH class="inline">
            <Hidden name="month" value=month.name()/>
            <button class="button secondary">{words}</button>
        </Form>
    }
}

fn href(month: Month, account: Option<&Listed>) -> String {
    let account = account.map(|it| format!("&account={}", it.id)).unwrap_or_default();
    format!("/analytics/goals/set?month={}{account}", month.name())
}

fn agency(standing: Option<Standing>, month: Month, may_set: bool) -> impl IntoView {
    let words = if standing.is_some() { "Change" } else { "Set a goal" };
    let button = may_set.then(|| {
        view! { <a class="button secondary small" href=href(month, None)>{words}<span class="visually-hidden">" of the agency"</span></a> }
    });
    let body = match standing {
        None => {
            view! { <p class="muted">"The agency has no goal for this month. With one, the dashboard shows whether you are on the way there."</p> }
                .into_any()
        }
        Some(it) => view! {
            <dl class="stats">
                <div class="stat"><dt class="stat-label">"Earned"</dt><dd class="stat-value"><a class="opens" href=earned(month, it.earned, None)>{it.earned.to_string()}</a></dd>
                    <dd class="change">{it.percent()}" % of "{it.goal.to_string()}</dd></div>
                <div class="stat"><dt class="stat-label">"Pace"</dt><dd class="stat-value"><Paced pace=it.pace/></dd>
                    <dd class="change">"Against the days that are over"</dd></div>
                <div class="stat"><dt class="stat-label">"Heading for"</dt><dd class="stat-value">{projected(&it)}</dd>
                    <dd class="change">"At the end of "{month.to_string()}</dd></div>
            </dl>
            <Bar standing=it label="The agency's goal"/>
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="agency-goal">
            <div class="card-header"><h2 id="agency-goal">"The agency"</h2>{button}</div>
            <div class="card-body stack">{body}</div>
        </section>
    }
}

fn projected(standing: &Standing) -> String {
    match standing.pace {
        Pace::Missed(_) => "—".to_owned(),
        _ => standing.projected.map_or_else(|| "—".to_owned(), |money| money.to_string()),
    }
}

fn accounts(listing: Listing, may_set: bool, filtered: bool) -> AnyView {
    let month = listing.month;
    if listing.page.rows.is_empty() {
        let (title, text) = if filtered {
            ("No account is called that", "Try a part of its name or handle.")
        } else {
            ("No accounts yet", "Connect a creator's account, and give it a goal here.")
        };
        return view! { <Empty icon="target" title text/> }.into_any();
    }
    let shown = format!("{} shown", listing.page.rows.len());
    let (before, after) = (listing.page.before, listing.page.after);
    let rows = listing.page.rows.into_iter().map(|it| row(it, month, may_set)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Goals of accounts">
                <table class="table stacked goals">
                    <thead>
                        <tr>
                            <th scope="col">"Account"</th>
                            <th scope="col" class="num">"Earned"</th>
                            <th scope="col" class="num">"Goal"</th>
                            <th scope="col">"Progress"</th>
                            <th scope="col" class="num">"Heading for"</th>
                            <th scope="col"><span class="visually-hidden">"What to do"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before after words=("Back", "Further")/>
    }
    .into_any()
}

fn row(account: Listed, month: Month, may_set: bool) -> impl IntoView {
    let (link, name) = (href(month, Some(&account)), account.name.clone());
    let sub = format!("@{} on {}", account.handle, account.platform);
    let words = if account.standing.is_some() { "Change" } else { "Set a goal" };
    let made_of = earned(month, account.earned, Some(account.id));
    let action = may_set.then(|| {
        view! { <a class="button quiet small" href=link>{words}<span class="visually-hidden">" of "{name.clone()}</span></a> }
    });
    let (goal, progress, heading) = match account.standing {
        Some(it) => (
            it.goal.to_string(),
            view! {
                <Bar standing=it label=account.name.clone()/>
                <span class="small">{it.percent()}" % · "<Paced pace=it.pace/></span>
            }
            .into_any(),
            projected(&it),
        ),
        None => {
            ("—".to_owned(), view! { <span class="faint small">"No goal"</span> }.into_any(), "—".to_owned())
        }
    };
    view! {
        <tr>
            <th scope="row"><a href=format!("/accounts/{}", account.id)><Who name=account.name sub=sub/></a></th>
            <td class="num" data-label="Earned"><a class="opens" href=made_of>{account.earned.to_string()}</a></td>
            <td class="num" data-label="Goal">{goal}</td>
            <td data-label="Progress"><div class="stack tight">{progress}</div></td>
            <td class="num" data-label="Heading for">{heading}</td>
            <td class="end">{action}</td>
        </tr>
    }
}

/// The rule of pace, on the page.
fn rule(weighed: bool) -> impl IntoView {
    let by = if weighed {
        "A day's share is by weekday, as the agency's weekdays earned in the eight weeks before the month: where weekends earn more, they are expected to bring more."
    } else {
        "Every day has the same share of the month. When there are eight whole weeks of history, days are weighed by weekday instead."
    };
    view! {
        <details class="disclosure">
            <summary>"How pace is told"</summary>
            <p>"Pace is what the days that are over brought, against their share of the goal. Today counts as earned, but not for the pace, because it is not over. "{by}</p>
            <p>"Heading for is what the month ends with if the remaining days do as well, against their share, as those that are over. Within 2 % of the share a goal is on pace. Only earnings in the goal's own currency count; nothing is converted. Refunds lower what was earned."</p>
        </details>
    }
}
