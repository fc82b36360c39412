//! `/alerts`: what somebody should know, with its evidence.

mod bell;
mod notifications;
mod watched;

pub use bell::BellMenu;
pub use notifications::notifications;

use super::policy::{ManageAlerts, ViewAlerts};
use super::server_fns::{ReadAlert, ReadAllAlerts};
use super::types::{Alert, Filter, Kind, Rules};
use super::{rules, service};
use crate::auth::Visitor;
use crate::error::Result;
use crate::keyset::{Page as Rows, Turn};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Address, Empty, Filters, Form, Hidden, Icon, LiveRegion, PageHeader, Select, Time, TimeShape, Turns,
};
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
    state: String,
    kind: String,
    after: Option<String>,
    before: Option<String>,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter { ended: self.state == "ended", kind: Kind::parse(&self.kind) }
    }
}

/// Everything that the page shows.
struct Shown {
    filter: Filter,
    alerts: Rows<Alert>,
    counts: Vec<(Kind, i64)>,
    rules: Rules,
    may_manage: bool,
    zone: Option<Tz>,
    now: DateTime<Utc>,
}

/// `GET /alerts`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn alerts(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<ViewAlerts>()?;
    let (filter, now) = (asked.filter(), app.db.now());
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let (alerts, counts) = service::list(&app.db, &scope, filter, &turn).await?;
    let rules = rules::rules(&app.db, &scope).await?;
    let may_manage = visitor.scope::<ManageAlerts>().is_ok();
    let zone = scope.member().zone();
    let shown = Shown { filter, alerts, counts, rules, may_manage, zone, now };
    Ok(Page::new("Alerts", move || content(shown)))
}

fn content(shown: Shown) -> impl IntoView {
    let Shown { filter, alerts, counts, rules, may_manage, zone, now } = shown;
    let going_on: i64 = counts.iter().map(|(_, count)| count).sum();
    let shown_words = format!("{} shown", alerts.rows.len());
    let (before, after) = (alerts.before, alerts.after);
    let list = if alerts.rows.is_empty() {
        empty(filter).into_any()
    } else {
        let rows = alerts.rows.into_iter().map(|alert| row(alert, zone)).collect_view();
        view! { <ul class="card list alerts" aria-label="Alerts">{rows}</ul> }.into_any()
    };
    let read_all = (!filter.ended && going_on > 0).then(|| read_all(now));
    view! {
        <PageHeader title="Alerts" sub="What somebody should look at. Each ends by itself when its cause is gone.">
            {read_all}
            <a class="button secondary" href="/settings/notifications">"Have them mailed"</a>
        </PageHeader>
        <LiveRegion name="states">{states(filter, going_on)}</LiveRegion>
        <Filters keep=&["state"]>{kinds(filter, &counts)}</Filters>
        <LiveRegion name="alerts" class="stack">
            {list}
            <Turns shown=shown_words before after/>
        </LiveRegion>
        {watched::watched(rules, may_manage)}
    }
}

fn read_all(now: DateTime<Utc>) -> impl IntoView {
    view! {
        <Form action=ReadAllAlerts::PATH class="inline">
            <Hidden name="until" value=now.to_rfc3339()/>
            <button class="button secondary">"Mark all as read"</button>
        </Form>
    }
}

/// What goes on, or what is over.
fn states(filter: Filter, going_on: i64) -> impl IntoView {
    let here = Address::here().without(&["state", "before", "after"]);
    let (open, ended) = (here.to_string(), here.with("state", "ended").to_string());
    let count = (going_on > 0).then(|| view! { " "<span class="count">{going_on}</span> });
    view! {
        <nav class="segments" aria-label="Which alerts">
            <a href=open aria-current=(!filter.ended).then_some("true")>"Going on"{count}</a>
            <a href=ended aria-current=filter.ended.then_some("true")>"Over"</a>
        </nav>
    }
}

fn kinds(filter: Filter, counts: &[(Kind, i64)]) -> impl IntoView + use<> {
    let of = |kind: Kind| counts.iter().find(|it| it.0 == kind).map(|it| it.1).filter(|_| !filter.ended);
    let words =
        |kind: Kind| of(kind).map_or_else(|| kind.words().to_owned(), |n| format!("{} ({n})", kind.words()));
    let all = [(String::new(), "All".to_owned())];
    let options =
        all.into_iter().chain(Kind::ALL.map(|kind| (kind.as_str().to_owned(), words(kind)))).collect();
    let value = filter.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default();
    view! { <Select name="kind" label="About" options value/> }
}

fn empty(filter: Filter) -> impl IntoView {
    match (filter.kind, filter.ended) {
        (Some(kind), false) => {
            view! { <Empty icon="good" title=format!("{}: nothing now", kind.words()) text=kind.rule()/> }
        }
        (Some(kind), true) => {
            view! { <Empty icon="bell" title=format!("{}: nothing yet", kind.words()) text=kind.rule()/> }
        }
        (None, false) => {
            view! { <Empty icon="good" title="Nothing to look at" text="When something needs you, it stands here and in the bell. What is watched is told below."/> }
        }
        (None, true) => {
            view! { <Empty icon="bell" title="Nothing is over yet" text="Alerts come here when their cause is gone."/> }
        }
    }
}

/// What kind of icon stands before it.
fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::EarningsBelow | Kind::RenewalsFalling => "chart",
        Kind::ConnectionBroken => "unlink",
        Kind::LargeRefund => "money",
        Kind::RollupsDiffer => "warn",
    }
}

fn row(alert: Alert, zone: Option<Tz>) -> impl IntoView {
    let (kind, title, unread) =
        (alert.evidence.kind(), alert.title(), !alert.read && alert.ended_at.is_none());
    let links = alert.links().into_iter().map(|(href, words)| {
        let label = format!("{words}: {title}");
        view! { <a href=href aria-label=label>{words}</a> }
    });
    let links = links.collect_view();
    let ended =
        alert.ended_at.map(|at| view! { ", over since "<Time at=at zone=zone shape=TimeShape::Brief/> });
    let id = alert.id;
    let read = unread.then(|| {
        let label = format!("Mark as read: {title}");
        view! {
            <Form action=ReadAlert::PATH class="inline" id=format!("read-{id}")>
                <Hidden name="alert" value=id.to_string()/>
                <button class="button quiet small" aria-label=label>"Mark as read"</button>
            </Form>
        }
    });
    view! {
        <li id=format!("alert-{id}")>
            <Icon name=icon(kind)/>
            <div class="grow">
                <h2>{title.clone()}{unread.then(|| view! { " "<span class="badge accent">"New"</span> })}</h2>
                <p>{alert.text()}</p>
                <p class="faint small">{kind.words()}", since "<Time at=alert.raised_at zone=zone shape=TimeShape::Brief/>{ended}</p>
                <div class="row small">{links}</div>
            </div>
            <div class="end">{read}</div>
        </li>
    }
}
