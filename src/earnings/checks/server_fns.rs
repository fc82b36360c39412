//! What the page of checks posts to.

use crate::auth;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn check_figures() -> Result<(), Problem> {
    super::check_now(&App::current()?.db, &auth::scope()?).await?;
    outcome::notice("The figures are being counted again. You can leave this page; the check goes on.");
    Ok(())
}
