//! The proof that the rollups are right: everything is counted again from the earnings and compared.

use crate::auth::SystemScope;
use crate::db::Db;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};

/// A figure that is kept and one that a recount gives, where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whose.
    pub agency: AgencyId,
    /// Of which account.
    pub account: AccountId,
    /// The table: `earning_days`, `fan_days` or `fans`.
    pub rollup: String,
    /// The row in it.
    pub key: String,
    /// What is kept.
    pub kept: String,
    /// What the earnings say.
    pub recounted: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { agency, account, rollup, key, kept, recounted } = self;
        write!(f, "agency {agency}, account {account}, {rollup} of {key}: kept {kept}; recounted {recounted}")
    }
}

/// Counts every agency's rollups again, one agency after the other, and gives what differs (at most 1,000 per agency). Each
/// agency is read in one statement, so writers at work meanwhile do no harm and are not held up.
///
/// # Errors
/// When the database does not answer.
pub async fn check(db: &Db) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for agency in db.agencies("check the rollups of every agency").await? {
        differences.extend(check_agency(db, agency).await?);
    }
    Ok(differences)
}

/// A row that is missing on one side counts as zero: an account that moved a payment to another day keeps an empty row.
async fn check_agency(db: &Db, agency: AgencyId) -> Result<Vec<Difference>> {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "check rollups")).await?;
    let differences = sqlx::query_as!(
        Difference,
        r#"with e as materialized (
             select account_id, (occurred_at at time zone 'UTC')::date as day, currency, source, fan_id, gross, net,
                    (gross > 0)::int as payments, case when gross > 0 then occurred_at end as paid_at
             from earnings where agency_id = $1
           ), kept as (
             select 'earning_days' as rollup, account_id, concat_ws(' ', day, currency, source) as key, gross, net, payments,
                    null::timestamptz as first_paid_at, null::timestamptz as last_paid_at
             from earning_days where agency_id = $1
             union all
             select 'fan_days', account_id, concat_ws(' ', day, currency, fan_id), gross, net, payments, null, null
             from fan_days where agency_id = $1
             union all
             select 'fans', account_id, fan_id, gross, net, payments, first_paid_at, last_paid_at from fans where agency_id = $1
           ), again as (
             select 'earning_days' as rollup, account_id, concat_ws(' ', day, currency, source) as key, sum(gross) as gross,
                    sum(net) as net, sum(payments) as payments, null::timestamptz as first_paid_at, null::timestamptz as last_paid_at
             from e group by account_id, day, currency, source
             union all
             select 'fan_days', account_id, concat_ws(' ', day, currency, fan_id), sum(gross), sum(net), sum(payments), null, null
             from e where fan_id is not null group by account_id, day, currency, fan_id
             union all
             select 'fans', account_id, fan_id, sum(gross), sum(net), sum(payments), min(paid_at), max(paid_at)
             from e where fan_id is not null group by account_id, fan_id
           ), compared as (
             select rollup, account_id, key,
                    concat_ws(' ', coalesce(k.gross, 0), 'gross,', coalesce(k.net, 0), 'net,', coalesce(k.payments, 0), 'payments',
                              k.first_paid_at, k.last_paid_at) as kept,
                    concat_ws(' ', coalesce(a.gross, 0), 'gross,', coalesce(a.net, 0), 'net,', coalesce(a.payments, 0), 'payments',
                              a.first_paid_at, a.last_paid_at) as recounted
             from kept k full join again a using (rollup, account_id, key)
           )
           select $1::uuid as "agency!: AgencyId", account_id as "account!: AccountId", rollup as "rollup!", key as "key!",
                  kept as "kept!", recounted as "recounted!"
           from compared where kept <> recounted order by rollup, account_id, key limit 1000"#,
        agency as AgencyId
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(differences)
}
