//! What the forms of goals post to.

use super::service;
use super::types::{Month, Target};
use crate::auth;
use crate::error::Error;
use crate::ids::{AccountId, GoalId};
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

fn month_of(text: &str) -> Result<Month, Error> {
    Month::parse(text).ok_or_else(|| Error::field("month", "Choose a month"))
}

fn list_of(month: Month) -> String {
    format!("/analytics/goals?month={}", month.name())
}

#[server]
pub async fn set_goal(
    month: String,
    #[server(default)] account: Option<AccountId>,
    amount: String,
) -> Result<(), Problem> {
    let (app, scope, month) = (App::current()?, auth::scope()?, month_of(&month)?);
    let whose = match service::set(&app.db, &scope, month, account, &amount).await? {
        Target::Agency => "the agency".to_owned(),
        Target::Account(_, name) => name,
    };
    outcome::go(list_of(month));
    outcome::notice(format!("The goal of {whose} for {month} is set."));
    Ok(())
}

#[server]
pub async fn remove_goal(goal: GoalId) -> Result<(), Problem> {
    let month = service::remove(&App::current()?.db, &auth::scope()?, goal).await?;
    outcome::go(list_of(month));
    outcome::notice("The goal is removed.");
    Ok(())
}

#[server]
pub async fn copy_goals(month: String) -> Result<(), Problem> {
    let (app, scope, month) = (App::current()?, auth::scope()?, month_of(&month)?);
    let copied = service::copy(&app.db, &scope, month).await?;
    outcome::notice(match copied {
        0 => format!("There is nothing left to copy: {month} has them all."),
        1 => format!("One goal is copied to {month}."),
        n => format!("{n} goals are copied to {month}."),
    });
    Ok(())
}
