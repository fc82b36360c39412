//! What the forms of analytics post to.

use super::views;
use crate::auth;
use crate::ids::SavedViewId;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

/// `address` is a path of analytics with its query.
#[server]
pub async fn save_view(name: String, address: String) -> Result<(), Problem> {
    let address = views::save(&App::current()?.db, &auth::scope()?, &name, &address).await?;
    outcome::notice("The view is saved.");
    outcome::go(address);
    Ok(())
}

#[server]
pub async fn rename_view(view: SavedViewId, name: String) -> Result<(), Problem> {
    views::rename(&App::current()?.db, &auth::scope()?, view, &name).await?;
    outcome::notice("The new name is saved.");
    Ok(())
}

#[server]
pub async fn delete_view(view: SavedViewId) -> Result<(), Problem> {
    views::delete(&App::current()?.db, &auth::scope()?, view).await?;
    outcome::notice("The view is deleted. The figures are where they were.");
    Ok(())
}
