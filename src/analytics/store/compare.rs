//! The SQL of accounts side by side.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::money::Currency;
use crate::period::Period;
use crate::ui::Step;
use chrono::NaiveDate;

fn uuids(ids: &[AccountId]) -> Vec<uuid::Uuid> {
    ids.iter().map(|id| id.0).collect()
}

/// An account's sums in one currency, of two periods.
pub(in crate::analytics) struct SideRow {
    pub account: AccountId,
    pub currency: String,
    pub gross: i64,
    pub net: i64,
    pub payments: i64,
    pub refunds: i64,
    pub gross_before: i64,
    pub net_before: i64,
    pub payments_before: i64,
    pub refunds_before: i64,
}

/// What each of `accounts` earned in `period` and in `against`.
pub(in crate::analytics) async fn list_sides(
    tx: &mut AgencyTx,
    accounts: &[AccountId],
    period: Period,
    against: Period,
) -> Result<Vec<SideRow>> {
    let agency = tx.agency_id();
    let ids = uuids(accounts);
    let (mut grains, mut starts, mut now) = (Vec::new(), Vec::new(), Vec::new());
    for (is_now, days) in [(true, period), (false, against)] {
        for (grain, start) in days.spans() {
            grains.push(grain.as_str().to_owned());
            starts.push(start);
            now.push(is_now);
        }
    }
    let rows = sqlx::query_as!(
        SideRow,
        r#"select s.account_id as "account: AccountId", s.currency,
                  coalesce(sum(s.gross) filter (where r.now), 0)::bigint as "gross!",
                  coalesce(sum(s.net) filter (where r.now), 0)::bigint as "net!",
                  coalesce(sum(s.payments) filter (where r.now), 0)::bigint as "payments!",
                  coalesce(sum(s.refunds) filter (where r.now), 0)::bigint as "refunds!",
                  coalesce(sum(s.gross) filter (where not r.now), 0)::bigint as "gross_before!",
                  coalesce(sum(s.net) filter (where not r.now), 0)::bigint as "net_before!",
                  coalesce(sum(s.payments) filter (where not r.now), 0)::bigint as "payments_before!",
                  coalesce(sum(s.refunds) filter (where not r.now), 0)::bigint as "refunds_before!"
           from unnest($3::text[], $4::date[], $5::bool[]) as r (grain, start, now)
           join account_sums s on s.agency_id = $1 and s.grain = r.grain and s.start = r.start
             and s.account_id = any ($2)
           group by s.account_id, s.currency"#,
        agency as AgencyId,
        &ids,
        &grains,
        &starts,
        &now
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The names of an account, and how many joined and left in two periods.
pub(in crate::analytics) struct NameRow {
    pub id: AccountId,
    pub name: String,
    pub handle: String,
    pub joined: i64,
    pub lost: i64,
    pub joined_before: i64,
    pub lost_before: i64,
    /// The first day of which subscribers are known, once all were read.
    pub subscribers_since: Option<NaiveDate>,
}

pub(in crate::analytics) async fn list_names(
    tx: &mut AgencyTx,
    accounts: &[AccountId],
    period: Period,
    against: Period,
) -> Result<Vec<NameRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        NameRow,
        r#"select a.id as "id: AccountId", a.name, a.handle, d.joined as "joined!", d.lost as "lost!",
                  d.joined_before as "joined_before!", d.lost_before as "lost_before!",
                  (select min(f.day) from subscriber_days f join syncs s on s.agency_id = $1 and s.account_id = a.id
                   where f.agency_id = $1 and f.account_id = a.id and (f.joined, f.lost) <> (0, 0)
                     and s.subscribers_done_at is not null) as subscribers_since
           from accounts a cross join lateral (
             select coalesce(sum(joined) filter (where day >= $3 and day < $4), 0)::bigint as joined,
                    coalesce(sum(lost) filter (where day >= $3 and day < $4), 0)::bigint as lost,
                    coalesce(sum(joined) filter (where day >= $5 and day < $6), 0)::bigint as joined_before,
                    coalesce(sum(lost) filter (where day >= $5 and day < $6), 0)::bigint as lost_before
             from subscriber_days
             where agency_id = $1 and account_id = a.id and day >= least($3, $5) and day < greatest($4, $6)
           ) d
           where a.agency_id = $1 and a.id = any ($2) order by lower(a.name), a.id"#,
        agency as AgencyId,
        &uuids(accounts),
        period.start,
        period.end,
        against.start,
        against.end
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The first accounts by name, up to `limit`: where few earned anything, those are compared too.
pub(in crate::analytics) async fn list_first(tx: &mut AgencyTx, limit: i64) -> Result<Vec<AccountId>> {
    let agency = tx.agency_id();
    let ids = sqlx::query_scalar!(
        r#"select id as "id: AccountId" from accounts where agency_id = $1 order by lower(name), id limit $2"#,
        agency as AgencyId,
        limit
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Net of an account in a step of time.
pub(in crate::analytics) struct NetRow {
    pub account: AccountId,
    pub start: NaiveDate,
    pub net: i64,
}

/// Net of each of a few accounts in each step of `period`.
pub(in crate::analytics) async fn list_nets(
    tx: &mut AgencyTx,
    accounts: &[AccountId],
    currency: Currency,
    step: Step,
    period: Period,
) -> Result<Vec<NetRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        NetRow,
        r#"select account_id as "account: AccountId", greatest(date_trunc($4, day::timestamp)::date, $5) as "start!",
                  sum(net)::bigint as "net!"
           from earning_days
           where agency_id = $1 and account_id = any ($2) and currency = $3 and day >= $5 and day < $6
           group by 1, 2"#,
        agency as AgencyId,
        &uuids(accounts),
        currency.as_str(),
        step.name(),
        period.start,
        period.end
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}
