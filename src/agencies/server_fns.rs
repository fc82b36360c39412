//! What the forms of an agency post to.

use super::types::{SessionSettings, Settings};
use super::{security, service};
use crate::auth;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn change_agency(name: String, time_zone: String, currency: String) -> Result<(), Problem> {
    let wanted = Settings { name, time_zone, currency };
    let app = App::current()?;
    service::change(&app.db, &auth::scope()?, &wanted).await?;
    // The other processes hear of it by NOTIFY; this one does not wait for that.
    app.members.invalidate_all();
    outcome::notice("The settings are saved.");
    Ok(())
}

#[server]
pub async fn change_session_limits(idle_minutes: i32, days: i32) -> Result<(), Problem> {
    let app = App::current()?;
    security::change(&app.db, &auth::fresh()?, SessionSettings { idle_minutes, days }).await?;
    // The other processes hear of it by NOTIFY; this one does not wait for that.
    app.members.invalidate_all();
    outcome::notice("The settings are saved.");
    Ok(())
}

/// Whoever is in no other agency is signed out: there is nothing left for them to see.
#[server]
pub async fn delete_agency(name: String) -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let scope = visitor.fresh()?;
    let name = service::delete(&app.db, &scope, &name).await?;
    // The other processes hear of it by NOTIFY; this one does not wait for that.
    app.members.invalidate_all();
    if scope.member().has_several_agencies() {
        outcome::go("/");
    } else {
        visitor.end_session().await?;
        outcome::go("/sign-in");
    }
    outcome::notice(format!("{name} is deleted. Every connection has ended."));
    Ok(())
}
