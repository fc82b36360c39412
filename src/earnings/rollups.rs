//! The proof that the rollups are right: everything is counted again from the earnings and compared, never mended.

use crate::auth::SystemScope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use serde::{Deserialize, Serialize};

/// A figure that is kept and one that a recount gives, where they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Whose.
    pub agency: AgencyId,
    /// Of which account; nothing for a sum over all of them.
    pub account: Option<AccountId>,
    /// The table, such as `earning_days` or `agency_hours`.
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
        let account = account.map(|id| format!(", account {id}")).unwrap_or_default();
        write!(f, "agency {agency}{account}, {rollup} of {key}: kept {kept}; recounted {recounted}")
    }
}

/// The most differences that are told of one account, or of an agency's own sums.
const MOST: i64 = 1000;

/// Counts every agency's rollups again, one agency after the other, and gives what differs.
///
/// # Errors
/// When the database does not answer.
pub async fn check(db: &Db) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for agency in db.agencies("check the rollups of every agency").await? {
        let accounts = accounts(db, agency).await?;
        differences.extend(differences_of_accounts(db, agency, &accounts).await?);
        differences.extend(differences_of_sums(db, agency).await?);
    }
    Ok(differences)
}

/// Every account of the agency, those that are disconnected too.
pub(super) async fn accounts(db: &Db, agency: AgencyId) -> Result<Vec<AccountId>> {
    let mut tx = begin(db, agency).await?;
    let ids = sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts where agency_id = $1 order by id"#,
        agency as AgencyId
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Counts accounts again from their earnings. Each is read in one statement, so writers at work meanwhile do no harm and are
/// not held up.
pub(super) async fn differences_of_accounts(
    db: &Db,
    agency: AgencyId,
    accounts: &[AccountId],
) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for account in accounts {
        differences.extend(of_account(&mut begin(db, agency).await?, *account).await?);
    }
    Ok(differences)
}

/// Counts the sums over all accounts again, in one statement.
pub(super) async fn differences_of_sums(db: &Db, agency: AgencyId) -> Result<Vec<Difference>> {
    over_all(&mut begin(db, agency).await?).await
}

async fn begin(db: &Db, agency: AgencyId) -> Result<AgencyTx> {
    db.begin(&SystemScope::for_agency(agency, "check rollups")).await
}

/// A row that is missing on one side counts as zero: an account that moved a payment to another day keeps an empty row.
async fn of_account(tx: &mut AgencyTx, account: AccountId) -> Result<Vec<Difference>> {
    let agency = tx.agency_id();
    let differences = sqlx::query_as!(
        Difference,
        r#"with e as materialized (
             select (occurred_at at time zone 'UTC')::date as day, currency, source, fan_id, gross, net, (gross > 0)::int as payments,
                    least(gross, 0) as refunds, case when gross > 0 then occurred_at end as paid_at
             from earnings where agency_id = $1 and account_id = $2
           ), by_fan as materialized (
             select day, currency, fan_id, sum(gross) as gross, sum(net) as net, sum(payments) as payments
             from e where fan_id is not null group by day, currency, fan_id
           ), kept as (
             select 'earning_days' as rollup, concat_ws(' ', day, currency, source) as key, gross, net, payments, refunds,
                    null::bigint as fans, null::timestamptz as first_paid_at, null::timestamptz as last_paid_at
             from earning_days where agency_id = $1 and account_id = $2
             union all
             select 'account_sums', concat_ws(' ', grain, start, currency), gross, net, payments, refunds, paying_fans, null, null
             from account_sums where agency_id = $1 and account_id = $2
             union all
             select 'fan_days', concat_ws(' ', day, currency, fan_id), gross, net, payments, null, null, null, null
             from fan_days where agency_id = $1 and account_id = $2
             union all
             select 'fans', fan_id, gross, net, payments, null, null, first_paid_at, last_paid_at
             from fans where agency_id = $1 and account_id = $2
           ), again as (
             select 'earning_days' as rollup, concat_ws(' ', day, currency, source) as key, sum(gross) as gross, sum(net) as net,
                    sum(payments) as payments, sum(refunds) as refunds, null::bigint as fans,
                    null::timestamptz as first_paid_at, null::timestamptz as last_paid_at
             from e group by day, currency, source
             union all
             select 'account_sums', concat_ws(' ', s.grain, s.start, s.currency), s.gross, s.net, s.payments, s.refunds,
                    case when s.grain = 'day' then coalesce(p.fans, 0) end, null, null
             from (select grain, span_start(grain, day) as start, currency, sum(gross) as gross, sum(net) as net,
                          sum(payments) as payments, sum(refunds) as refunds
                   from e, unnest(array['day', 'third', 'month']) grain group by 1, 2, 3) s
             left join (select day, currency, count(*) as fans from by_fan where payments > 0 group by day, currency) p
               on s.grain = 'day' and p.day = s.start and p.currency = s.currency
             union all
             select 'fan_days', concat_ws(' ', day, currency, fan_id), gross, net, payments, null, null, null, null from by_fan
             union all
             select 'fans', fan_id, sum(gross), sum(net), sum(payments), null, null, min(paid_at), max(paid_at)
             from e where fan_id is not null group by fan_id
           ), compared as (
             select rollup, key,
                    concat_ws(' ', coalesce(k.gross, 0), 'gross,', coalesce(k.net, 0), 'net,', coalesce(k.payments, 0), 'payments,',
                              coalesce(k.refunds, 0), 'refunds', coalesce(k.fans, 0), 'fans', k.first_paid_at, k.last_paid_at) as kept,
                    concat_ws(' ', coalesce(a.gross, 0), 'gross,', coalesce(a.net, 0), 'net,', coalesce(a.payments, 0), 'payments,',
                              coalesce(a.refunds, 0), 'refunds', coalesce(a.fans, 0), 'fans', a.first_paid_at, a.last_paid_at) as recounted
             from kept k full join again a using (rollup, key)
           )
           select $1::uuid as "agency!: AgencyId", $2::uuid as "account?: AccountId", rollup as "rollup!", key as "key!",
                  kept as "kept!", recounted as "recounted!"
           from compared where kept <> recounted order by rollup, key limit $3"#,
        agency as AgencyId,
        account as AccountId,
        MOST
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(differences)
}

/// The sums over all accounts, against those of each account (which [`of_account`] compares with the earnings), and
/// the hours against the earnings themselves.
async fn over_all(tx: &mut AgencyTx) -> Result<Vec<Difference>> {
    let agency = tx.agency_id();
    let differences = sqlx::query_as!(
        Difference,
        r#"with kept as (
             select 'agency_days' as rollup, concat_ws(' ', day, currency, source) as key, gross, net, payments, refunds
             from agency_days where agency_id = $1
             union all
             select 'agency_hours', concat_ws(' ', hour at time zone 'UTC', currency), gross, net, payments, 0
             from agency_hours where agency_id = $1
             union all
             select 'agency_subscriber_days', day::text, joined, lost, 0, 0 from agency_subscriber_days where agency_id = $1
           ), again as (
             select 'agency_days' as rollup, concat_ws(' ', day, currency, source) as key, sum(gross) as gross, sum(net) as net,
                    sum(payments) as payments, sum(refunds) as refunds
             from earning_days where agency_id = $1 group by day, currency, source
             union all
             select 'agency_hours', concat_ws(' ', date_trunc('hour', occurred_at at time zone 'UTC'), currency), sum(gross), sum(net),
                    count(*) filter (where gross > 0), 0
             from earnings where agency_id = $1 group by date_trunc('hour', occurred_at at time zone 'UTC'), currency
             union all
             select 'agency_subscriber_days', day::text, sum(joined), sum(lost), 0, 0 from subscriber_days where agency_id = $1 group by day
           ), compared as (
             select rollup, key, coalesce(k.gross, 0) as g, coalesce(k.net, 0) as n, coalesce(k.payments, 0) as p, coalesce(k.refunds, 0) as r,
                    coalesce(a.gross, 0) as g2, coalesce(a.net, 0) as n2, coalesce(a.payments, 0) as p2, coalesce(a.refunds, 0) as r2
             from kept k full join again a using (rollup, key)
           )
           select $1::uuid as "agency!: AgencyId", null::uuid as "account?: AccountId", rollup as "rollup!", key as "key!",
                  case when rollup = 'agency_subscriber_days' then concat(g, ' joined, ', n, ' lost')
                       else concat(g, ' gross, ', n, ' net, ', p, ' payments, ', r, ' refunds') end as "kept!",
                  case when rollup = 'agency_subscriber_days' then concat(g2, ' joined, ', n2, ' lost')
                       else concat(g2, ' gross, ', n2, ' net, ', p2, ' payments, ', r2, ' refunds') end as "recounted!"
           from compared where (g, n, p, r) is distinct from (g2, n2, p2, r2) order by rollup, key limit $2"#,
        agency as AgencyId,
        MOST
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(differences)
}
