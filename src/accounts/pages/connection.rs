//! `/accounts/{id}/connection`: how the account is reached, what we may see of it, and what to do about it.

use super::{Rights, Top, zone};
use crate::accounts::policy::ViewAccounts;
use crate::accounts::service;
use crate::accounts::types::Account;
use crate::auth::Visitor;
use crate::connections::Connection;
use crate::connections::policy::{ConnectAccounts, ConnectOwnAccounts, DisconnectAccounts};
use crate::connections::server_fns::{ConnectOwnAccount, Reconnect};
use crate::error::Result;
use crate::ids::AccountId;
use crate::platform::{PlatformKind, Platforms};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::statements::policy::ImportStatements;
use crate::sync::Progress;
use crate::sync::pages::SyncProgress;
use crate::ui::{Empty, HealthBadge, Hidden, LiveRegion, Time};
use axum::extract::{Path, State};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What the visitor may do about the connection.
#[derive(Clone, Copy)]
struct May {
    connect: Connect,
    disconnect: bool,
}

/// Whose accounts the visitor may connect.
#[derive(Clone, Copy)]
enum Connect {
    Any,
    Own,
    Nothing,
}

impl May {
    fn of(visitor: &Visitor) -> Self {
        let connect = if visitor.scope::<ConnectAccounts>().is_ok() {
            Connect::Any
        } else if visitor.scope::<ConnectOwnAccounts>().is_ok() {
            Connect::Own
        } else {
            Connect::Nothing
        };
        Self { connect, disconnect: visitor.scope::<DisconnectAccounts>().is_ok() }
    }
}

/// `GET /accounts/{account}/connection`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn connection(State(app): State<App>, visitor: Visitor, Path(id): Path<AccountId>) -> Result<Page> {
    let scope = visitor.scope::<ViewAccounts>()?;
    let (account, connection, progress) = service::connection(&app.db, &scope, id).await?;
    let reasons = connection.as_ref().map(|it| reasons(&app.platforms, it)).unwrap_or_default();
    let may = May::of(&visitor);
    let imports = visitor.scope::<ImportStatements>().is_ok();
    let (zone, rights) = (zone(&visitor), Rights::of(&visitor));
    let title = format!("Connection of {}", account.name);
    let is_by_statement = account.platform == PlatformKind::Statement;
    Ok(Page::new(title, move || {
        let body = match connection {
            Some(connection) => content(&account, connection, reasons, zone, may).into_any(),
            None if account.platform == PlatformKind::Statement => by_statement(&account, imports).into_any(),
            None => gone(&account, may).into_any(),
        };
        view! {
            <Top account zone rights/>
            <LiveRegion name="connection" class="stack">{body}</LiveRegion>
            {progress.filter(|_| !is_by_statement).map(|progress| synced(progress, zone))}
        }
    }))
}

/// What was read so far, and when it goes on.
fn synced(progress: Progress, zone: Option<Tz>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="sync">
            <div class="card-header"><h2 id="sync">"Syncing"</h2></div>
            <div class="card-body"><SyncProgress progress zone/></div>
        </section>
    }
}

/// Every permission that was granted, with why we asked for it.
fn reasons(platforms: &Platforms, connection: &Connection) -> Vec<(String, &'static str)> {
    let asked = platforms.get(connection.platform).map(|it| it.platform().oauth.scopes).unwrap_or_default();
    let why = |name: &str| asked.iter().find(|scope| scope.name == name).map_or("", |scope| scope.why);
    connection.scopes.iter().map(|name| (name.clone(), why(name))).collect()
}

fn content(
    account: &Account,
    connection: Connection,
    reasons: Vec<(String, &'static str)>,
    zone: Option<Tz>,
    may: May,
) -> impl IntoView + use<> {
    let todo = connection.health.what_to_do(connection.platform);
    let todo = todo.unwrap_or_else(|| "Nothing to do.".to_owned());
    let paused = connection
        .paused_until
        .map(|at| view! { <div><dt>"We go on"</dt><dd><Time at zone=zone/></dd></div> });
    let synced = match account.synced_at {
        Some(at) => view! { <Time at zone=zone/> }.into_any(),
        None => "Not finished yet".into_any(),
    };
    let by = account.connected_by.clone().unwrap_or_else(|| "The creator, by a link".to_owned());
    let reasons = reasons.into_iter().map(|(name, why)| {
        view! { <div><dt><code>{name}</code></dt><dd>{why}</dd></div> }
    });
    let reasons = reasons.collect_view();
    let actions = actions(account, &connection, may);
    let badge =
        view! { <HealthBadge health=account.health.state.clone() since=account.health.since zone=zone/> };
    view! {
        <section class="card" aria-labelledby="state">
            <div class="card-header"><h2 id="state">"How it is"</h2>{actions}</div>
            <div class="card-body">
                <dl class="definitions">
                    <div><dt>"Health"</dt><dd>{badge}</dd></div>
                    {connection.health_note.map(|note| view! { <div><dt>"What happened"</dt><dd>{note}</dd></div> })}
                    <div><dt>"What to do"</dt><dd>{todo}</dd></div>
                    {paused}
                    <div><dt>"Last sync"</dt><dd>{synced}</dd></div>
                    <div><dt>"Connected by"</dt><dd>{by}</dd></div>
                    <div><dt>"Connected"</dt><dd><Time at=connection.connected_at zone=zone/></dd></div>
                </dl>
            </div>
        </section>
        <section class="card" aria-labelledby="scopes">
            <div class="card-header"><h2 id="scopes">"What we may do, and why"</h2></div>
            <div class="card-body"><dl class="definitions">{reasons}</dl></div>
        </section>
    }
}

fn actions(account: &Account, connection: &Connection, may: May) -> impl IntoView + use<> {
    let again = match may.connect {
        Connect::Any => view! {
            <form method="post" action=Reconnect::PATH>
                <Hidden name="connection" value=connection.id.to_string()/>
                <button class="button secondary small">"Reconnect"</button>
            </form>
        }
        .into_any(),
        Connect::Own => own(account, "Reconnect", "button secondary small").into_any(),
        Connect::Nothing => ().into_any(),
    };
    let end = may.disconnect.then(|| {
        view! { <a class="button danger small" href=account.path("disconnect")>"Disconnect…"</a> }
    });
    view! { <div class="row">{again}{end}</div> }
}

/// A creator connects by herself.
fn own(account: &Account, words: &'static str, class: &'static str) -> impl IntoView + use<> {
    view! {
        <form method="post" action=ConnectOwnAccount::PATH>
            <Hidden name="platform" value=account.platform.as_str()/>
            <button class=class>{words}</button>
        </form>
    }
}

/// Nothing connects it: its earnings are what somebody records.
fn by_statement(account: &Account, imports: bool) -> impl IntoView + use<> {
    let title = format!("{} is kept by statements", account.name);
    let text = format!(
        "{} gives us no access, so its earnings come from files that somebody records. Subscribers and messages are not known.",
        account.handle
    );
    let import = imports.then(|| {
        let new = format!("/statements/new?account={}", account.id);
        view! { <a class="button primary" href=new>"Import a statement"</a><a class="button secondary" href="/statements">"All statements"</a> }
    });
    view! { <Empty icon="accounts" title text>{import}</Empty> }
}

fn gone(account: &Account, may: May) -> impl IntoView + use<> {
    let title = format!("{} is disconnected", account.name);
    let text = format!(
        "We have no access to it on {} any more. What was read is kept. Connect it again and it goes on where it stopped.",
        account.platform.name()
    );
    let connect = match may.connect {
        Connect::Any => {
            view! { <a class="button primary" href="/connections/new">"Connect it again"</a> }.into_any()
        }
        Connect::Own => own(account, "Connect it again", "button primary").into_any(),
        Connect::Nothing => ().into_any(),
    };
    view! { <Empty icon="unlink" title text>{connect}</Empty> }
}
