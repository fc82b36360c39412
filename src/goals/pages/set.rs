//! `/analytics/goals/set`: one goal.

use crate::auth::Visitor;
use crate::error::Result;
use crate::goals::policy::ManageGoals;
use crate::goals::server_fns::{RemoveGoal, SetGoal};
use crate::goals::service::{self, GoalForm};
use crate::goals::types::{Month, Target};
use crate::ids::AccountId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, Link, PageHeader, Submit};
use axum::extract::{Query, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    month: String,
    account: Option<AccountId>,
}

/// `GET /analytics/goals/set`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn set(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<ManageGoals>()?;
    let month = Month::parse(&asked.month).unwrap_or_else(|| Month::of(app.db.now().date_naive()));
    let form = service::form(&app.db, &scope, month, asked.account).await?;
    Ok(Page::new("Goal", move || content(form)).narrow())
}

fn content(form: GoalForm) -> impl IntoView {
    let GoalForm { target, month, currency, goal, earned_before } = form;
    let (whose, account) = match target {
        Target::Agency => ("The agency".to_owned(), None),
        Target::Account(id, name) => (name, Some(id)),
    };
    let list = format!("/analytics/goals?month={}", month.name());
    let trail = vec![Link::new(list.clone(), "Goals")];
    let hint = format!("Net earnings in {currency}. {} brought {earned_before}.", month.previous());
    let value = goal.map(|goal| goal.amount.decimal()).unwrap_or_default();
    let remove = goal.map(|goal| {
        view! {
            <Form action=RemoveGoal::PATH>
                <Hidden name="goal" value=goal.id.to_string()/>
                <Submit words="Remove the goal" class="button danger"/>
            </Form>
        }
    });
    view! {
        <PageHeader title=format!("{whose}: goal of {month}") trail/>
        <section class="card" aria-label="Goal">
            <div class="card-body stack">
                <Form action=SetGoal::PATH>
                    <Hidden name="month" value=month.name()/>
                    {account.map(|id| view! { <Hidden name="account" value=id.to_string()/> })}
                    <Field name="amount" label="Goal" input_mode="decimal" autocomplete="off" value=value hint=hint maxlength=30/>
                    <Submit words="Set the goal"><a class="button quiet" href=list>"Cancel"</a></Submit>
                </Form>
                {remove}
            </div>
        </section>
    }
}
