//! `/connections`: every connection, how it is and since when, what to do, and the links that are still open.

use crate::auth::{Permission, Visitor};
use crate::connections::policy::{ConnectAccounts, ManageConnectLinks, ViewConnections};
use crate::connections::server_fns::{Reconnect, RemoveConnection, RevokeConnectLink};
use crate::connections::{ConnectedAccount, Connection, Health, OpenLink, list_open};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    CopyButton, Empty, Form, HealthBadge, Hidden, Link, LiveRegion, PageHeader, Tabs, Time, TimeShape,
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
    let mut connections = crate::connections::list(&app.db, &scope).await?;
    connections.sort_by_key(|connection| (connection.health.urgency(), connection.names().to_lowercase()));
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
                <div class="copy-box"><span tabindex="0">{address.clone()}</span><CopyButton text=address/></div>
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
    let lines: Vec<_> = connections.into_iter().map(|connection| view! { <One connection may/> }).collect();
    view! { <div class="card"><ul class="list connections">{lines}</ul></div> }
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
    let through = match connection.accounts.as_slice() {
        [] => view! { <span class="strong">{connection.display_name.clone()}</span> }.into_any(),
        [one] if one.name == connection.display_name => ().into_any(),
        _ => view! { <span class="faint small">"Allowed by "{connection.display_name.clone()}</span> }
            .into_any(),
    };
    let accounts =
        connection.accounts.iter().map(|account| account_line(account, platform, may)).collect_view();
    let empty = connection.accounts.is_empty();
    view! {
        <li>
            <div class="grow">
                {accounts}
                {through}
                {todo.map(|todo| view! { <span class="small">{todo}</span> })}
                <More connection=connection.clone()/>
            </div>
            <div class="end">
                <HealthBadge health since=connection.health_since/>
                {may.connect.then(|| view! { <Actions id=connection.id health=connection.health empty names=connection.names()/> })}
            </div>
        </li>
    }
}

fn account_line(account: &ConnectedAccount, platform: &str, may: May) -> impl IntoView + use<> {
    let (href, name) = (format!("/accounts/{}", account.id), account.name.clone());
    let place = match account.handle.as_str() {
        "" => platform.to_owned(),
        handle => format!("@{handle} on {platform}"),
    };
    let end = may.connect.then(|| {
        let label = format!("Disconnect {name}");
        view! { <a class="faint small" href=format!("{href}/disconnect") aria-label=label>"Disconnect"</a> }
    });
    view! {
        <div class="row">
            <a class="strong" href=href.clone()>{name.clone()}</a>
            <span class="faint small">{place}</span>
            {end}
        </div>
    }
}

/// What happened, until when to wait, and what was allowed.
#[component]
fn More(connection: Connection) -> impl IntoView {
    let pause = connection.paused_until.filter(|_| connection.health == Health::RateLimited);
    view! {
        {connection.health_note.map(|note| view! { <span class="faint small">{note}</span> })}
        {pause.map(|at| view! { <span class="faint small">"We ask again after "<Time at/>"."</span> })}
        <details class="disclosure small">
            <summary>"Permissions"</summary>
            <p class="faint">"Given on "<Time at=connection.connected_at shape=TimeShape::Day/></p>
            <p class="mono">{connection.scopes.join(", ")}</p>
        </details>
    }
}

/// A reconnection has to be the same person's, so the platform is asked for a fresh sign-in.
#[component]
fn Actions(id: ConnectionId, health: Health, empty: bool, names: String) -> impl IntoView {
    if empty && health == Health::Choosing {
        return view! {
            <div class="row">
                <a class="button primary small" href=format!("/connections/{id}/choose")>"Finish"</a>
                <Form action=RemoveConnection::PATH class="inline">
                    <Hidden name="connection" value=id.to_string()/>
                    <button class="button danger small" aria-label=format!("Remove {names}")>"Remove"</button>
                </Form>
            </div>
        }
        .into_any();
    }
    let class =
        if health == Health::NeedsReconnect { "button primary small" } else { "button secondary small" };
    view! {
        <Form action=Reconnect::PATH class="inline">
            <Hidden name="connection" value=id.to_string()/>
            <Hidden name="fresh_sign_in" value="true"/>
            <button class=class aria-label=format!("Reconnect {names}")>"Reconnect"</button>
        </Form>
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
