//! The SQL of memberships.

use crate::auth::Role;
use crate::db::SystemTx;
use crate::error::Result;
use crate::identity::types::Membership;
use crate::ids::{AgencyId, UserId};

pub(in crate::identity) async fn add_agency(
    tx: &mut SystemTx,
    id: AgencyId,
    name: &str,
    owner: UserId,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "with agency as (insert into agencies (agency_id, name, created_at) values ($1, $2, $4))
         insert into members (agency_id, user_id, role, joined_at) values ($1, $3, 'owner', $4)",
        id as AgencyId,
        name,
        owner as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The agency that the person joined first, which is where they begin.
pub(in crate::identity) async fn find_first_agency(
    tx: &mut SystemTx,
    user: UserId,
) -> Result<Option<AgencyId>> {
    let agency = sqlx::query_scalar!(
        r#"select m.agency_id as "agency: AgencyId" from members m join agencies a on a.agency_id = m.agency_id
           where m.user_id = $1 and m.removed_at is null and a.deleted_at is null
           order by m.joined_at, m.agency_id limit 1"#,
        user as UserId
    );
    Ok(agency.fetch_optional(tx.conn()).await?)
}

pub(in crate::identity) async fn is_member(
    tx: &mut SystemTx,
    user: UserId,
    agency: AgencyId,
) -> Result<bool> {
    let is = sqlx::query_scalar!(
        r#"select exists (select from members m join agencies a on a.agency_id = m.agency_id
             where m.agency_id = $1 and m.user_id = $2 and m.removed_at is null and a.deleted_at is null) as "is!""#,
        agency as AgencyId,
        user as UserId
    );
    Ok(is.fetch_one(tx.conn()).await?)
}

pub(in crate::identity) async fn list_memberships(
    tx: &mut SystemTx,
    user: UserId,
) -> Result<Vec<Membership>> {
    let rows = sqlx::query_as!(
        Membership,
        r#"select m.agency_id as "agency: AgencyId", a.name, m.role as "role: Role"
           from members m join agencies a on a.agency_id = m.agency_id
           where m.user_id = $1 and m.removed_at is null and a.deleted_at is null order by lower(a.name), m.agency_id"#,
        user as UserId
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The person's agencies, always in the same order.
pub(in crate::identity) async fn list_agencies(tx: &mut SystemTx, user: UserId) -> Result<Vec<AgencyId>> {
    let ids = sqlx::query_scalar!(
        r#"select m.agency_id as "agency: AgencyId" from members m join agencies a on a.agency_id = m.agency_id
           where m.user_id = $1 and m.removed_at is null and a.deleted_at is null order by m.agency_id"#,
        user as UserId
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Agencies of which the person is an owner.
pub(in crate::identity) async fn count_owned(tx: &mut SystemTx, user: UserId) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from members m join agencies a on a.agency_id = m.agency_id
           where m.user_id = $1 and m.role = 'owner' and m.removed_at is null and a.deleted_at is null"#,
        user as UserId
    );
    Ok(count.fetch_one(tx.conn()).await?)
}
