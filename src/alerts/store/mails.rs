//! The SQL of mail about alerts: who wants it, and what was mailed to whom.

use super::AlertRow;
use crate::alerts::types::{Digest, Evidence, Rhythm};
use crate::auth::Role;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, AlertId, UserId};
use chrono::NaiveDate;
use sqlx::types::Json;

pub(in crate::alerts) async fn lookup_digest(tx: &mut AgencyTx, user: UserId) -> Result<Option<Digest>> {
    let agency = tx.agency_id();
    let digest = sqlx::query_as!(
        Digest,
        r#"select rhythm as "rhythm: Rhythm", hour from alert_digests where agency_id = $1 and user_id = $2"#,
        agency as AgencyId,
        user as UserId
    );
    Ok(digest.fetch_optional(tx.conn()).await?)
}

/// Who had no mail begins to have it with what is raised from now on.
pub(in crate::alerts) async fn set_digest(tx: &mut AgencyTx, user: UserId, digest: Digest) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into alert_digests as d (agency_id, user_id, rhythm, hour, since) values ($1, $2, $3, $4, $5)
         on conflict (agency_id, user_id) do update set rhythm = excluded.rhythm, hour = excluded.hour,
           since = case when d.rhythm = 'off' then excluded.since else d.since end",
        agency as AgencyId,
        user as UserId,
        digest.rhythm.as_str(),
        digest.hour,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A member who wants digests at an hour.
pub(in crate::alerts) struct Reader {
    pub agency: AgencyId,
    pub user: UserId,
    pub rhythm: Rhythm,
    pub hour: i32,
    pub last_on: Option<NaiveDate>,
    pub time_zone: String,
}

/// Everybody who does, in all agencies.
pub(in crate::alerts) async fn list_readers(tx: &mut SystemTx) -> Result<Vec<Reader>> {
    let rows = sqlx::query_as!(
        Reader,
        r#"select d.agency_id as "agency: AgencyId", d.user_id as "user: UserId", d.rhythm as "rhythm: Rhythm", d.hour, d.last_on,
                  a.time_zone
           from alert_digests d join agencies a on a.agency_id = d.agency_id
           join members m on m.agency_id = d.agency_id and m.user_id = d.user_id
           where d.rhythm in ('daily', 'weekly') and a.deleted_at is null
             and m.removed_at is null and m.role in ('owner', 'manager')
           order by d.agency_id, d.user_id"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The members of the agency who want to know at once.
pub(in crate::alerts) async fn list_at_once(tx: &mut AgencyTx) -> Result<Vec<UserId>> {
    let agency = tx.agency_id();
    let users = sqlx::query_scalar!(
        r#"select d.user_id as "user: UserId" from alert_digests d
           join agencies a on a.agency_id = d.agency_id
           join members m on m.agency_id = d.agency_id and m.user_id = d.user_id
           where d.agency_id = $1 and d.rhythm = 'at_once' and a.deleted_at is null
             and m.removed_at is null and m.role in ('owner', 'manager')
           order by d.user_id"#,
        agency as AgencyId
    );
    Ok(users.fetch_all(tx.conn()).await?)
}

/// Notes that the digest of `day` is dealt with. False when it was already: another process is or was quicker.
pub(in crate::alerts) async fn set_dealt_with(
    tx: &mut AgencyTx,
    user: UserId,
    day: NaiveDate,
) -> Result<bool> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "update alert_digests set last_on = $3
         where agency_id = $1 and user_id = $2 and rhythm in ('daily', 'weekly') and (last_on is null or last_on < $3)",
        agency as AgencyId,
        user as UserId,
        day
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes every alert that the member was not mailed yet, the newest first: from now on they are mailed, by this transaction.
pub(in crate::alerts) async fn take_unmailed(tx: &mut AgencyTx, user: UserId) -> Result<Vec<AlertRow>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let rows = sqlx::query_as!(
        AlertRow,
        r#"with taken as (
             insert into alert_mails (agency_id, user_id, alert_id, mailed_at)
             select $1, $2, l.id, $3 from alerts l join alert_digests d on d.agency_id = $1 and d.user_id = $2
             where l.agency_id = $1 and l.raised_at >= d.since
               and not exists (select from alert_mails s where s.agency_id = $1 and s.user_id = $2 and s.alert_id = l.id)
             on conflict do nothing
             returning alert_id
           )
           select l.id as "id: AlertId", l.evidence as "evidence: Json<Evidence>", l.account_id as "account_id: AccountId",
                  a.name as "account_name?", l.raised_at, l.ended_at, false as "read!"
           from taken t join alerts l on l.agency_id = $1 and l.id = t.alert_id
           left join accounts a on a.agency_id = l.agency_id and a.id = l.account_id
           order by l.raised_at desc, l.id desc"#,
        agency as AgencyId,
        user as UserId,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Where a member is written to, and what they are.
pub(in crate::alerts) struct Recipient {
    pub email: String,
    pub role: Role,
    pub agency_name: String,
}

pub(in crate::alerts) async fn find_recipient(tx: &mut AgencyTx, user: UserId) -> Result<Recipient> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Recipient,
        r#"select u.email, m.role as "role: Role", a.name as agency_name
           from members m join users u on u.id = m.user_id join agencies a on a.agency_id = m.agency_id
           where m.agency_id = $1 and m.user_id = $2"#,
        agency as AgencyId,
        user as UserId
    );
    Ok(row.fetch_one(tx.conn()).await?)
}
