//! `/team/{member}/assign`: choosing accounts for a chatter.

use super::super::assignments;
use super::super::policy::{AssignAccounts, ViewTeam};
use super::super::server_fns::AssignAccounts as Assign;
use super::{offers, trail};
use crate::auth::Visitor;
use crate::error::Result;
use crate::ids::UserId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Choices, Empty, Field, Filters, Form, Hidden, Link, PageHeader, Submit};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// `GET /team/{member}/assign`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn assign(
    State(app): State<App>,
    visitor: Visitor,
    Path(user): Path<UserId>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    visitor.scope::<AssignAccounts>()?;
    let words = asked.q.trim().to_lowercase();
    let words = (!words.is_empty()).then_some(words);
    let scope = visitor.scope::<ViewTeam>()?;
    let (member, accounts) = assignments::offered(&app.db, &scope, user, words.as_deref()).await?;
    let title = format!("Assign accounts to {}", member.name);
    let view = move || {
        let back = format!("/team/{user}");
        let mut way = trail();
        way.push(Link::new(back.clone(), member.name.clone()));
        let body = match (accounts.is_empty(), words.is_some()) {
            (true, false) => view! {
                <Empty icon="accounts" title="Nothing left to assign" text="Every connected account is assigned already.">
                    <a class="button secondary" href=back>"Back"</a>
                </Empty>
            }
            .into_any(),
            (true, true) => view! {
                <Empty icon="search" title="No account fits" text="Look for another part of the name."/>
            }
            .into_any(),
            (false, _) => view! {
                <Form action=Assign::PATH>
                    <Hidden name="member" value=user.to_string()/>
                    <Choices name="accounts[]" legend="Accounts" offers=offers(accounts) several=true/>
                    <Submit words="Assign the chosen"><a class="button quiet" href=back>"Cancel"</a></Submit>
                </Form>
            }
            .into_any(),
        };
        view! {
            <PageHeader title="Assign accounts" trail=way/>
            <Filters><Field name="q" label="Name, handle or creator" kind="search" value=asked.q required=false maxlength=100/></Filters>
            {body}
        }
    };
    Ok(Page::new(title, view).narrow())
}
