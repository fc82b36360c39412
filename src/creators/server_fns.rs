//! What the forms of creators post to.

use super::service;
use crate::auth;
use crate::error::Error;
use crate::ids::CreatorId;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn add_creator(name: String) -> Result<(), Problem> {
    let id = service::add(&App::current()?.db, &auth::scope()?, &name).await?;
    outcome::go(format!("/creators/{id}"));
    outcome::notice(format!("{} is added.", name.trim()));
    Ok(())
}

#[server]
pub async fn rename_creator(creator: CreatorId, name: String) -> Result<(), Problem> {
    service::rename(&App::current()?.db, &auth::scope()?, creator, &name).await?;
    outcome::notice("The new name is saved.");
    Ok(())
}

#[server]
pub async fn archive_creator(creator: CreatorId) -> Result<(), Problem> {
    service::archive(&App::current()?.db, &auth::scope()?, creator).await?;
    outcome::go(format!("/creators/{creator}"));
    Ok(())
}

#[server]
pub async fn restore_creator(creator: CreatorId) -> Result<(), Problem> {
    let name = service::restore(&App::current()?.db, &auth::scope()?, creator).await?;
    outcome::go(format!("/creators/{creator}"));
    outcome::notice(format!("{name} is back."));
    Ok(())
}

#[server]
pub async fn give_creator_account(
    creator: CreatorId,
    #[server(default)] account: String,
) -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    let chosen = account.parse().map_err(|_| Error::field("account", "Choose an account"))?;
    service::give_account(&app.db, &scope, creator, chosen).await?;
    outcome::notice("The account is hers.");
    Ok(())
}
