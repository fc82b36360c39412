//! The SQL of a person's sessions; auth/session.rs keeps the sessions themselves. Whatever ends here is announced to every
//! process by a trigger.

use crate::db::SystemTx;
use crate::error::Result;
use crate::identity::types::Device;
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, Utc};

/// Nobody looks through more.
const SHOWN: i64 = 100;

/// The person's sessions that their agencies let go on, the one with the hash `here` first. Those that wait for the second
/// step are none yet.
pub(in crate::identity) async fn list_sessions(
    tx: &mut SystemTx,
    user: UserId,
    here: Option<&[u8]>,
) -> Result<Vec<Device>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Device,
        r#"select encode(id_hash, 'hex') as "id!", coalesce(user_agent, '') as "user_agent!", host(ip) as ip,
                  s.created_at as since, last_seen_at as last_seen, coalesce(id_hash = $2, false) as "here!"
           from sessions s left join agencies a on a.agency_id = (s.data->>'agency_id')::uuid
           where user_id = $1 and expires_at > $3 and not s.data ? 'waiting_user_id'
             and last_seen_at > $3 - make_interval(mins => coalesce(a.session_idle_minutes, 20160))
             and s.created_at > $3 - make_interval(days => coalesce(a.session_days, 90))
           order by coalesce(id_hash = $2, false) desc, last_seen_at desc, id_hash limit $4"#,
        user as UserId,
        here,
        now,
        SHOWN
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Whether there was such a session of the person.
pub(in crate::identity) async fn remove_session(
    tx: &mut SystemTx,
    user: UserId,
    id_hash: &[u8],
) -> Result<bool> {
    let done =
        sqlx::query!("delete from sessions where user_id = $1 and id_hash = $2", user as UserId, id_hash)
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes every session of the person but `kept`; how many.
pub(in crate::identity) async fn remove_sessions(
    tx: &mut SystemTx,
    user: UserId,
    kept: Option<&[u8]>,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from sessions where user_id = $1 and id_hash is distinct from $2",
        user as UserId,
        kept
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Removes sessions of anybody that ended before `before`; how many.
pub(in crate::identity) async fn remove_sessions_ended(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!("delete from sessions where expires_at < $1", before).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}

/// The name of a member of `agency`.
pub(in crate::identity) async fn find_member_name(
    tx: &mut SystemTx,
    agency: AgencyId,
    user: UserId,
) -> Result<Option<String>> {
    let name = sqlx::query_scalar!(
        "select u.name from members m join users u on u.id = m.user_id
         where m.agency_id = $1 and m.user_id = $2 and m.removed_at is null",
        agency as AgencyId,
        user as UserId
    );
    Ok(name.fetch_optional(tx.conn()).await?)
}

/// The person's sessions that act in `agency` (in the agency chosen, else in the one joined first, as auth/member.rs has it).
pub(in crate::identity) async fn list_sessions_in(
    tx: &mut SystemTx,
    agency: AgencyId,
    user: UserId,
    here: Option<&[u8]>,
) -> Result<Vec<Device>> {
    let now = tx.now();
    let rows = sqlx::query_as!(
        Device,
        r#"select encode(s.id_hash, 'hex') as "id!", coalesce(s.user_agent, '') as "user_agent!", host(s.ip) as ip,
                  s.created_at as since, s.last_seen_at as last_seen, coalesce(s.id_hash = $5, false) as "here!"
           from sessions s
           join lateral (
             select m.agency_id, a.session_idle_minutes, a.session_days
             from members m join agencies a on a.agency_id = m.agency_id
             where m.user_id = s.user_id and m.removed_at is null and a.deleted_at is null
             order by m.agency_id = (s.data->>'agency_id')::uuid desc nulls last, m.joined_at, m.agency_id limit 1
           ) there on there.agency_id = $1
           where s.user_id = $2 and s.expires_at > $3 and not s.data ? 'waiting_user_id'
             and s.last_seen_at > $3 - make_interval(mins => there.session_idle_minutes)
             and s.created_at > $3 - make_interval(days => there.session_days)
           order by s.last_seen_at desc, s.id_hash limit $4"#,
        agency as AgencyId,
        user as UserId,
        now,
        SHOWN,
        here
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Removes the person's sessions that act in `agency`, or one of them; how many.
pub(in crate::identity) async fn remove_sessions_in(
    tx: &mut SystemTx,
    agency: AgencyId,
    user: UserId,
    one: Option<&[u8]>,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from sessions s where s.user_id = $2 and ($3::bytea is null or s.id_hash = $3) and $1 = (
           select m.agency_id from members m join agencies a on a.agency_id = m.agency_id
           where m.user_id = s.user_id and m.removed_at is null and a.deleted_at is null
           order by m.agency_id = (s.data->>'agency_id')::uuid desc nulls last, m.joined_at, m.agency_id limit 1)",
        agency as AgencyId,
        user as UserId,
        one
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
