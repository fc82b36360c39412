//! A creator's first page: what the agency asks of her, her accounts, what they earned, and how they are connected.

use super::{Plain, top};
use crate::accounts::Listed;
use crate::auth::{Member, Visitor};
use crate::connections::Health;
use crate::connections::server_fns::ConnectOwnAccount;
use crate::earnings::policy::ViewEarnings;
use crate::error::Result;
use crate::home::service;
use crate::home::types::{Own, Task, together};
use crate::money::Currency;
use crate::platform::PlatformKind;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Empty, Figure, Form, HealthBadge, Hidden, Icon, LiveRegion, Stat, Stats, TimeShape, time_words,
};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What the page depends on besides her accounts.
struct Shown {
    agency: String,
    zone: Option<Tz>,
    currency: Currency,
    /// Where she can connect an account.
    platforms: Vec<PlatformKind>,
}

/// What `member` begins with.
pub async fn page(app: &App, visitor: &Visitor, member: &Member) -> Result<Page> {
    let own = service::own(&app.db, &visitor.scope::<ViewEarnings>()?).await?;
    let shown = Shown {
        agency: member.agency_name().to_owned(),
        zone: member.zone(),
        currency: member.currency(),
        platforms: app.platforms.iter().map(|client| client.platform().kind).collect(),
    };
    let top = top(member, app.db.now());
    Ok(Page::new("Home", move || view! { {top}{content(own, &shown)} }))
}

fn content(own: Own, shown: &Shown) -> impl IntoView + use<> {
    let asked = asked(&own.tasks(), shown);
    let all = own.accounts.len() > 1 && i64::try_from(own.accounts.len()) == Ok(own.count);
    let total = all.then(|| total(&own.accounts, shown));
    let accounts = if own.accounts.is_empty() {
        nothing_yet(&own, shown).into_any()
    } else {
        own.accounts.into_iter().map(|account| one(account, shown)).collect_view().into_any()
    };
    view! {
        <LiveRegion name="asked" class="stack">{asked}</LiveRegion>
        <LiveRegion name="total" class="stack">{total}</LiveRegion>
        <LiveRegion name="accounts" class="stack">{accounts}</LiveRegion>
    }
}

// ------------------------------------------------------- what she is asked

fn asked(tasks: &[Task], shown: &Shown) -> impl IntoView + use<> {
    let title = format!("What {} asks of you", shown.agency);
    let lines = tasks.iter().map(|task| line(task, shown)).collect_view();
    let body = if tasks.is_empty() {
        view! { <div class="card-body"><p class="row"><Icon name="good"/><span>"Nothing to do."</span></p></div> }.into_any()
    } else {
        view! { <ul class="list">{lines}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="asked">
            <div class="card-header"><h2 id="asked">{title}</h2></div>
            {body}
        </section>
    }
}

fn line(task: &Task, shown: &Shown) -> impl IntoView + use<> {
    let (title, text, actions) = match task {
        Task::ConnectFirst => {
            let text = format!(
                "{} then sees what it earns and who subscribes. You allow it on the platform's own page; your password stays with you.",
                shown.agency
            );
            ("Connect your first account".to_owned(), text, connect(&shown.platforms).into_any())
        }
        Task::Reconnect { account, platform, since } => {
            let name = platform.name();
            let since = time_words(*since, shown.zone, TimeShape::Brief);
            let text = format!(
                "{name} ended the permission on {since}. Nothing new arrives until you allow it again; everything seen so far is kept."
            );
            let label = format!("Reconnect {account}");
            (
                format!("Reconnect {account} on {name}"),
                text,
                again(*platform, "Reconnect", "button primary small", label).into_any(),
            )
        }
    };
    view! {
        <li>
            <div class="grow"><span class="strong">{title}</span><span class="small">{text}</span></div>
            <div class="end">{actions}</div>
        </li>
    }
}

/// One button per platform.
fn connect(platforms: &[PlatformKind]) -> impl IntoView + use<> {
    let one = |platform: &PlatformKind| {
        let words = format!("Connect {}", platform.name());
        again(*platform, words.clone(), "button primary small", words)
    };
    platforms.iter().map(one).collect_view()
}

/// A button that leads to the page on which she allows it.
fn again(
    platform: PlatformKind,
    words: impl Into<String>,
    class: &'static str,
    label: String,
) -> impl IntoView {
    let words = words.into();
    view! {
        <Form action=ConnectOwnAccount::PATH class="inline">
            <Hidden name="platform" value=platform.as_str()/>
            <button class=class aria-label=label>{words}</button>
        </Form>
    }
}

// ------------------------------------------------------- her accounts

fn nothing_yet(own: &Own, shown: &Shown) -> impl IntoView + use<> {
    let (title, text) = match own.creator {
        Some(_) => (
            "No accounts yet",
            "What your account earns appears here within a minute of connecting it, the newest first."
                .to_owned(),
        ),
        None => (
            "You are not linked to your accounts yet",
            format!(
                "{} has not said which creator you are. Ask an owner or manager to choose you as one, on your page under Team.",
                shown.agency
            ),
        ),
    };
    view! { <Empty icon="accounts" title text/> }
}

fn total(accounts: &[Listed], shown: &Shown) -> impl IntoView + use<> {
    let all = |of: fn(&Listed) -> &[crate::ui::Compared]| {
        together(&accounts.iter().map(of).collect::<Vec<_>>(), shown.currency)
    };
    let (today, month) = (all(|it| &it.today), all(|it| &it.net));
    view! {
        <div class="section-header"><h2>"All your accounts"</h2></div>
        <Stats>
            <Stat label="Net, today" figures=today note=TODAY/>
            <Stat label="Net, 30 days" figures=month note=MONTH/>
        </Stats>
    }
}

const TODAY: &str = "So far, compared with all of yesterday";
const MONTH: &str = "After the platform's fee, compared with the 30 days before";

fn one(account: Listed, shown: &Shown) -> impl IntoView + use<> {
    let path = format!("/accounts/{}", account.id);
    let id = format!("account-{}", account.id);
    let label = id.clone();
    let place = account.platform.place(&account.handle);
    let subscribers = account.subscribers.map_or_else(|| "—".to_owned(), |it| Figure::Count(it).to_string());
    let read = match account.synced_at {
        Some(at) => format!("As of {}", time_words(at, shown.zone, TimeShape::Brief)),
        None => "Still being read".to_owned(),
    };
    let todo = what_to_do(&account);
    let end = ending(&account, &path);
    view! {
        <section class="stack" aria-labelledby=label>
            <div class="section-header">
                <div><h2 id=id><a href=path.clone()>{account.name}</a></h2><span class="faint small">{place}</span></div>
                <HealthBadge health=account.health.state since=account.health.since zone=shown.zone/>
            </div>
            {todo.map(|todo| view! { <p class="small">{todo}</p> })}
            <Stats>
                <Stat label="Net, today" figures=account.today note=TODAY/>
                <Stat label="Net, 30 days" figures=account.net note=MONTH/>
                <Plain label="Active subscribers" value=subscribers note=read/>
            </Stats>
            <div class="row small">
                <a href=path.clone()>"All figures"</a>
                <a href=format!("{path}/earnings")>"Earnings"</a>
                <a href=format!("{path}/subscribers")>"Subscribers"</a>
                {end}
            </div>
        </section>
    }
}

/// What she, or nobody, has to do about the connection.
fn what_to_do(account: &Listed) -> Option<String> {
    let health = match account.health.state.as_str() {
        "rate_limited" => Health::RateLimited,
        "platform_down" => Health::PlatformDown,
        // Losing the permission is a task of its own.
        "disconnected" => return Some("What you see is what we last knew.".to_owned()),
        _ => return None,
    };
    health.what_to_do(account.platform)
}

/// Ending the connection, or giving the permission again after it was ended.
fn ending(account: &Listed, path: &str) -> impl IntoView + use<> {
    if account.health.state == "disconnected" {
        let label = format!("Connect again: {}", account.name);
        return again(account.platform, "Connect again", "button secondary small", label).into_any();
    }
    let label = format!("Disconnect {}", account.name);
    view! { <a href=format!("{path}/disconnect") aria-label=label>"Disconnect"</a> }.into_any()
}
