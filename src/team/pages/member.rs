//! `/team/{member}`: what somebody is, what they work on and worked on, and what can be changed.

use super::super::members::{self, Shown};
use super::super::policy::{AssignAccounts, ManageMembers, ViewTeam};
use super::super::server_fns::{ChangeRole, UnassignAccounts};
use super::super::types::{Span, TeamMember, may_manage};
use super::{Spans, offers, trail};
use crate::accounts::Belongs;
use crate::auth::{Role, Visitor};
use crate::error::{Error, Result};
use crate::identity;
use crate::identity::pages::LostSecondFactor;
use crate::ids::UserId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Choices, Form, Hidden, PageHeader, Select, Submit, Time, TimeShape};
use axum::extract::{Path, State};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Who looks, and what they may.
#[derive(Clone, Copy)]
struct Viewer {
    me: UserId,
    role: Role,
    zone: Option<Tz>,
    may_manage: bool,
    may_assign: bool,
}

/// `GET /team/{member}`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn member(State(app): State<App>, visitor: Visitor, Path(user): Path<UserId>) -> Result<Page> {
    let shown = members::member(&app.db, &visitor.scope::<ViewTeam>()?, user).await?;
    let name = shown.member.name.clone();
    let me = visitor.member().ok_or(Error::NotSignedIn)?;
    let viewer = Viewer {
        me: me.user_id(),
        role: me.role(),
        zone: me.zone(),
        may_manage: visitor.scope::<ManageMembers>().is_ok() && may_manage(me.role(), shown.member.role),
        may_assign: visitor.scope::<AssignAccounts>().is_ok(),
    };
    let lost = match visitor.scope() {
        Ok(scope) => Some(identity::lost(&app.db, &scope, user).await?),
        Err(_) => None,
    };
    let view = move || {
        view! {
            {content(shown, viewer)}
            {lost.map(|lost| view! { <LostSecondFactor lost zone=viewer.zone/> })}
        }
    };
    Ok(Page::new(name, view))
}

fn content(shown: Shown, viewer: Viewer) -> impl IntoView {
    let Shown { member, accounts, before, creators } = shown;
    let zone = viewer.zone;
    let below = view! {
        <span class="row">
            <span>{member.email.clone()}</span>
            <span class="badge">{member.role.words()}</span>
            <span class="faint">"since "<Time at=member.joined_at zone=zone shape=TimeShape::Day/></span>
        </span>
    };
    let is_chatter = member.role == Role::Chatter;
    let assign = (is_chatter && viewer.may_assign).then(|| {
        view! { <a class="button primary" href=format!("/team/{}/assign", member.user)>"Assign accounts"</a> }
    });
    let work = match member.role {
        Role::Owner | Role::Manager => {
            view! { <p class="muted">"Sees every account of the agency."</p> }.into_any()
        }
        Role::Compliance => view! { <p class="muted">"Sees no accounts."</p> }.into_any(),
        Role::Chatter | Role::Creator if accounts.is_empty() => nothing(&member, viewer).into_any(),
        Role::Chatter if viewer.may_assign => {
            let id = member.user.to_string();
            view! {
                <Form action=UnassignAccounts::PATH>
                    <Hidden name="member" value=id/>
                    <Choices name="accounts[]" legend="Accounts" offers=offers(accounts) several=true/>
                    <Submit words="Take off the chosen" class="button secondary"/>
                </Form>
            }
            .into_any()
        }
        Role::Chatter | Role::Creator => {
            let lines = accounts.into_iter().map(|account| {
                view! { <li><a href=format!("/accounts/{}", account.id)>{account.name}</a><span class="faint small">{format!("@{}", account.handle)}</span></li> }
            });
            view! { <ul class="list">{lines.collect_view()}</ul> }.into_any()
        }
    };
    view! {
        <PageHeader title=member.name.clone() below=below.into_any() trail=trail()>{assign}</PageHeader>
        {of_creator(&member)}
        <section class="card" aria-labelledby="works-on">
            <div class="card-header"><h2 id="works-on">{if is_chatter { "Works on" } else { "Accounts" }}</h2></div>
            <div class="card-body">{work}</div>
        </section>
        {(!before.is_empty()).then(|| {
            view! { <Spans title="Worked on before" head="Account" spans=before zone name=where_to/> }
        })}
        {viewer.may_manage.then(|| change(&member, creators, viewer))}
    }
}

fn of_creator(member: &TeamMember) -> Option<impl IntoView + use<>> {
    let (id, name) = member.creator.clone()?;
    Some(view! { <p>"She is the creator "<a href=format!("/creators/{id}")>{name}</a>"."</p> })
}

fn nothing(member: &TeamMember, viewer: Viewer) -> impl IntoView + use<> {
    let words = match member.role {
        Role::Chatter if viewer.may_assign => {
            "No accounts yet: assign some, or there is nothing to see after signing in."
        }
        Role::Chatter => "No accounts yet.",
        _ => "None of the agency's accounts is hers yet. Give her accounts on her creator page.",
    };
    view! { <p class="muted">{words}</p> }
}

fn where_to(span: &Span) -> AnyView {
    view! { <a href=format!("/accounts/{}/team", span.account)>{span.account_name.clone()}</a> }.into_any()
}

fn change(member: &TeamMember, creators: Vec<Belongs>, viewer: Viewer) -> impl IntoView + use<> {
    let roles = Role::ALL.into_iter().filter(|role| may_manage(viewer.role, *role));
    let roles = roles.map(|role| (role.as_str().to_owned(), role.words().to_owned())).collect();
    let none = [(String::new(), "Nobody".to_owned())].into_iter();
    let creators = none.chain(creators.into_iter().map(|it| (it.id.to_string(), it.name))).collect();
    let (id, name, role) = (member.user.to_string(), member.name.clone(), member.role.as_str());
    let removal = (member.user != viewer.me).then(|| {
        let title = format!("Remove {name}");
        let path = format!("/team/{}/remove", member.user);
        view! {
            <div class="danger-zone">
                <div>
                    <div><h3>{title}</h3><p>"Signed out of this agency at once. What they did stays on record."</p></div>
                    <a class="button danger" href=path>"Remove…"</a>
                </div>
            </div>
        }
    });
    let devices = (viewer.role == Role::Owner).then(|| {
        let path = format!("/team/{}/devices", member.user);
        view! {
            <section class="settings-section">
                <div><h2>"Signed-in devices"</h2><p>"Where they are at work for this agency, and signing them out."</p></div>
                <p><a class="button secondary" href=path>"Show devices"</a></p>
            </section>
        }
    });
    view! {
        <section class="settings-section">
            <div><h2>"Role"</h2><p>"Counts from the next click on. Who stops being a chatter works on no account any more."</p></div>
            <Form action=ChangeRole::PATH>
                <Hidden name="member" value=id/>
                <Select name="role" label="Role" options=roles value=role/>
                <Select name="creator" label="Which creator" options=creators hint="Only for the role Creator"/>
                <Submit words="Save role" class="button secondary"/>
            </Form>
        </section>
        {devices}
        {removal}
    }
}
