//! The SQL of members.

use crate::auth::Role;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AgencyId, CreatorId, UserId};
use crate::keyset::Turn;
use crate::team::types::{Filter, Key, ListedMember, TeamMember};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

#[derive(sqlx::FromRow)]
struct MemberRow {
    user: UserId,
    name: String,
    low: String,
    email: String,
    role: Role,
    joined_at: DateTime<Utc>,
    accounts: i64,
}

/// Up to `limit` members in the direction of `turn`.
pub(in crate::team) async fn list_members(
    tx: &mut AgencyTx,
    filter: &Filter,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<ListedMember>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new(
        r#"with listed as (
             select m.user_id as "user", u.name, lower(u.name) as low, u.email, m.role, m.joined_at
             from members m join users u on u.id = m.user_id
             where m.removed_at is null and m.agency_id = "#,
    );
    sql.push_bind(agency);
    if let Some(role) = filter.role {
        sql.push(" and m.role = ").push_bind(role);
    }
    if let Some(words) = &filter.words {
        let part = format!("%{}%", crate::words::like(words));
        sql.push(" and (lower(u.name) like ").push_bind(part.clone());
        sql.push(" or u.email like ").push_bind(part).push(")");
    }
    sql.push(") select l.*, (select count(*) from reach r where r.agency_id = ").push_bind(agency);
    sql.push(r#" and r.user_id = l."user") as accounts from listed l"#);
    if let Some((low, user)) = turn.key() {
        sql.push(if turn.is_back() { r#" where (low, "user") < ("# } else { r#" where (low, "user") > ("# });
        sql.push_bind(low).push(", ").push_bind(user).push(")");
    }
    sql.push(if turn.is_back() { r#" order by low desc, "user" desc"# } else { r#" order by low, "user""# });
    sql.push(" limit ").push_bind(limit);
    let rows: Vec<MemberRow> = sql.build_query_as().fetch_all(tx.conn()).await?;
    let listed = rows.into_iter().map(|MemberRow { user, name, low, email, role, joined_at, accounts }| {
        ListedMember { user, name, low, email, role, joined_at, accounts }
    });
    Ok(listed.collect())
}

/// One member who was not removed.
pub(in crate::team) async fn lookup_member(tx: &mut AgencyTx, user: UserId) -> Result<TeamMember> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select u.name, u.email, m.role as "role: Role", m.joined_at, c.id as "creator?: CreatorId", c.name as "creator_name?"
           from members m join users u on u.id = m.user_id
           left join creators c on c.agency_id = m.agency_id and c.user_id = m.user_id
           where m.agency_id = $1 and m.user_id = $2 and m.removed_at is null"#,
        agency as AgencyId,
        user as UserId
    )
    .fetch_one(tx.conn())
    .await?;
    let creator = row.creator.zip(row.creator_name);
    Ok(TeamMember {
        user,
        name: row.name,
        email: row.email,
        role: row.role,
        joined_at: row.joined_at,
        creator,
    })
}

/// What the member is, locked until the transaction ends.
pub(in crate::team) async fn lock_member(tx: &mut AgencyTx, user: UserId) -> Result<Role> {
    let agency = tx.agency_id();
    let role = sqlx::query_scalar!(
        r#"select role as "role: Role" from members
           where agency_id = $1 and user_id = $2 and removed_at is null for update"#,
        agency as AgencyId,
        user as UserId
    );
    Ok(role.fetch_one(tx.conn()).await?)
}

/// Holds everything about the agency's team until the transaction ends.
pub(in crate::team) async fn lock_team(tx: &mut AgencyTx) -> Result<()> {
    let key = format!("team {}", tx.agency_id());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(tx.conn()).await?;
    Ok(())
}

/// What the person is here now; nothing for one who is no member.
pub(in crate::team) async fn find_role(tx: &mut AgencyTx, user: UserId) -> Result<Option<Role>> {
    let agency = tx.agency_id();
    let role = sqlx::query_scalar!(
        r#"select role as "role: Role" from members where agency_id = $1 and user_id = $2 and removed_at is null"#,
        agency as AgencyId,
        user as UserId
    );
    Ok(role.fetch_optional(tx.conn()).await?)
}

/// What those of `users` are who are members.
pub(in crate::team) async fn list_roles(tx: &mut AgencyTx, users: &[UserId]) -> Result<Vec<Role>> {
    let agency = tx.agency_id();
    let users: Vec<_> = users.iter().map(|it| it.0).collect();
    let roles = sqlx::query_scalar!(
        r#"select role as "role: Role" from members where agency_id = $1 and user_id = any ($2) and removed_at is null"#,
        agency as AgencyId,
        &users
    );
    Ok(roles.fetch_all(tx.conn()).await?)
}

/// The owners, locked until the transaction ends, always in the same order: of two who step down at once, one is the last.
pub(in crate::team) async fn lock_owners(tx: &mut AgencyTx) -> Result<Vec<UserId>> {
    let agency = tx.agency_id();
    let owners = sqlx::query_scalar!(
        r#"select user_id as "user: UserId" from members
           where agency_id = $1 and role = 'owner' and removed_at is null order by user_id for update"#,
        agency as AgencyId
    );
    Ok(owners.fetch_all(tx.conn()).await?)
}

/// Makes the person a member, also one who was removed before; whether they were none.
pub(in crate::team) async fn add_member(tx: &mut AgencyTx, user: UserId, role: Role) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let done = sqlx::query!(
        "insert into members (agency_id, user_id, role, joined_at) values ($1, $2, $3, $4)
         on conflict (agency_id, user_id) do update set role = excluded.role, joined_at = excluded.joined_at, removed_at = null
         where members.removed_at is not null",
        agency as AgencyId,
        user as UserId,
        role as Role,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(in crate::team) async fn set_role(tx: &mut AgencyTx, user: UserId, role: Role) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update members set role = $3, role_since = $4 where agency_id = $1 and user_id = $2",
        agency as AgencyId,
        user as UserId,
        role as Role,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::team) async fn set_removed(tx: &mut AgencyTx, user: UserId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update members set removed_at = $3 where agency_id = $1 and user_id = $2",
        agency as AgencyId,
        user as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends the person's sessions in which this agency is the chosen one; how many.
pub(in crate::team) async fn end_sessions(tx: &mut SystemTx, user: UserId, agency: AgencyId) -> Result<u64> {
    let done = sqlx::query!(
        "delete from sessions where user_id = $1 and data ->> 'agency_id' = $2",
        user as UserId,
        agency.to_string()
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
