//! The SQL of saved views.

use crate::analytics::views::SavedView;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AgencyId, SavedViewId, UserId};

/// The member's own, by name.
pub(in crate::analytics) async fn list(
    tx: &mut AgencyTx,
    user: UserId,
    limit: i64,
) -> Result<Vec<SavedView>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        SavedView,
        r#"select id as "id: SavedViewId", name, address from saved_views
           where agency_id = $1 and user_id = $2 order by lower(name), id limit $3"#,
        agency as AgencyId,
        user as UserId,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// How many the member has; nobody else adds one of theirs until the transaction ends.
pub(in crate::analytics) async fn lock_count(tx: &mut AgencyTx, user: UserId) -> Result<i64> {
    let agency = tx.agency_id();
    let lock = sqlx::query!(
        "select user_id from members where agency_id = $1 and user_id = $2 for no key update",
        agency as AgencyId,
        user as UserId
    );
    lock.fetch_one(tx.conn()).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from saved_views where agency_id = $1 and user_id = $2"#,
        agency as AgencyId,
        user as UserId
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(in crate::analytics) async fn add(
    tx: &mut AgencyTx,
    id: SavedViewId,
    user: UserId,
    name: &str,
    address: &str,
) -> Result<(), sqlx::Error> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into saved_views (agency_id, id, user_id, name, address, created_at) values ($1, $2, $3, $4, $5, $6)",
        agency as AgencyId,
        id as SavedViewId,
        user as UserId,
        name,
        address,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the member has such a view.
pub(in crate::analytics) async fn set_name(
    tx: &mut AgencyTx,
    id: SavedViewId,
    user: UserId,
    name: &str,
) -> Result<bool, sqlx::Error> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "update saved_views set name = $4 where agency_id = $1 and id = $2 and user_id = $3",
        agency as AgencyId,
        id as SavedViewId,
        user as UserId,
        name
    );
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Whether the member had such a view.
pub(in crate::analytics) async fn remove(tx: &mut AgencyTx, id: SavedViewId, user: UserId) -> Result<bool> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "delete from saved_views where agency_id = $1 and id = $2 and user_id = $3",
        agency as AgencyId,
        id as SavedViewId,
        user as UserId
    );
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}
