//! The SQL of connections: what lists and pages show.

use crate::connections::types::{ConnectedAccount, Connection, Health, ProblemConnection};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, ConnectionId, UserId};

pub(in crate::connections) async fn list(tx: &mut AgencyTx) -> Result<Vec<Connection>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select id as "id: ConnectionId", platform, display_name, health as "health: Health", health_since, health_note,
                  paused_until, connected_at, scopes
           from connections where agency_id = $1 and disconnected_at is null order by connected_at desc, id desc"#,
        agency as AgencyId
    )
    .fetch_all(tx.conn())
    .await?;
    // A platform that this version does not know (any more) cannot be shown or used.
    let known = rows.into_iter().filter_map(|row| {
        Some(Connection {
            id: row.id,
            platform: row.platform.parse().ok()?,
            display_name: row.display_name,
            health: row.health,
            health_since: row.health_since,
            health_note: row.health_note,
            paused_until: row.paused_until,
            connected_at: row.connected_at,
            scopes: row.scopes,
            accounts: Vec::new(),
        })
    });
    Ok(known.collect())
}

struct AccountRow {
    connection: ConnectionId,
    id: AccountId,
    name: String,
    handle: String,
    syncing: bool,
}

pub(in crate::connections) async fn list_accounts(
    tx: &mut AgencyTx,
) -> Result<Vec<(ConnectionId, ConnectedAccount)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        AccountRow,
        r#"select a.connection_id as "connection!: ConnectionId", a.id as "id: AccountId", a.name, a.handle,
                  coalesce(s.state in ('waiting', 'running') and s.backfill_done_at is null, false) as "syncing!"
           from accounts a left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
           where a.agency_id = $1 and a.disconnected_at is null and a.connection_id is not null
           order by a.name, a.id"#,
        agency as AgencyId
    )
    .fetch_all(tx.conn())
    .await?;
    let account = |row: AccountRow| {
        let it = ConnectedAccount { id: row.id, name: row.name, handle: row.handle, syncing: row.syncing };
        (row.connection, it)
    };
    Ok(rows.into_iter().map(account).collect())
}

pub(in crate::connections) async fn list_problems(tx: &mut AgencyTx) -> Result<Vec<ProblemConnection>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select c.id as "id: ConnectionId", c.platform, c.health as "health: Health", c.health_since,
                  coalesce(string_agg(a.name, ', ' order by a.name), c.display_name) as "names!"
           from connections c
           left join accounts a on a.agency_id = c.agency_id and a.connection_id = c.id and a.disconnected_at is null
           where c.agency_id = $1 and c.disconnected_at is null and c.health <> 'connected'
           group by c.agency_id, c.id
           order by array_position(array['needs_reconnect', 'choosing', 'platform_down'], c.health) nulls last, c.id"#,
        agency as AgencyId
    )
    .fetch_all(tx.conn())
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        Some(ProblemConnection {
            id: row.id,
            platform: row.platform.parse().ok()?,
            names: row.names,
            health: row.health,
            since: row.health_since,
        })
    });
    Ok(known.collect())
}

/// The connection through which `account` is reached, with everything else that it reaches; nothing when it is disconnected.
pub(in crate::connections) async fn find_of_account(
    tx: &mut AgencyTx,
    account: AccountId,
) -> Result<Option<Connection>> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let rows = sqlx::query!(
        r#"select c.id as "id: ConnectionId", c.platform, c.display_name, c.health as "health: Health", c.health_since,
                  c.health_note, c.paused_until, c.connected_at, c.scopes,
                  b.id as "account: AccountId", b.name, b.handle,
                  coalesce(s.state in ('waiting', 'running') and s.backfill_done_at is null, false) as "syncing!"
           from accounts a
           join connections c on c.agency_id = a.agency_id and c.id = a.connection_id
           join accounts b on b.agency_id = a.agency_id and b.connection_id = c.id and b.disconnected_at is null
           left join syncs s on s.agency_id = b.agency_id and s.account_id = b.id
           where a.agency_id = $1 and a.id = $2 and a.disconnected_at is null
             and ($3::uuid is null or (
               a.id in (select account_id from reach where agency_id = $1 and user_id = $3)
               and b.id in (select account_id from reach where agency_id = $1 and user_id = $3)))
           order by b.name, b.id"#,
        agency as AgencyId,
        account as AccountId,
        member as Option<UserId>
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: Option<Connection> = None;
    for row in rows {
        let Ok(platform) = row.platform.parse() else { return Ok(None) };
        let connection = found.get_or_insert_with(|| Connection {
            id: row.id,
            platform,
            display_name: row.display_name,
            health: row.health,
            health_since: row.health_since,
            health_note: row.health_note,
            paused_until: row.paused_until,
            connected_at: row.connected_at,
            scopes: row.scopes,
            accounts: Vec::new(),
        });
        connection.accounts.push(ConnectedAccount {
            id: row.account,
            name: row.name,
            handle: row.handle,
            syncing: row.syncing,
        });
    }
    Ok(found)
}

pub(in crate::connections) async fn list_handles(tx: &mut AgencyTx, platform: &str) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let handles = sqlx::query_scalar!(
        "select handle from accounts where agency_id = $1 and platform = $2 and disconnected_at is null",
        agency as AgencyId,
        platform
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(handles)
}

/// An owner who has to be told about a connection.
pub(in crate::connections) struct ToTell {
    pub email: String,
    pub agency_name: String,
    pub platform: String,
    pub names: String,
}

pub(in crate::connections) async fn list_to_tell(tx: &mut AgencyTx, id: ConnectionId) -> Result<Vec<ToTell>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        ToTell,
        r#"select u.email, g.name as agency_name, c.platform,
                  coalesce((select string_agg(a.name, ', ' order by a.name) from accounts a
                    where a.agency_id = c.agency_id and a.connection_id = c.id and a.disconnected_at is null), c.display_name) as "names!"
           from connections c
           join agencies g on g.agency_id = c.agency_id
           join members m on m.agency_id = c.agency_id and m.role = 'owner' and m.removed_at is null
           join users u on u.id = m.user_id
           where c.agency_id = $1 and c.id = $2"#,
        agency as AgencyId,
        id as ConnectionId
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
