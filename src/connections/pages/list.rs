//! `/connections`: every connection, how it is and since when, what to do, and the links that are still open.

use crate::auth::{Permission, Visitor};
use crate::connections::policy::{ConnectAccounts, ManageConnectLinks, ViewConnections};
use crate::connections::server_fns::{Reconnect, RemoveConnection, RevokeConnectLink};
use crate::connections::{Connection, Health, OpenLink, list_open};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Check, CopyButton, Empty, Form, HealthBadge, Hidden, Link, LiveRegion, PageHeader, Tabs, Time, TimeShape,
    Who,
};
use axum::extract::State;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What the person who looks may do.
#[derive(Clone, Copy)]
struct May {
    connect: bool,
    link: bool,
}

/// `GET /connections`
pub async fn list(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ViewConnections>()?;
    let connections = crate::connections::list(&app.db, &scope).await?;
    let links = list_open(&app.db, &scope).await?;
    let role = scope.member().role();
    let may = May {
        connect: ConnectAccounts::INFO.roles.contains(&role),
        link: ManageConnectLinks::INFO.roles.contains(&role),
    };
    let made = visitor.flash.as_ref().and_then(|flash| flash.secret.clone());
    let view = move || {
        let tabs = vec![Link::new("/accounts", "Accounts"), Link::new("/connections", "Connections")];
        view! {
            <PageHeader title="Connections" sub="The permissions that creators gave, and how they are">
                {may.connect.then(|| view! { <a class="button primary" href="/connections/new">"Connect an account"</a> })}
            </PageHeader>
            <Tabs label="Accounts" links=tabs/>
            {made.map(|address| view! { <MadeLink address/> })}
            <LiveRegion name="connections" class="stack">
                {if connections.is_empty() { nothing(may).into_any() } else { all(connections, may).into_any() }}
                {(!links.is_empty()).then(|| view! { <OpenLinks links may/> })}
            </LiveRegion>
        }
    };
    Ok(Page::new("Connections", view))
}

/// A link that was just made: its token is kept nowhere, so this is the only time it is shown.
#[component]
fn MadeLink(address: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="made">
            <div class="card-header"><h2 id="made">"Send this link to the creator"</h2></div>
            <div class="card-body stack">
                <div class="copy-box"><span>{address.clone()}</span><CopyButton text=address/></div>
                <p class="hint">"It works once, and it is shown only now: copy it before you leave this page."</p>
            </div>
        </section>
    }
}

fn nothing(may: May) -> impl IntoView {
    view! {
        <Empty icon="plug" title="No connections yet" text="Connect a creator's account and its figures appear within a minute.">
            {may.connect.then(|| view! { <a class="button primary" href="/connections/new">"Connect an account"</a> })}
        </Empty>
    }
}

fn all(connections: Vec<Connection>, may: May) -> impl IntoView {
    connections.into_iter().map(|connection| view! { <One connection may/> }).collect_view()
}

#[component]
fn One(connection: Connection, may: May) -> impl IntoView {
    let platform = connection.platform.name();
    let syncing = connection.health == Health::Connected && connection.is_syncing();
    let health = if syncing { "syncing" } else { connection.health.as_str() };
    let todo = if syncing {
        Some("The first figures are on their way; the newest come first.".to_owned())
    } else {
        connection.health.what_to_do(connection.platform)
    };
    let pause = connection.paused_until.filter(|_| connection.health == Health::RateLimited);
    let heading = format!("connection-{}", connection.id);
    let labelled = heading.clone();
    view! {
        <section class="card" aria-labelledby=labelled>
            <div class="card-header">
                <h2 id=heading><Who name=connection.display_name.clone() sub=platform/></h2>
                <HealthBadge health since=connection.health_since/>
            </div>
            <div class="card-body stack">
                {todo.map(|todo| view! { <p>{todo}</p> })}
                {connection.health_note.clone().map(|note| view! { <p class="faint small">{note}</p> })}
                {pause.map(|at| view! { <p class="faint small">"We ask again after "<Time at/>"."</p> })}
                <Accounts connection=connection.clone() may/>
                <details class="disclosure">
                    <summary>"Permissions"</summary>
                    <p class="mono small">{connection.scopes.join(", ")}</p>
                    <p class="faint small">"Given on "<Time at=connection.connected_at shape=TimeShape::Day/></p>
                </details>
            </div>
            {may.connect.then(|| view! { <Actions id=connection.id health=connection.health empty=connection.accounts.is_empty() platform/> })}
        </section>
    }
}

#[component]
fn Accounts(connection: Connection, may: May) -> impl IntoView {
    let lines: Vec<_> = connection
        .accounts
        .into_iter()
        .map(|account| {
            let (href, handle) = (format!("/accounts/{}", account.id), account.handle);
            let end = may.connect.then(|| {
                let label = format!("Disconnect {}", account.name);
                view! { <a class="button quiet small" href=format!("{href}/disconnect") aria-label=label>"Disconnect"</a> }
            });
            view! {
                <li>
                    <div class="grow">
                        <a class="truncate" href=href.clone()>{account.name.clone()}</a>
                        {(!handle.is_empty()).then(|| view! { <span class="faint small">"@"{handle}</span> })}
                    </div>
                    <div class="end">{end}</div>
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <ul class="list">{lines}</ul> })
}

#[component]
fn Actions(id: ConnectionId, health: Health, empty: bool, platform: &'static str) -> impl IntoView {
    if empty && health == Health::Choosing {
        return view! {
            <div class="card-foot row">
                <a class="button primary small" href=format!("/connections/{id}/choose")>"Finish"</a>
                <Form action=RemoveConnection::PATH class="inline">
                    <Hidden name="connection" value=id.to_string()/>
                    <button class="button danger small">"Remove"</button>
                </Form>
            </div>
        }
        .into_any();
    }
    let class =
        if health == Health::NeedsReconnect { "button primary small" } else { "button secondary small" };
    view! {
        <div class="card-foot">
            <Form action=Reconnect::PATH class="row apart" id=format!("reconnect-{id}")>
                <Hidden name="connection" value=id.to_string()/>
                <Check name="fresh_sign_in" label=format!("Ask {platform} for a fresh sign-in")/>
                <button class=class>"Reconnect"</button>
            </Form>
        </div>
    }
    .into_any()
}

#[component]
fn OpenLinks(links: Vec<OpenLink>, may: May) -> impl IntoView {
    let lines: Vec<_> = links
        .into_iter()
        .map(|link| {
            let label = format!("Take back the link for {}", link.note);
            let revoke = may.link.then(|| {
                view! {
                    <Form action=RevokeConnectLink::PATH class="inline">
                        <Hidden name="link" value=link.id.to_string()/>
                        <button class="button danger small" aria-label=label>"Take back"</button>
                    </Form>
                }
            });
            view! {
                <li>
                    <div class="grow">
                        <span class="truncate">{link.note}</span>
                        <span class="faint small">{link.platform.name()}", made by "{link.made_by}", good until "<Time at=link.expires_at/></span>
                    </div>
                    <div class="end">{revoke}</div>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card" aria-labelledby="links">
            <div class="card-header"><h2 id="links">"Open links"</h2></div>
            <ul class="list">{lines}</ul>
        </section>
    }
}
