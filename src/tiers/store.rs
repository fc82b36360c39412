//! The SQL of tiers.

use super::types::{Rated, Tier, Worked};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AgencyId, CreatorId};
use crate::money::Money;
use crate::period::Period;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What every creator who is not archived, and was there before the month ended, earned in it; save those with an account whose
/// past is still being read.
pub(super) async fn list_worked(tx: &mut AgencyTx, month: Period) -> Result<Vec<Worked>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select c.id as "id: CreatorId", coalesce(f.day, (c.created_at at time zone 'UTC')::date) as "since!",
                  coalesce(m.currency, g.currency) as "currency!", coalesce(m.net, 0)::bigint as "net!"
           from creators c join agencies g on g.agency_id = c.agency_id
           left join lateral (
             select min(d.day) as day from accounts a
             cross join lateral (select min(day) as day from earning_days
               where agency_id = $1 and account_id = a.id and (gross, net, payments) <> (0, 0, 0)) d
             where a.agency_id = $1 and a.creator_id = c.id) f on true
           left join lateral (
             select s.currency, sum(s.net) as net from accounts a
             join account_sums s on s.agency_id = $1 and s.grain = 'month' and s.start = $2 and s.account_id = a.id
             where a.agency_id = $1 and a.creator_id = c.id
             group by s.currency order by sum(s.net) desc, s.currency limit 1) m on true
           where c.agency_id = $1 and c.archived_at is null
             and coalesce(f.day, (c.created_at at time zone 'UTC')::date) < $3
             and not exists (select from accounts a join syncs s on s.agency_id = $1 and s.account_id = a.id
               where a.agency_id = $1 and a.creator_id = c.id and s.backfill_done_at is null and s.state <> 'stopped')
           order by c.id"#,
        agency as AgencyId,
        month.start,
        month.end
    )
    .fetch_all(tx.conn())
    .await?;
    let worked = rows.into_iter().filter_map(|row| {
        let net = Money::new(row.net, row.currency.parse().ok()?);
        Some(Worked { creator: row.id, since: row.since, net })
    });
    Ok(worked.collect())
}

/// Stores what creators were in a month. Those that are there already are replaced where they earned something else than was
/// known, or `anew`, where only the tier is another; or stay.
pub(super) async fn set(
    tx: &mut AgencyTx,
    month: NaiveDate,
    rated: &[(Worked, Tier)],
    anew: bool,
) -> Result<()> {
    let agency = tx.agency_id();
    let ids: Vec<_> = rated.iter().map(|(worked, _)| worked.creator.0).collect();
    let tiers: Vec<_> = rated.iter().map(|(_, tier)| tier.as_str().to_owned()).collect();
    let currencies: Vec<_> = rated.iter().map(|(worked, _)| worked.net.currency.to_string()).collect();
    let nets: Vec<_> = rated.iter().map(|(worked, _)| worked.net.minor).collect();
    sqlx::query!(
        "insert into creator_tiers as t (agency_id, creator_id, month, tier, currency, net)
         select $1, n.id, $2, n.tier, n.currency, n.net
         from unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[]) as n (id, tier, currency, net)
         on conflict (agency_id, creator_id, month) do update set
           tier = excluded.tier, currency = excluded.currency, net = excluded.net
         where (t.currency, t.net) <> (excluded.currency, excluded.net) or $7 and t.tier <> excluded.tier",
        agency as AgencyId,
        month,
        &ids,
        &tiers,
        &currencies,
        &nets,
        anew
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether anybody was rated for a month.
pub(super) async fn knows(tx: &mut AgencyTx, month: NaiveDate) -> Result<bool> {
    let agency = tx.agency_id();
    let knows = sqlx::query_scalar!(
        r#"select exists (select from creator_tiers where agency_id = $1 and month = $2) as "knows!""#,
        agency as AgencyId,
        month
    );
    Ok(knows.fetch_one(tx.conn()).await?)
}

/// What these creators were in a month.
pub(super) async fn list_of_month(
    tx: &mut AgencyTx,
    month: NaiveDate,
    creators: &[CreatorId],
) -> Result<BTreeMap<CreatorId, Tier>> {
    let agency = tx.agency_id();
    let ids: Vec<_> = creators.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select creator_id as "id: CreatorId", tier from creator_tiers
           where agency_id = $1 and month = $2 and creator_id = any ($3)"#,
        agency as AgencyId,
        month,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, Tier::parse(&row.tier)?))).collect())
}

/// The last months of one creator, the newest first.
pub(super) async fn list_of_creator(tx: &mut AgencyTx, creator: CreatorId, limit: i64) -> Result<Vec<Rated>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        "select month, tier, currency, net from creator_tiers
         where agency_id = $1 and creator_id = $2 order by month desc limit $3",
        agency as AgencyId,
        creator as CreatorId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let rated = rows.into_iter().filter_map(|row| {
        let net = Money::new(row.net, row.currency.parse().ok()?);
        Some(Rated { month: row.month, tier: Tier::parse(&row.tier)?, net })
    });
    Ok(rated.collect())
}
