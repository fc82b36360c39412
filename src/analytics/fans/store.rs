//! The SQL of fans of many accounts, as counts: account by account (`offset 0` keeps it so), since one's fans fit in memory.

use super::types::{AtRisk, BANDS, RISK_DAYS, RISK_GONE, RISK_SILENCE, Risk, Spend, Spenders};
use crate::analytics::kept::{Count, Span, uuids};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::money::Currency;
use crate::period::Period;
use chrono::{DateTime, Days, Utc};
use sqlx::types::Json;

/// How many fans each list holds.
const LISTED: i64 = 50;

impl Count for Spend {
    const NAME: &'static str = "fan_spend";
    // Each fan is looked up besides.
    const ROWS_PER_PAYMENT: i64 = 2;
    type Result = Vec<Spenders>;

    fn span(&self) -> Span {
        Span::of_both(self.period, self.previous, self.accounts.as_deref())
    }

    async fn count(&self, tx: &mut AgencyTx) -> Result<Vec<Spenders>> {
        let (agency, accounts) = (tx.agency_id(), uuids(self.accounts.as_ref()));
        let spenders = sqlx::query_scalar!(
            r#"with spent as materialized (
                 select a.id as account, f.*,
                        p.first_day >= $4 and p.first_day < $5 as is_new, p.first_day >= $2 and p.first_day < $3 as was_new
                 from accounts a cross join lateral (
                   select currency, fan_id, coalesce(sum(net) filter (where now), 0)::bigint as net,
                          coalesce(sum(payments) filter (where now), 0)::bigint as payments,
                          max(day) filter (where now and payments > 0) as last,
                          coalesce(sum(net) filter (where before), 0)::bigint as net_before,
                          coalesce(sum(payments) filter (where before), 0)::bigint as payments_before
                   from (select *, day >= $4 and day < $5 as now, day >= $2 and day < $3 as before
                         from fan_days where agency_id = $1 and account_id = a.id
                           and day >= least($2, $4) and day < greatest($3, $5)) d
                   where now or before
                   group by currency, fan_id offset 0
                 ) f
                 cross join lateral (
                   select (first_paid_at at time zone 'UTC')::date as first_day
                   from fans where agency_id = $1 and account_id = a.id and fan_id = f.fan_id
                 ) p
                 where a.agency_id = $1 and ($6::uuid[] is null or a.id = any($6))
               ), paying as materialized (
                 select *, row_number() over (partition by currency order by net desc, account, fan_id) as place,
                        count(*) over (partition by currency) as fans,
                        case when net <= 0 then 0 else width_bucket(net, (select array_agg(b * case when currency = any($8) then 1
                          when currency = any($9) then 1000 else 100 end order by b) from unnest($7::bigint[]) b)) end as band
                 from spent where payments > 0
               )
               select json_build_object('currency', c.currency,
                 'now', (select json_build_object('fans', count(*), 'net', coalesce(sum(net), 0)) from paying where currency = c.currency),
                 'before', (select json_build_object('fans', count(*), 'net', coalesce(sum(net_before), 0))
                            from spent where currency = c.currency and payments_before > 0),
                 'new', (select json_build_object('fans', count(*), 'net', coalesce(sum(net), 0))
                         from paying where currency = c.currency and is_new),
                 'new_before', (select json_build_object('fans', count(*), 'net', coalesce(sum(net_before), 0))
                                from spent where currency = c.currency and payments_before > 0 and was_new),
                 'bands', (select coalesce(json_agg(b order by band), '[]') from (select band, count(*) as fans, sum(net) as net
                           from paying where currency = c.currency group by band) b),
                 'top', (select json_agg(t order by percent) from (select q.percent, count(*) as fans, sum(net) as net
                         from unnest(array[1, 5, 10]) as q (percent)
                         join paying on currency = c.currency and place <= ceil(fans * q.percent / 100.0) group by q.percent) t),
                 'whales', (select coalesce(json_agg(w order by w.net desc, w.account, w.fan), '[]')
                   from (select account, fan_id as fan, net, payments, last from paying
                         where currency = c.currency and place <= $10) w),
                 'newcomers', (select coalesce(json_agg(w order by w.net desc, w.account, w.fan), '[]')
                   from (select account, fan_id as fan, net, payments, last from paying
                         where currency = c.currency and is_new order by net desc, account, fan_id limit $10) w)
               ) as "spenders!: Json<Spenders>"
               from (select distinct currency from spent where payments > 0) c order by c.currency"#,
            agency as AgencyId,
            self.previous.start,
            self.previous.end,
            self.period.start,
            self.period.end,
            accounts.as_deref(),
            &BANDS,
            &strings(&Currency::WITHOUT_MINOR),
            &strings(&Currency::OF_THOUSANDTHS),
            LISTED
        );
        Ok(spenders.fetch_all(tx.conn()).await?.into_iter().map(|it| it.0).collect())
    }
}

fn strings(codes: &[&str]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

impl Count for AtRisk {
    const NAME: &'static str = "fans_at_risk";
    type Result = Vec<Risk>;

    fn span(&self) -> Span {
        Span::of(self.year(), self.accounts.as_deref())
    }

    async fn count(&self, tx: &mut AgencyTx) -> Result<Vec<Risk>> {
        let (agency, accounts, year) = (tx.agency_id(), uuids(self.accounts.as_ref()), self.year());
        let risks = sqlx::query_scalar!(
            r#"with silent as materialized (
                 select a.id as account, f.*, row_number() over (partition by f.currency order by f.net desc, a.id, f.fan) as place
                 from accounts a cross join lateral (
                   select currency, fan_id as fan, sum(net)::bigint as net, count(*) filter (where payments > 0) as payments,
                          max(day) filter (where payments > 0) as last,
                          max(day) filter (where payments > 0) - min(day) filter (where payments > 0) as days
                   from fan_days where agency_id = $1 and account_id = a.id and day >= $2 and day < $3
                   group by currency, fan_id having count(*) filter (where payments > 0) >= $5 offset 0
                 ) f
                 where a.agency_id = $1 and ($4::uuid[] is null or a.id = any($4))
                   and ($3 - 1 - f.last) * (f.payments - 1) > 2 * f.days and $3 - 1 - f.last between $6 and $7
               )
               select json_build_object('currency', currency,
                 'all', json_build_object('fans', count(*), 'net', sum(net)),
                 'fans', (select json_agg(json_build_object('account', account, 'fan', fan, 'net', net, 'payments', payments,
                            'last', last, 'gap_tenths', round(days * 10.0 / (payments - 1))::bigint) order by place)
                          from silent l where l.currency = s.currency and place <= $8)
               ) as "risk!: Json<Risk>"
               from silent s group by currency order by currency"#,
            agency as AgencyId,
            year.start,
            year.end,
            accounts.as_deref(),
            i64::from(RISK_DAYS),
            RISK_SILENCE,
            RISK_GONE,
            LISTED
        );
        Ok(risks.fetch_all(tx.conn()).await?.into_iter().map(|it| it.0).collect())
    }
}

impl AtRisk {
    fn year(&self) -> Period {
        Period { start: self.today - Days::new(364), end: self.today + Days::new(1) }
    }
}

/// What is known of a fan beside the figures.
pub(super) struct KnownRow {
    pub account: AccountId,
    pub fan: String,
    pub account_name: String,
    pub name: Option<String>,
    pub subscription: Option<String>,
    pub renews_at: Option<DateTime<Utc>>,
    pub auto_renews: Option<bool>,
}

/// Fans and their accounts, by their keys.
pub(super) async fn list_known(tx: &mut AgencyTx, fans: &[(AccountId, String)]) -> Result<Vec<KnownRow>> {
    let agency = tx.agency_id();
    let (accounts, ids): (Vec<_>, Vec<_>) =
        fans.iter().map(|(account, fan)| (account.0, fan.clone())).unzip();
    let rows = sqlx::query_as!(
        KnownRow,
        r#"select k.account as "account!: AccountId", k.fan as "fan!", a.name as account_name,
                  coalesce(nullif(f.name, ''), nullif(f.handle, '')) as "name?", f.subscription as "subscription?",
                  f.renews_at as "renews_at?", f.auto_renews as "auto_renews?"
           from unnest($2::uuid[], $3::text[]) as k (account, fan)
           join accounts a on a.agency_id = $1 and a.id = k.account
           left join fans f on f.agency_id = $1 and f.account_id = k.account and f.fan_id = k.fan"#,
        agency as AgencyId,
        &accounts,
        &ids
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}
