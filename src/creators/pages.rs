//! `/creators`, and one creator.

use super::policy::{ManageCreators, ViewCreators};
use super::server_fns::{AddCreator, ArchiveCreator, GiveCreatorAccount, RenameCreator, RestoreCreator};
use super::service;
use super::types::{Creator, Filter, ListedCreator};
use crate::accounts::Belongs;
use crate::accounts::pages::{AccountTable, Net, Row};
use crate::auth::{Member, Visitor};
use crate::error::Result;
use crate::ids::{AccountId, CreatorId};
use crate::keyset::{self, Turn};
use crate::money::Currency;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::tiers::{Tier, TierHistory, TierStat};
use crate::ui::{
    Banner, Compared, Empty, Field, Figure, Filters, Form, Hidden, Link, PageHeader, Select, Stat, Stats,
    Submit, Tabs, Tone, Turns, Who,
};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    after: Option<String>,
    before: Option<String>,
}

/// `GET /creators`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    listing(&app, &visitor, asked, false).await
}

/// `GET /creators/archived`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn archived(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    listing(&app, &visitor, asked, true).await
}

async fn listing(app: &App, visitor: &Visitor, asked: Asked, archived: bool) -> Result<Response> {
    let scope = visitor.scope::<ViewCreators>()?;
    let words = asked.q.trim().to_lowercase();
    let filter = Filter { words: (!words.is_empty()).then_some(words), archived };
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let page = service::list(&app.db, &scope, &filter, &turn).await?;
    if page.rows.is_empty() && turn != Turn::First {
        return Ok(Redirect::to("/creators").into_response());
    }
    let may_manage = visitor.scope::<ManageCreators>().is_ok();
    Ok(Page::new("Creators", move || list_content(page, filter, asked.q, may_manage)).into_response())
}

fn list_content(
    page: keyset::Page<ListedCreator>,
    filter: Filter,
    q: String,
    may_manage: bool,
) -> impl IntoView {
    let add = move || {
        may_manage.then(|| view! { <a class="button primary" href="/creators/new">"Add a creator"</a> })
    };
    let links = vec![Link::new("/creators", "Creators"), Link::new("/creators/archived", "Archived")];
    let empty = page.rows.is_empty() && filter.words.is_none();
    let header_add = (!empty || filter.archived).then(add);
    let body = match (empty, filter.archived) {
        (true, false) => view! {
            <Empty icon="creators" title="No creators yet"
                text="A creator groups her accounts over platforms, so that you see what she earns in all.">
                {add()}
            </Empty>
        }
        .into_any(),
        (true, true) => view! {
            <Empty icon="creators" title="Nobody is archived" text="Archive a creator on her page when you no longer work with her; nothing is lost.">
                <a class="button secondary" href="/creators">"All creators"</a>
            </Empty>
        }
        .into_any(),
        (false, _) => found(page, q).into_any(),
    };
    view! {
        <PageHeader title="Creators">{header_add}</PageHeader>
        <Tabs label="Creators" links/>
        {body}
    }
}

fn found(page: keyset::Page<ListedCreator>, q: String) -> impl IntoView {
    let shown = format!("{} shown", page.rows.len());
    let none = page.rows.is_empty().then(|| {
        view! { <Empty icon="search" title="No creator fits" text="Look for another part of the name."/> }
    });
    let rows = page.rows.into_iter().map(|creator| view! { <CreatorRow creator/> }).collect_view();
    let table = none.is_none().then(|| {
        view! {
            <div class="card">
                <div class="table-wrap" tabindex="0" role="region" aria-label="Creators">
                    <table class="table brief">
                        <thead>
                            <tr>
                                <th scope="col">"Creator"</th>
                                <th scope="col">"Accounts"</th>
                                <th scope="col">"Tier"</th>
                                <th scope="col" class="num">"Net, 30 days"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
        }
    });
    view! {
        <Filters><Field name="q" label="Name" kind="search" value=q required=false maxlength=100/></Filters>
        {none}
        {table}
        <Turns shown before=page.before after=page.after words=("Previous", "Next")/>
    }
}

#[component]
fn CreatorRow(creator: ListedCreator) -> impl IntoView {
    let count = creator.accounts.len();
    let sub = match count {
        0 => "No account yet".to_owned(),
        1 => "One account".to_owned(),
        _ => format!("{count} accounts"),
    };
    let accounts = creator.accounts.into_iter().take(3).enumerate().map(|(index, account)| {
        let comma = (index > 0).then_some(", ");
        view! { {comma}<a href=format!("/accounts/{}", account.id)>{account.place}</a> }
    });
    let accounts = accounts.collect_view();
    let more = (count > 3).then(|| format!(" and {} more", count - 3));
    view! {
        <tr>
            <th scope="row"><a href=format!("/creators/{}", creator.who.id)><Who name=creator.who.name sub=sub/></a></th>
            <td class="small">{accounts}{more}</td>
            <td>{creator.tier.map_or("—", Tier::words)}</td>
            <td class="num"><Net figures=creator.net/></td>
        </tr>
    }
}

/// `GET /creators/new`
///
/// # Errors
/// `NotSignedIn` or `Forbidden`.
pub async fn new(visitor: Visitor) -> Result<Page> {
    visitor.scope::<ManageCreators>()?;
    let view = || {
        view! {
            <PageHeader title="Add a creator" trail=vec![Link::new("/creators", "Creators")]/>
            <Form action=AddCreator::PATH>
                <Field name="name" label="Name" maxlength=100 hint="As your agency calls her. You can give her accounts next."/>
                <Submit words="Add creator"><a class="button quiet" href="/creators">"Cancel"</a></Submit>
            </Form>
        }
    };
    Ok(Page::new("Add a creator", view).narrow())
}

/// `GET /creators/{creator}`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn creator(State(app): State<App>, visitor: Visitor, Path(id): Path<CreatorId>) -> Result<Page> {
    let creator = service::creator(&app.db, &visitor.scope::<ViewCreators>()?, id).await?;
    let may_manage = visitor.scope::<ManageCreators>().is_ok();
    let zone = visitor.member().and_then(Member::zone);
    let currency = visitor.member().map_or(Currency::USD, Member::currency);
    Ok(Page::new(creator.who.name.clone(), move || one(creator, may_manage, zone, currency)))
}

fn one(creator: Creator, may_manage: bool, zone: Option<Tz>, currency: Currency) -> impl IntoView {
    let id = creator.who.id;
    let edit_path = format!("/creators/{id}/edit");
    let edit = may_manage.then(|| view! { <a class="button secondary" href=edit_path.clone()>"Edit"</a> });
    let membership = may_manage.then(|| match creator.member {
        Some(user) => view! { <a class="button secondary" href=format!("/team/{user}")>"Her membership"</a> },
        None => view! {
            <a class="button secondary" href=format!("/team/invite?role=creator&creator={id}")>"Invite her"</a>
        },
    });
    let give = may_manage
        .then(|| view! { <a class="button primary" href=edit_path.clone()>"Give her an account"</a> });
    let net = if creator.net.is_empty() { Compared::by_currency(&[], None, currency) } else { creator.net };
    let (tiers, history) = (creator.tiers.clone(), creator.tiers);
    let subscribers =
        creator.subscribers.map(|it| Compared::new(it, None::<i64>)).into_iter().collect::<Vec<_>>();
    let accounts = if creator.accounts.is_empty() {
        view! {
            <Empty icon="accounts" title="No account yet" text="Give her an account that is connected already, or connect a new one.">
                {give}<a class="button secondary" href="/connections/new">"Connect an account"</a>
            </Empty>
        }
        .into_any()
    } else {
        let shown = i64::try_from(creator.accounts.len()).unwrap_or(i64::MAX);
        let all = (shown < creator.account_count)
            .then(|| view! { <p><a href=format!("/accounts?creator={id}")>"All her accounts"</a></p> });
        let rows = creator
            .accounts
            .into_iter()
            .map(|account| view! { <Row account zone of_creator=true/> })
            .collect_view();
        view! { <AccountTable of_creator=true>{rows}</AccountTable>{all} }.into_any()
    };
    view! {
        <PageHeader title=creator.who.name.clone() sub="The last 30 days, all accounts together"
            trail=vec![Link::new("/creators", "Creators")]>
            {membership}{edit}
        </PageHeader>
        {creator.archived_at.map(|_| archived_banner(&creator.who, may_manage))}
        <Stats>
            <Stat label="Net earnings" figures=net/>
            <Plain label="Accounts" value=Some(creator.account_count)/>
            <Plain label="Subscribers" value=subscribers.first().map(|it| it.current.number())/>
            <TierStat months=tiers/>
        </Stats>
        {accounts}
        <TierHistory months=history/>
    }
}

/// A figure of now, which is compared with nothing.
#[component]
fn Plain(label: &'static str, value: Option<i64>) -> impl IntoView {
    let value = value.map_or_else(|| "—".to_owned(), |it| Figure::Count(it).to_string());
    view! { <div class="stat"><dt class="stat-label">{label}</dt><dd class="stat-value">{value}</dd></div> }
}

fn archived_banner(who: &Belongs, may_manage: bool) -> impl IntoView + use<> {
    let title = format!("{} is archived", who.name);
    let restore = may_manage.then(|| {
        view! {
            <form method="post" action=RestoreCreator::PATH>
                <Hidden name="creator" value=who.id.to_string()/>
                <button class="button secondary small">"Restore"</button>
            </form>
        }
    });
    view! {
        <Banner tone=Tone::Info title=title text="She is not in the lists any more. Her accounts go on as they are.">
            {restore}
        </Banner>
    }
}

/// `GET /creators/{creator}/edit`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn edit(State(app): State<App>, visitor: Visitor, Path(id): Path<CreatorId>) -> Result<Page> {
    let scope = visitor.scope::<ManageCreators>()?;
    let (who, archived, free) = service::editable(&app.db, &scope, id).await?;
    Ok(Page::new(format!("Edit {}", who.name), move || edit_content(who, archived, free)).narrow())
}

fn edit_content(who: Belongs, archived: bool, free: Vec<(AccountId, String, String)>) -> impl IntoView {
    let id = who.id.to_string();
    let trail =
        vec![Link::new("/creators", "Creators"), Link::new(format!("/creators/{id}"), who.name.clone())];
    let archive = (!archived).then(|| archive(id.clone()));
    let given = id.clone();
    let give = if free.is_empty() {
        view! {
            <p class="muted">"Every account belongs to somebody. To move one, open it and choose Edit."</p>
        }
        .into_any()
    } else {
        let options =
            free.into_iter().map(|(id, name, handle)| (id.to_string(), format!("{name} (@{handle})")));
        let options = [(String::new(), "Choose an account".to_owned())].into_iter().chain(options).collect();
        view! {
            <Form action=GiveCreatorAccount::PATH>
                <Hidden name="creator" value=given/>
                <Select name="account" label="Account" options hint="Accounts that belong to nobody yet"/>
                <Submit words="Give her this account"/>
            </Form>
        }
        .into_any()
    };
    view! {
        <PageHeader title="Edit" trail/>
        <section class="settings-section">
            <div><h2>"Name"</h2><p>"What your agency calls her."</p></div>
            <Form action=RenameCreator::PATH>
                <Hidden name="creator" value=id/>
                <Field name="name" label="Name" value=who.name maxlength=100/>
                <Submit words="Save name"/>
            </Form>
        </section>
        <section class="settings-section">
            <div><h2>"Accounts"</h2><p>"Accounts on several platforms are counted together."</p></div>
            {give}
        </section>
        {archive}
    }
}

fn archive(id: String) -> impl IntoView {
    view! {
        <section class="settings-section">
            <div>
                <h2>"Archive"</h2>
                <p>"She leaves the lists. Her accounts and figures stay, and you can bring her back at any time."</p>
            </div>
            <Form action=ArchiveCreator::PATH>
                <Hidden name="creator" value=id/>
                <Submit words="Archive" class="button secondary"/>
            </Form>
        </section>
    }
}
