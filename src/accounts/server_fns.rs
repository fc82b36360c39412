//! What the forms of accounts post to.

use super::service::{self, Recipient};
use super::tags;
use crate::auth;
use crate::error::Error;
use crate::ids::AccountId;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn rename_account(account: AccountId, name: String) -> Result<(), Problem> {
    service::rename(&App::current()?.db, &auth::scope()?, account, &name).await?;
    outcome::notice("The new name is saved.");
    Ok(())
}

/// `creator` is an id, `new` (then `new_name` says who), or nothing.
#[server]
pub async fn assign_account(
    account: AccountId,
    #[server(default)] creator: String,
    #[server(default)] new_name: String,
) -> Result<(), Problem> {
    let to = recipient(&creator, new_name)?;
    service::assign(&App::current()?.db, &auth::scope()?, account, to).await?;
    outcome::notice("Saved.");
    Ok(())
}

/// `tags` are separated by commas.
#[server]
pub async fn tag_account(account: AccountId, #[server(default)] tags: String) -> Result<(), Problem> {
    tags::set_tags(&App::current()?.db, &auth::scope()?, account, &tags).await?;
    outcome::notice("The tags are saved.");
    Ok(())
}

fn recipient(creator: &str, new_name: String) -> Result<Recipient, Error> {
    match creator {
        "" => Ok(Recipient::Nobody),
        "new" => Ok(Recipient::New(new_name)),
        id => {
            id.parse().map(Recipient::Creator).map_err(|_| Error::field("creator", "Choose one of the list"))
        }
    }
}
