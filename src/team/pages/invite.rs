//! `/team/invite`: inviting one person.

use super::super::Authority;
use super::super::invitations::{self, Offers};
use super::super::server_fns::InviteMember;
use super::super::types::may_manage;
use super::{RoleChoice, offers, trail};
use crate::auth::{Role, Visitor};
use crate::error::Result;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Choices, Field, Form, Hidden, PageHeader, Select, Submit};
use axum::extract::{Query, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    role: String,
    creator: String,
}

/// `GET /team/invite`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotProven` for a high role, or when the database does not answer.
pub async fn invite(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = Authority::of(&visitor)?;
    let actor = scope.member().role();
    let chosen = Role::parse(&asked.role).filter(|role| may_manage(actor, *role)).unwrap_or(Role::Chatter);
    scope.ensure(chosen)?;
    let offers = invitations::offers(&app.db, &scope).await?;
    let view = move || {
        view! {
            <PageHeader title="Invite somebody" trail=trail() sub="They get a mail with a link that works once, for 72 hours."/>
            <RoleChoice actor chosen path="/team/invite" leave_out=None/>
            <Form action=InviteMember::PATH>
                <Hidden name="role" value=chosen.as_str()/>
                <Field name="email" label="Email" kind="email" autocomplete="off" maxlength=254/>
                {with_role(chosen, offers, asked.creator)}
                <Submit words="Send the invitation"><a class="button quiet" href="/team">"Cancel"</a></Submit>
            </Form>
        }
    };
    Ok(Page::new("Invite somebody", view).narrow())
}

/// What goes with the role: accounts with a chatter, the creator with a creator.
fn with_role(role: Role, offered: Offers, creator: String) -> AnyView {
    match role {
        Role::Chatter if offered.accounts.is_empty() => view! {
            <p class="muted">"No account is connected yet. You can assign accounts later."</p>
        }
        .into_any(),
        Role::Chatter => view! {
            <Choices name="accounts[]" legend="Accounts to work on (more can be assigned later)" offers=offers(offered.accounts) several=true/>
        }
        .into_any(),
        Role::Creator if offered.creators.is_empty() => view! {
            <p class="muted">"Every creator has a member already. "<a href="/creators/new">"Add a creator"</a>" first."</p>
        }
        .into_any(),
        Role::Creator => {
            let options = [(String::new(), "Choose".to_owned())].into_iter();
            let options = options.chain(offered.creators.into_iter().map(|it| (it.id.to_string(), it.name))).collect();
            view! { <Select name="creator" label="Which creator" options value=creator/> }.into_any()
        }
        _ => ().into_any(),
    }
}
