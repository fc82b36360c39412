//! What the forms of the audit log post to.

use super::{check, retention};
use crate::auth;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn check_audit() -> Result<(), Problem> {
    check::check_now(&App::current()?.db, &auth::scope()?).await?;
    outcome::notice("The log is being checked. You can leave this page; the check goes on.");
    Ok(())
}

#[server]
pub async fn keep_audit_views(days: i32) -> Result<(), Problem> {
    retention::set_retention(&App::current()?.db, &auth::fresh()?, days).await?;
    outcome::notice("Saved.");
    Ok(())
}
