//! The SQL of the roles that need a second factor, and of resets that owners ask for.

use crate::auth::Role;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, Utc};

/// A role that needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Rule {
    pub role: Role,
    pub grace_days: i32,
}

pub(in super::super) async fn list_rules(tx: &mut AgencyTx) -> Result<Vec<Rule>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        Rule,
        r#"select role as "role: Role", grace_days from second_factor_rules where agency_id = $1 order by role"#,
        agency as AgencyId
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// Holds the agency's rules until the transaction ends.
pub(in super::super) async fn lock_rules(tx: &mut AgencyTx) -> Result<()> {
    let key = format!("second factor rules {}", tx.agency_id());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(tx.conn()).await?;
    Ok(())
}

/// Grace that changes later counts from when the role was first required to.
pub(in super::super) async fn set_rule(tx: &mut AgencyTx, rule: Rule) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into second_factor_rules (agency_id, role, required_since, grace_days) values ($1, $2, $3, $4)
         on conflict (agency_id, role) do update set grace_days = excluded.grace_days",
        agency as AgencyId,
        rule.role.as_str(),
        now,
        rule.grace_days
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in super::super) async fn remove_rule(tx: &mut AgencyTx, role: Role) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from second_factor_rules where agency_id = $1 and role = $2",
        agency as AgencyId,
        role.as_str()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A member, as an owner who resets their factor needs to know them.
pub(in super::super) struct MemberRow {
    pub name: String,
    pub email: String,
    pub since: Option<DateTime<Utc>>,
    pub asked_at: Option<DateTime<Utc>>,
}

pub(in super::super) async fn lookup_member(tx: &mut AgencyTx, user: UserId) -> Result<MemberRow> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        MemberRow,
        r#"select u.name, u.email, u.second_factor_since as since, r.asked_at as "asked_at?"
           from members m join users u on u.id = m.user_id
           left join second_factor_resets r on r.agency_id = m.agency_id and r.user_id = m.user_id
           where m.agency_id = $1 and m.user_id = $2 and m.removed_at is null"#,
        agency as AgencyId,
        user as UserId
    );
    Ok(row.fetch_one(tx.conn()).await?)
}

pub(in super::super) async fn add_reset(tx: &mut AgencyTx, user: UserId, by: UserId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into second_factor_resets (agency_id, user_id, asked_by, asked_at) values ($1, $2, $3, $4)
         on conflict (agency_id, user_id) do update set asked_by = excluded.asked_by, asked_at = excluded.asked_at",
        agency as AgencyId,
        user as UserId,
        by as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many of the person's agencies did not ask since `since`.
pub(in super::super) async fn count_agencies_not_asking(
    tx: &mut SystemTx,
    user: UserId,
    since: DateTime<Utc>,
) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from members m join agencies a on a.agency_id = m.agency_id
           where m.user_id = $1 and m.removed_at is null and a.deleted_at is null
             and not exists (select from second_factor_resets r
                             where r.agency_id = m.agency_id and r.user_id = m.user_id and r.asked_at > $2)"#,
        user as UserId,
        since
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(in super::super) async fn remove_resets(tx: &mut SystemTx, user: UserId) -> Result<()> {
    sqlx::query!("delete from second_factor_resets where user_id = $1", user as UserId)
        .execute(tx.conn())
        .await?;
    Ok(())
}
