//! `/accounts`: every account, how it does and how it is.

use super::{ListTabs, zone};
use crate::accounts::policy::{ManageAccounts, ViewAccounts};
use crate::accounts::service::{self, Listing};
use crate::accounts::types::{Belongs, Filter, HEALTHS, Listed, Sort, Whose};
use crate::auth::Visitor;
use crate::connections::policy::{ConnectAccounts, ViewConnections};
use crate::creators::policy::ViewCreators;
use crate::earnings::policy::ViewEarnings;
use crate::error::Result;
use crate::keyset::Turn;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Amount, Change, Compared, Empty, Field, Figure, Filters, HealthBadge, LiveRegion, PageHeader, Select,
    Sparkline, Time, TimeShape, Turns, Who, health_words,
};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    health: String,
    creator: String,
    tag: String,
    sort: String,
    after: Option<String>,
    before: Option<String>,
}

impl Asked {
    fn filter(&self) -> Filter {
        let words = self.q.trim();
        Filter {
            words: (!words.is_empty()).then(|| words.to_lowercase()),
            health: HEALTHS.into_iter().find(|health| *health == self.health),
            whose: Whose::parse(&self.creator),
            tag: Some(self.tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()),
            sort: Sort::parse(&self.sort),
        }
    }
}

/// `GET /accounts`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let scope = visitor.scope::<ViewAccounts>()?;
    let (mut filter, turn) = (asked.filter(), Turn::parse(asked.after.as_deref(), asked.before.as_deref()));
    let sees_earnings = visitor.scope::<ViewEarnings>().is_ok();
    if !sees_earnings && filter.sort == Sort::Net {
        filter.sort = Sort::default();
    }
    let manages = visitor.scope::<ManageAccounts>().is_ok();
    filter.tag = filter.tag.filter(|_| manages);
    let listing = service::list(&app.db, &scope, &filter, &turn).await?;
    if listing.page.rows.is_empty() && turn != Turn::First {
        return Ok(Redirect::to("/accounts").into_response());
    }
    let shown = Shown {
        may_connect: visitor.scope::<ConnectAccounts>().is_ok(),
        connections: visitor.scope::<ViewConnections>().is_ok(),
        creators: visitor.scope::<ViewCreators>().is_ok(),
        earnings: sees_earnings,
        tags: manages,
        zone: zone(&visitor),
    };
    Ok(Page::new("Accounts", move || content(listing, filter, asked.q, shown)).into_response())
}

/// What the visitor may and sees.
#[derive(Clone, Copy)]
struct Shown {
    may_connect: bool,
    connections: bool,
    creators: bool,
    earnings: bool,
    tags: bool,
    zone: Option<Tz>,
}

fn content(listing: Listing, filter: Filter, q: String, shown: Shown) -> impl IntoView {
    let none = listing.page.rows.is_empty() && !filter.narrows();
    let connect = (shown.may_connect && !none).then(|| {
        view! {
            <a class="button secondary" href="/statements">"Statements"</a>
            <a class="button primary" href="/connections/new">"Connect an account"</a>
        }
    });
    let body = if none {
        nothing_yet(shown).into_any()
    } else {
        let filters = filters(&filter, q, listing.creators, listing.tags, shown);
        let table = table(listing.page, listing.matched, shown);
        view! { {filters}<LiveRegion name="accounts" class="stack">{table}</LiveRegion> }.into_any()
    };
    view! {
        <PageHeader title="Accounts">{connect}</PageHeader>
        {shown.connections.then(|| view! { <ListTabs/> })}
        {body}
    }
}

fn nothing_yet(shown: Shown) -> impl IntoView {
    if !shown.may_connect {
        let text = "As soon as an account is yours to see, it appears here. Ask an owner or manager if you expected one.";
        return view! { <Empty icon="accounts" title="No accounts yet" text/> }.into_any();
    }
    view! {
        <Empty icon="accounts" title="No accounts yet"
            text="Connect a creator's account and its figures appear here within a minute, the newest first.">
            <a class="button primary" href="/connections/new">"Connect an account"</a>
            <a class="button secondary" href="/statements">"Import a statement"</a>
        </Empty>
    }
    .into_any()
}

fn filters(
    filter: &Filter,
    q: String,
    creators: Vec<Belongs>,
    tags: Vec<String>,
    shown: Shown,
) -> impl IntoView + use<> {
    let health = HEALTHS.map(|health| (health.to_owned(), health_words(health).1.to_owned()));
    let health = [(String::new(), "Any".to_owned())].into_iter().chain(health).collect();
    let nobody = ("none".to_owned(), "Without a creator".to_owned());
    let of = creators.into_iter().map(|creator| (creator.id.to_string(), creator.name));
    let of = [(String::new(), "Everybody".to_owned()), nobody].into_iter().chain(of).collect();
    let sorts = Sort::ALL.into_iter().filter(|sort| shown.earnings || *sort != Sort::Net);
    let sorts = sorts.map(|sort| (sort.name().to_owned(), sort.words().to_owned())).collect();
    let whose = match filter.whose {
        Whose::All => String::new(),
        Whose::Nobody => "none".to_owned(),
        Whose::Creator(id) => id.to_string(),
    };
    let tag = filter.tag.clone().unwrap_or_default();
    let tags = (!tags.is_empty() || filter.tag.is_some()).then(|| {
        let tags = tags.into_iter().map(|tag| (tag.clone(), tag));
        let options = [(String::new(), "Any".to_owned())].into_iter().chain(tags).collect();
        view! { <Select name="tag" label="Tag" options value=tag/> }
    });
    let (health_chosen, sort) = (filter.health.unwrap_or_default(), filter.sort.name());
    view! {
        <Filters>
            <Field name="q" label="Name or handle" kind="search" value=q required=false maxlength=100/>
            <Select name="health" label="Connection" options=health value=health_chosen/>
            <Select name="creator" label="Creator" options=of value=whose/>
            {tags}
            <Select name="sort" label="Order" options=sorts value=sort/>
        </Filters>
    }
}

fn table(page: crate::keyset::Page<Listed>, matched: i64, shown: Shown) -> impl IntoView {
    if page.rows.is_empty() {
        return view! {
            <Empty icon="search" title="No account fits" text="Take a filter away, or look for another part of the name.">
                <a class="button secondary" href="/accounts">"Show all accounts"</a>
            </Empty>
        }
        .into_any();
    }
    let words = format!("{} of {} shown", page.rows.len(), Figure::Count(matched));
    let Shown { earnings, creators, tags, zone, .. } = shown;
    let rows = page
        .rows
        .into_iter()
        .map(|account| view! { <Row account zone earnings tags linked=creators/> })
        .collect_view();
    view! {
        <AccountTable earnings>{rows}</AccountTable>
        <Turns shown=words before=page.before after=page.after words=("Previous", "Next")/>
    }
    .into_any()
}

/// The table around [`Row`]s.
#[component]
pub fn AccountTable(
    /// Whether it stands on a creator's page, where whose they are goes without saying.
    #[prop(optional)]
    of_creator: bool,
    /// Whether what they earn is shown.
    #[prop(default = true)]
    earnings: bool,
    children: Children,
) -> impl IntoView {
    let creator = (!of_creator).then(|| view! { <th scope="col" class="wide-only">"Creator"</th> });
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Accounts">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Account"</th>
                            {creator}
                            <th scope="col">"Connection"</th>
                            <th scope="col" class="wide-only wider-only">"Last sync"</th>
                            <th scope="col" class="num wide-only">"Subscribers"</th>
                            {earnings.then(|| view! {
                                <th scope="col" class="wide-only wider-only">"Trend"</th>
                                <th scope="col" class="num">"Net, 30 days"</th>
                            })}
                        </tr>
                    </thead>
                    <tbody>{children()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// One account of the table.
#[component]
pub fn Row(
    account: Listed,
    zone: Option<Tz>,
    #[prop(optional)] of_creator: bool,
    #[prop(default = true)] earnings: bool,
    /// Whether its tags are shown.
    #[prop(optional)]
    tags: bool,
    /// Whether whose it is can be opened.
    #[prop(default = true)]
    linked: bool,
) -> impl IntoView {
    let sub = account.platform.place(&account.handle);
    let creator = (!of_creator).then(|| {
        let link = account.creator.map(|it| {
            let path = format!("/creators/{}", it.id);
            if linked { view! { <a href=path>{it.name}</a> }.into_any() } else { it.name.into_any() }
        });
        view! { <td class="wide-only">{link}</td> }
    });
    let tags =
        account.tags.into_iter().filter(|_| tags).map(|tag| view! { <span class="badge">{tag}</span>" " });
    let tags = tags.collect_view();
    let synced = account.synced_at.map(|at| view! { <Time at zone=zone shape=TimeShape::Brief/> });
    let subscribers = account.subscribers.map_or_else(|| "—".to_owned(), |it| Figure::Count(it).to_string());
    // When it was connected is told by the day; when it broke, by the minute.
    let shape = if account.health.state == "connected" { TimeShape::Day } else { TimeShape::Brief };
    let since = view! { <Time at=account.health.since zone=zone shape=shape/> };
    view! {
        <tr>
            <th scope="row"><a href=format!("/accounts/{}", account.id)><Who name=account.name sub=sub/></a>{tags}</th>
            {creator}
            <td>
                <div class="stack tight">
                    <HealthBadge health=account.health.state/>
                    <span class="faint small">"since "{since}</span>
                </div>
            </td>
            <td class="wide-only wider-only"><span class="small">{synced}</span></td>
            <td class="num wide-only">{subscribers}</td>
            {earnings.then(|| view! {
                <td class="wide-only wider-only"><Sparkline values=account.days/></td>
                <td class="num"><Net figures=account.net/></td>
            })}
        </tr>
    }
}

/// Sums in a table cell, one below the other, each with how it stands against the one before.
#[component]
pub fn Net(figures: Vec<Compared>) -> impl IntoView {
    if figures.is_empty() {
        return view! { <span class="faint">"—"</span> }.into_any();
    }
    let lines = figures.into_iter().map(|compared| {
        let amount = match compared.current {
            Figure::Money(money) => view! { <Amount money/> }.into_any(),
            Figure::Count(_) => compared.current.to_string().into_any(),
        };
        view! { <div>{amount}</div><div class="small"><Change compared brief=true/></div> }
    });
    lines.collect_view().into_any()
}
