//! What the forms of reports post to.

use super::schedule;
use super::service::{self, Wanted};
use super::types::{Schedule, month_name, parse_month};
use crate::auth;
use crate::error::Error;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn make_report(month: String) -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    let month = parse_month(&month).ok_or_else(|| Error::field("month", "Choose a month of the list"))?;
    let name = month_name(month);
    outcome::notice(match service::want(&app.db, &scope, month).await? {
        Wanted::Made(_) => format!("The report of {name} is ready."),
        Wanted::Same(_) => {
            format!("Nothing has changed since the last report of {name}, so that is it still.")
        }
        Wanted::Begun(_) => format!("The report of {name} is being made. It appears below."),
    });
    Ok(())
}

#[server]
pub async fn schedule_reports(
    #[server(default)] on: bool,
    #[server(default)] day: u32,
    #[server(default)] hour: u32,
) -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    schedule::set_schedule(&app.db, &scope, Schedule { is_on: on, day, hour }).await?;
    outcome::notice("Saved.");
    Ok(())
}

#[server]
pub async fn mail_reports(#[server(default)] wanted: bool) -> Result<(), Problem> {
    schedule::set_reading(&App::current()?.db, &auth::scope()?, wanted).await?;
    outcome::notice(if wanted {
        "You are told by mail from now on."
    } else {
        "You are not told by mail any more."
    });
    Ok(())
}
