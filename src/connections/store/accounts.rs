//! The SQL of connections: the accounts that grants reach, as they come, move and go.

use crate::connections::grant::Reached;
use crate::db::AgencyTx;
use crate::error::{Error, Result};
use crate::ids::{AccountId, AgencyId, ConnectionId, CreatorId, UserId};
use chrono::{DateTime, Utc};

/// An account that this agency has or had.
pub(in crate::connections) struct KnownAccount {
    pub id: AccountId,
    pub platform_account_id: String,
    pub creator: Option<CreatorId>,
    pub connection: Option<ConnectionId>,
    pub disconnected: bool,
}

pub(in crate::connections) async fn list_known_accounts(
    tx: &mut AgencyTx,
    platform: &str,
    platform_account_ids: &[String],
) -> Result<Vec<KnownAccount>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        KnownAccount,
        r#"select id as "id: AccountId", platform_account_id, creator_id as "creator: CreatorId",
                  connection_id as "connection: ConnectionId", disconnected_at is not null as "disconnected!"
           from accounts where agency_id = $1 and platform = $2 and platform_account_id = any($3)"#,
        agency as AgencyId,
        platform,
        platform_account_ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The account is reached through `connection` from now on. One that was here before keeps its row, name and figures; its name.
pub(in crate::connections) async fn attach_account(
    tx: &mut AgencyTx,
    id: AccountId,
    platform: &str,
    connection: ConnectionId,
    creator: CreatorId,
    reached: &Reached,
) -> Result<String> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let name = sqlx::query_scalar!(
        "insert into accounts (agency_id, id, platform, platform_account_id, connection_id, via_agency, creator_id, name, handle,
           avatar_url, followers_count, subscribers_count, platform_since, connected_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict on constraint accounts_platform_account_key do update set
           connection_id = excluded.connection_id, via_agency = excluded.via_agency, creator_id = excluded.creator_id,
           name = case when accounts.renamed then accounts.name else excluded.name end, handle = excluded.handle,
           avatar_url = coalesce(excluded.avatar_url, accounts.avatar_url),
           followers_count = coalesce(excluded.followers_count, accounts.followers_count),
           subscribers_count = coalesce(excluded.subscribers_count, accounts.subscribers_count),
           platform_since = coalesce(excluded.platform_since, accounts.platform_since),
           connected_at = case when accounts.disconnected_at is null then accounts.connected_at else excluded.connected_at end,
           disconnected_at = null
         returning name",
        agency as AgencyId,
        id as AccountId,
        platform,
        reached.platform_account_id,
        connection as ConnectionId,
        reached.via_agency,
        creator as CreatorId,
        reached.name(),
        reached.handle(),
        reached.avatar_url,
        reached.followers,
        reached.subscribers,
        reached.since as Option<DateTime<Utc>>,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(name)
}

/// What is known of an account when it is to be disconnected.
pub(in crate::connections) struct AccountToEnd {
    pub name: String,
    pub handle: String,
    pub platform: String,
    pub connection: Option<ConnectionId>,
    pub grant_of: Option<String>,
    pub disconnected: bool,
    /// Whether the grant is an agency's.
    pub via_agency: bool,
    /// How many other accounts are reached through the same grant.
    pub others: i64,
}

pub(in crate::connections) async fn find_account_to_end(
    tx: &mut AgencyTx,
    id: AccountId,
) -> Result<AccountToEnd> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let row = sqlx::query_as!(
        AccountToEnd,
        r#"select a.name, a.handle, a.platform, a.connection_id as "connection: ConnectionId",
                  c.display_name as "grant_of?", a.disconnected_at is not null as "disconnected!", a.via_agency,
                  (select count(*) from accounts b where b.agency_id = a.agency_id and b.connection_id = a.connection_id
                     and b.id <> a.id and b.disconnected_at is null) as "others!"
           from accounts a left join connections c on c.agency_id = a.agency_id and c.id = a.connection_id
           where a.agency_id = $1 and a.id = $2
             and ($3::uuid is null or a.id in (select account_id from reach where agency_id = $1 and user_id = $3))"#,
        agency as AgencyId,
        id as AccountId,
        member as Option<UserId>
    )
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound)
}

pub(in crate::connections) async fn set_account_disconnected(tx: &mut AgencyTx, id: AccountId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update accounts set disconnected_at = $3 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as AccountId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many accounts are reached through the grant.
pub(in crate::connections) async fn count_accounts(tx: &mut AgencyTx, id: ConnectionId) -> Result<i64> {
    let agency = tx.agency_id();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from accounts where agency_id = $1 and connection_id = $2 and disconnected_at is null"#,
        agency as AgencyId,
        id as ConnectionId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}
