//! Saved views: addresses of analytics that a member gave a name. Each member has their own.

use super::policy::SaveViews;
use super::store::views as store;
use crate::auth::Scope;
use crate::db::Db;
use crate::error::{Error, Result, on_constraint};
use crate::ids::SavedViewId;
use crate::server::own_path;
use crate::ui::Address;

/// The most views of one member.
const MOST: i64 = 50;
/// The longest name.
pub const MAX_NAME: usize = 60;
/// The longest address.
const MAX_ADDRESS: usize = 4000;

/// A view that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Which.
    pub id: SavedViewId,
    /// As the member calls it.
    pub name: String,
    /// The path and query that show it.
    pub address: String,
}

/// The member's own views, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn views(db: &Db, scope: &Scope<SaveViews>) -> Result<Vec<SavedView>> {
    store::list(&mut db.begin(scope).await?, scope.member().user_id(), MOST).await
}

/// Gives `address` a name; the address as it is kept.
///
/// # Errors
/// `Invalid` for a bad or taken name, or an address that is no page of analytics; `Conflict` when there are too many.
pub async fn save(db: &Db, scope: &Scope<SaveViews>, name: &str, address: &str) -> Result<String> {
    let name = checked_name(name)?;
    let address = checked_address(address).ok_or_else(|| {
        Error::field("name", "This page cannot be saved. Open it in analytics, and save it there")
    })?;
    let mut tx = db.begin(scope).await?;
    let user = scope.member().user_id();
    if store::lock_count(&mut tx, user).await? >= MOST {
        return Err(Error::conflict(format!(
            "You have {MOST} saved views, which is the most. Delete one first."
        )));
    }
    let id = tx.new_id();
    store::add(&mut tx, id, user, &name, &address).await.map_err(taken())?;
    tx.commit().await?;
    Ok(address)
}

/// Gives the member's view another name.
///
/// # Errors
/// `Invalid` for a bad or taken name, `NotFound` for a view that is not the member's.
pub async fn rename(db: &Db, scope: &Scope<SaveViews>, id: SavedViewId, name: &str) -> Result<()> {
    let name = checked_name(name)?;
    let mut tx = db.begin(scope).await?;
    let renamed = store::set_name(&mut tx, id, scope.member().user_id(), &name).await.map_err(taken())?;
    if !renamed {
        return Err(Error::NotFound);
    }
    tx.commit().await
}

/// Forgets the member's view.
///
/// # Errors
/// `NotFound` for a view that is not the member's.
pub async fn delete(db: &Db, scope: &Scope<SaveViews>, id: SavedViewId) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    if !store::remove(&mut tx, id, scope.member().user_id()).await? {
        return Err(Error::NotFound);
    }
    tx.commit().await
}

fn taken() -> impl FnOnce(sqlx::Error) -> Error {
    on_constraint("saved_views_user_name_key", || {
        Error::field("name", "You have a view of this name already")
    })
}

fn checked_name(typed: &str) -> Result<String> {
    match typed.trim() {
        "" => Err(Error::field("name", "Type a name")),
        name if name.chars().count() > MAX_NAME => {
            Err(Error::field("name", format!("At most {MAX_NAME} letters fit here")))
        }
        name => Ok(name.to_owned()),
    }
}

/// The address as it is kept: a page of analytics, without the place in a list; nothing for any other.
#[must_use]
pub fn checked_address(typed: &str) -> Option<String> {
    let address = Address::parse(&own_path::own_path(typed)?).filled().without(&["find", "before", "after"]);
    let within = address.path() == "/analytics" || address.path().starts_with("/analytics/");
    let is_page = within && !address.path().ends_with(".csv") && address.path() != "/analytics/views";
    let address = address.to_string();
    (is_page && address.len() <= MAX_ADDRESS).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_analytics_are_saved_and_nothing_of_another_site() {
        let kept = checked_address("/analytics/compare?period=7d&after=x&tag=vip");
        assert_eq!(kept.as_deref(), Some("/analytics/compare?period=7d&tag=vip"));
        for other in [
            "https://evil.example/analytics",
            "//evil.example/analytics",
            "/analyticsx",
            "/analytics/../settings",
            "/analytics.csv",
            "/analytics/views",
            "",
        ] {
            assert_eq!(checked_address(other), None, "{other}");
        }
    }
}
