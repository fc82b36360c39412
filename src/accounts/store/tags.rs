//! The SQL of tags.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};

/// Holds the account, so that its tags are changed by one at a time.
pub(in crate::accounts) async fn lock_account(tx: &mut AgencyTx, id: AccountId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "select id from accounts where agency_id = $1 and id = $2 for update",
        agency as AgencyId,
        id as AccountId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// Gives the account `tags` and no others; those that went, and those that came.
pub(in crate::accounts) async fn set(
    tx: &mut AgencyTx,
    id: AccountId,
    tags: &[String],
) -> Result<(Vec<String>, Vec<String>)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"with gone as (
             delete from account_tags where agency_id = $1 and account_id = $2 and tag <> all ($3) returning tag
           ), new as (
             insert into account_tags (agency_id, account_id, tag) select $1, $2, unnest($3::text[])
             on conflict do nothing returning tag
           )
           select array(select tag from gone order by tag) as "gone!", array(select tag from new order by tag) as "new!""#,
        agency as AgencyId,
        id as AccountId,
        tags
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.gone, row.new))
}

/// The tags in use, by name.
pub(in crate::accounts) async fn list_used(tx: &mut AgencyTx, limit: i64) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let tags = sqlx::query_scalar!(
        "select tag from account_tags where agency_id = $1 group by tag order by tag limit $2",
        agency as AgencyId,
        limit
    );
    Ok(tags.fetch_all(tx.conn()).await?)
}
