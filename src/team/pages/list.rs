//! `/team`: who belongs to the agency, and who is invited.

use super::super::invitations;
use super::super::members;
use super::super::policy::{ManageMembers, TransferOwnership, ViewTeam};
use super::super::server_fns::{ResendInvitation, RevokeInvitation};
use super::super::types::{Filter, ListedMember, OpenInvitation, may_manage};
use crate::auth::{Role, Visitor};
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::keyset::{self, Turn};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Banner, Empty, Field, Filters, LiveRegion, PageHeader, Select, Time, TimeShape, Tone, Turns, Who, kept,
};
use axum::extract::{Query, State};
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
    role: String,
    after: Option<String>,
    before: Option<String>,
}

/// Who looks.
#[derive(Clone, Copy)]
struct Viewer {
    me: UserId,
    role: Role,
    zone: Option<Tz>,
    may_manage: bool,
    may_transfer: bool,
}

/// `GET /team`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let scope = visitor.scope::<ViewTeam>()?;
    let words = asked.q.trim().to_lowercase();
    let filter = Filter { words: (!words.is_empty()).then_some(words), role: Role::parse(&asked.role) };
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let page = members::list(&app.db, &scope, &filter, &turn).await?;
    if page.rows.is_empty() && turn != Turn::First {
        return Ok(Redirect::to("/team").into_response());
    }
    let first = turn == Turn::First && !filter.narrows();
    let open = if first { invitations::open(&app.db, &scope).await? } else { Vec::new() };
    let member = visitor.member().ok_or(Error::NotSignedIn)?;
    let viewer = Viewer {
        me: member.user_id(),
        role: member.role(),
        zone: member.zone(),
        may_manage: visitor.scope::<ManageMembers>().is_ok(),
        may_transfer: visitor.scope::<TransferOwnership>().is_ok(),
    };
    Ok(Page::new("Team", move || content(page, open, filter, asked.q, viewer)).into_response())
}

fn content(
    page: keyset::Page<ListedMember>,
    open: Vec<OpenInvitation>,
    filter: Filter,
    q: String,
    viewer: Viewer,
) -> impl IntoView {
    let alone = page.rows.len() == 1 && open.is_empty() && !filter.narrows();
    let invite = viewer.may_manage.then(|| {
        view! {
            <a class="button secondary" href="/team/invite/many">"Invite many"</a>
            <a class="button primary" href="/team/invite">"Invite"</a>
        }
    });
    let roles = [(String::new(), "Any".to_owned())].into_iter();
    let roles =
        roles.chain(Role::ALL.map(|role| (role.as_str().to_owned(), role.words().to_owned()))).collect();
    let chosen = filter.role.map_or("", Role::as_str);
    let gone =
        [ResendInvitation::PATH, RevokeInvitation::PATH].into_iter().find_map(|path| kept(path).problem);
    let gone = gone.map(|problem| {
        let title = if problem.status == 404 {
            "That invitation was accepted or taken back meanwhile.".to_owned()
        } else {
            problem.sentence
        };
        view! { <Banner tone=Tone::Warn title=title/> }
    });
    view! {
        <PageHeader title="Team" sub="Who belongs to the agency, and what they may.">{invite}</PageHeader>
        {gone}
        <Filters>
            <Field name="q" label="Name or address" kind="search" value=q required=false maxlength=100/>
            <Select name="role" label="Role" options=roles value=chosen/>
        </Filters>
        <LiveRegion name="team" class="stack">
            {members_of(page, viewer)}
            {alone.then(nobody_else)}
            {(!open.is_empty()).then(|| invited(open, viewer))}
        </LiveRegion>
        <p class="row small">
            <a href="/team/roles">"What each role may do"</a>
            {viewer.may_transfer.then(|| view! { <a href="/team/transfer">"Hand the agency over"</a> })}
        </p>
    }
}

fn nobody_else() -> impl IntoView {
    view! {
        <Empty icon="creators" title="You are alone here"
            text="Invite your managers and chatters by mail. Chatters see the accounts that you assign, and nothing else.">
            <a class="button primary" href="/team/invite">"Invite somebody"</a>
        </Empty>
    }
}

fn members_of(page: keyset::Page<ListedMember>, viewer: Viewer) -> impl IntoView {
    if page.rows.is_empty() {
        return view! {
            <Empty icon="search" title="Nobody fits" text="Take a filter away, or look for another part of the name.">
                <a class="button secondary" href="/team">"Show everybody"</a>
            </Empty>
        }
        .into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|member| view! { <Row member viewer/> }).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Members">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Member"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col" class="num wide-only">"Accounts"</th>
                            <th scope="col" class="wide-only">"Since"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after words=("Previous", "Next")/>
    }
    .into_any()
}

#[component]
fn Row(member: ListedMember, viewer: Viewer) -> impl IntoView {
    let accounts = match member.role {
        Role::Owner | Role::Manager => "all".to_owned(),
        Role::Compliance => "none".to_owned(),
        Role::Chatter | Role::Creator => member.accounts.to_string(),
    };
    let me = (member.user == viewer.me).then(|| view! { " "<span class="badge accent">"You"</span> });
    view! {
        <tr>
            <th scope="row"><a href=format!("/team/{}", member.user)><Who name=member.name sub=member.email/></a></th>
            <td class="end">{member.role.words()}{me}</td>
            <td class="num wide-only">{accounts}</td>
            <td class="wide-only small"><Time at=member.joined_at zone=viewer.zone shape=TimeShape::Day/></td>
        </tr>
    }
}

fn invited(open: Vec<OpenInvitation>, viewer: Viewer) -> impl IntoView {
    let lines = open.into_iter().map(|invitation| view! { <Invited invitation viewer/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="invited">
            <div class="card-header"><h2 id="invited">"Invited"</h2></div>
            <ul class="list">{lines}</ul>
        </section>
    }
}

#[component]
fn Invited(invitation: OpenInvitation, viewer: Viewer) -> impl IntoView {
    let id = invitation.id.to_string();
    let may = viewer.may_manage && may_manage(viewer.role, invitation.role);
    let (again, back) =
        (format!("Send again to {}", invitation.email), format!("Take back from {}", invitation.email));
    let acts = may.then(|| {
        view! {
            <div class="row">
                <form method="post" action=ResendInvitation::PATH>
                    <input type="hidden" name="invitation" value=id.clone()/>
                    <button class="button secondary small" aria-label=again>"Send again"</button>
                </form>
                <form method="post" action=RevokeInvitation::PATH>
                    <input type="hidden" name="invitation" value=id/>
                    <button class="button quiet small" aria-label=back>"Take back"</button>
                </form>
            </div>
        }
    });
    let until = if invitation.expired {
        view! { <span class="badge warn">"Expired"</span> }.into_any()
    } else {
        view! { <span class="faint small">"works until "<Time at=invitation.expires_at zone=viewer.zone shape=TimeShape::Brief/></span> }
            .into_any()
    };
    view! {
        <li>
            <div class="grow">
                <span class="truncate">{invitation.email}</span>
                <span class="faint small">{format!("{}, invited by {}, ", invitation.role.words(), invitation.invited_by)}{until}</span>
            </div>
            {acts}
        </li>
    }
}
