//! `/accounts/{account}/team`: who works on an account, and who did on a day.

use super::super::assignments::{self, AccountTeam};
use super::super::policy::AssignAccounts;
use super::super::server_fns::{AssignChatters, UnassignChatters};
use super::super::types::Span;
use super::Spans;
use crate::accounts::pages::{Rights, Top};
use crate::auth::{Member, Visitor};
use crate::clock::day_begins;
use crate::error::Result;
use crate::ids::AccountId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Choices, Empty, Field, Filters, Form, Hidden, Offer, Submit, TimeShape};
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    on: String,
}

/// `GET /accounts/{account}/team`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn account(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let scope = visitor.scope::<AssignAccounts>()?;
    let (zone, rights) = (visitor.member().and_then(Member::zone), Rights::of(&visitor));
    let day = asked.on.parse::<NaiveDate>().ok();
    let span = day.and_then(|day| span_of(day, zone));
    let team = assignments::of_account(&app.db, &scope, id, span).await?;
    let title = format!("Team of {}", team.account.name);
    let view = move || {
        let AccountTeam { account, spans, free } = team;
        let body = match day {
            Some(day) => on_a_day(day, spans, zone).into_any(),
            None => now(id, spans, free, zone).into_any(),
        };
        view! { <Top account zone rights/>{body} }
    };
    Ok(Page::new(title, view))
}

/// The day as the agency counts it, from midnight to midnight.
fn span_of(day: NaiveDate, zone: Option<Tz>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let zone = zone.unwrap_or(Tz::UTC);
    Some((day_begins(day, zone), day_begins(day.checked_add_days(Days::new(1))?, zone)))
}

fn who(span: &Span) -> AnyView {
    span.name.clone().into_any()
}

fn day_filter(on: String) -> impl IntoView {
    view! {
        <Filters><Field name="on" label="Who worked on it on" kind="date" value=on required=false/></Filters>
    }
}

fn on_a_day(day: NaiveDate, spans: Vec<Span>, zone: Option<Tz>) -> impl IntoView {
    let words = day.format("%-d %b %Y").to_string();
    let body = if spans.is_empty() {
        let title = format!("Nobody was assigned on {words}");
        view! { <Empty icon="creators" title=title text="Choose another day, or clear it to see who is assigned now."/> }
            .into_any()
    } else {
        view! { <Spans title=format!("Assigned on {words}") head="Chatter" spans zone name=who/> }.into_any()
    };
    view! { {day_filter(day.to_string())}{body} }
}

fn now(
    id: AccountId,
    spans: Vec<Span>,
    free: Vec<(crate::ids::UserId, String, String)>,
    zone: Option<Tz>,
) -> impl IntoView {
    let (current, before): (Vec<_>, Vec<_>) = spans.into_iter().partition(|span| span.ended_at.is_none());
    let current = if current.is_empty() {
        view! { <p class="muted">"No chatter works on this account. Owners and managers see it all the same."</p> }.into_any()
    } else {
        let offers = current.into_iter().map(move |span| Offer {
            value: span.user.to_string(),
            title: span.name,
            hint: Some(format!("since {}", crate::ui::time_words(span.started_at, zone, TimeShape::Full))),
            ..Offer::default()
        });
        view! {
            <Form action=UnassignChatters::PATH>
                <Hidden name="account" value=id.to_string()/>
                <Choices name="chatters[]" legend="Chatters" offers=offers.collect() several=true/>
                <Submit words="Take off the chosen" class="button secondary"/>
            </Form>
        }
        .into_any()
    };
    let add = if free.is_empty() {
        view! { <p class="muted">"No other chatters. "<a href="/team/invite">"Invite one"</a></p> }.into_any()
    } else {
        let offers = free.into_iter().map(|(user, name, email)| Offer {
            value: user.to_string(),
            title: name,
            hint: Some(email),
            ..Offer::default()
        });
        view! {
            <Form action=AssignChatters::PATH>
                <Hidden name="account" value=id.to_string()/>
                <Choices name="chatters[]" legend="Chatters" offers=offers.collect() several=true/>
                <Submit words="Assign the chosen"/>
            </Form>
        }
        .into_any()
    };
    view! {
        <div class="grid-2">
            <section class="card" aria-labelledby="assigned">
                <div class="card-header"><h2 id="assigned">"Works on it"</h2></div>
                <div class="card-body">{current}</div>
            </section>
            <section class="card" aria-labelledby="others">
                <div class="card-header"><h2 id="others">"Others"</h2></div>
                <div class="card-body">{add}</div>
            </section>
        </div>
        {day_filter(String::new())}
        {(!before.is_empty()).then(|| view! { <Spans title="Worked on it before" head="Chatter" spans=before zone name=who/> })}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn a_day_is_the_agencys_own_also_when_clocks_change() {
        let hours = |day: &str, zone| {
            let (from, to) = span_of(day.parse().unwrap(), zone).unwrap();
            (from.to_rfc3339(), (to - from).num_hours())
        };
        assert_eq!(hours("2026-05-03", None), ("2026-05-03T00:00:00+00:00".to_owned(), 24));
        assert_eq!(
            hours("2026-03-29", Some(Tz::Europe__Berlin)),
            ("2026-03-28T23:00:00+00:00".to_owned(), 23)
        );
        assert_eq!(
            hours("2026-10-25", Some(Tz::Europe__Berlin)),
            ("2026-10-24T22:00:00+00:00".to_owned(), 25)
        );
        // Where the day itself begins an hour late.
        assert_eq!(hours("2026-04-24", Some(Tz::Africa__Cairo)).1, 23);
    }
}
