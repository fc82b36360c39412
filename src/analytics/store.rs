//! The SQL of analytics: rollups only, save the newest few earnings by their index. docs/performance.md has the plans.

pub(super) mod account;
pub(super) mod compare;
pub(super) mod people;
pub(super) mod revenue;
pub(super) mod selection;
pub(super) mod views;

use crate::connections::Health;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, ConnectionId};
use crate::period::{Period, Span};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

/// What every page of the agency depends on.
pub(super) struct EditionRow {
    pub data_version: i64,
    pub time_zone: String,
    pub currency: String,
}

pub(super) async fn lookup_edition(tx: &mut AgencyTx) -> Result<EditionRow> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        EditionRow,
        r#"select data_version + counts_version as "data_version!", time_zone, currency from agencies where agency_id = $1"#,
        agency as AgencyId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// A sum of earnings in one currency: of a day, or of a source; the other is nothing. A day's sum is of whichever period it lies
/// in.
pub(super) struct SumRow {
    pub currency: String,
    pub day: Option<NaiveDate>,
    pub source: Option<String>,
    pub gross: i64,
    pub net: i64,
    pub gross_before: i64,
    pub net_before: i64,
}

/// Every sum of the two periods over all accounts, in one walk over their days.
pub(super) async fn list_sums(tx: &mut AgencyTx, period: Period, previous: Period) -> Result<Vec<SumRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        SumRow,
        r#"select currency, day as "day?", source as "source?",
                  coalesce(sum(gross) filter (where day >= $4), 0)::bigint as "gross!",
                  coalesce(sum(net) filter (where day >= $4), 0)::bigint as "net!",
                  coalesce(sum(gross) filter (where day < $3), 0)::bigint as "gross_before!",
                  coalesce(sum(net) filter (where day < $3), 0)::bigint as "net_before!"
           from agency_days
           where agency_id = $1 and day >= $2 and day < $5 and (day < $3 or day >= $4)
           group by grouping sets ((currency, day), (currency, source))"#,
        agency as AgencyId,
        previous.start,
        previous.end,
        period.start,
        period.end
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// An account among the first, and the currency that it is ranked by.
pub(super) struct RankRow {
    pub account: AccountId,
    pub currency: String,
}

/// The `limit` accounts that earned most in the period: each by the first of its currencies in order (`own`, then by code),
/// currency by currency.
pub(super) async fn list_ranked(
    tx: &mut AgencyTx,
    period: Period,
    own: &str,
    limit: i64,
) -> Result<Vec<RankRow>> {
    let agency = tx.agency_id();
    let spans = Spans::default().with(Part::Now, &period.spans());
    let rows = sqlx::query_as!(
        RankRow,
        r#"with sums as (
             select s.account_id, s.currency, sum(s.net) as net
             from unnest($2::text[], $3::date[]) as r (grain, start)
             join account_sums s on s.agency_id = $1 and s.grain = r.grain and s.start = r.start
             group by s.account_id, s.currency
           ), firsts as (
             select distinct on (account_id) account_id, currency, net from sums order by account_id, currency <> $4, currency
           )
           select account_id as "account!: AccountId", currency as "currency!" from firsts
           order by currency <> $4, currency, net desc, account_id limit $5"#,
        agency as AgencyId,
        &spans.grains as &[&str],
        &spans.starts,
        own,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Spans of sums, each with what it is a part of, as the columns that a statement takes.
#[derive(Default)]
struct Spans {
    grains: Vec<&'static str>,
    starts: Vec<NaiveDate>,
    parts: Vec<i32>,
}

/// What a span is a part of.
#[derive(Clone, Copy)]
enum Part {
    Now,
    Before,
    /// The so-many-eth of the trend.
    Trend(i32),
}

impl Spans {
    fn with(mut self, part: Part, spans: &[Span]) -> Self {
        for (grain, start) in spans {
            self.grains.push(grain.as_str());
            self.starts.push(*start);
            self.parts.push(match part {
                Part::Now => 0,
                Part::Before => 1,
                Part::Trend(number) => number.saturating_add(2),
            });
        }
        self
    }
}

/// The paying fans of a currency, with one of its top fans, if there is any. Kept counts leave the names empty.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FanRow {
    pub currency: String,
    pub paying: i64,
    pub paid: i64,
    pub paying_before: i64,
    pub paid_before: i64,
    pub account: Option<AccountId>,
    pub account_name: Option<String>,
    pub fan_id: Option<String>,
    pub fan_name: Option<String>,
    pub gross: Option<i64>,
    pub payments: Option<i64>,
}

/// Who paid in the two periods, and the `top` who spent most in the first, per currency, most first, without names. Account by
/// account (`offset 0` keeps it so), since the fans of one fit in memory and those of a thousand do not.
pub(super) async fn list_fans(
    tx: &mut AgencyTx,
    period: Period,
    previous: Period,
    top: i64,
) -> Result<Vec<FanRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        FanRow,
        r#"with spent as materialized (
             select a.id as account_id, f.* from accounts a
             cross join lateral (
               select currency, fan_id, sum(gross) filter (where day >= $4)::bigint as gross,
                      sum(net) filter (where day >= $4)::bigint as net, sum(payments) filter (where day >= $4)::bigint as payments,
                      sum(net) filter (where day < $3)::bigint as net_before,
                      sum(payments) filter (where day < $3)::bigint as payments_before
               from fan_days
               where agency_id = $1 and account_id = a.id and day >= $2 and day < $5 and (day < $3 or day >= $4)
               group by currency, fan_id offset 0
             ) f
             where a.agency_id = $1
           ), total as (
             select currency, count(*) filter (where payments > 0) as paying, count(*) filter (where payments_before > 0) as paying_before,
                    coalesce(sum(net) filter (where payments > 0), 0)::bigint as paid,
                    coalesce(sum(net_before) filter (where payments_before > 0), 0)::bigint as paid_before
             from spent group by currency
           )
           select t.currency, t.paying as "paying!", t.paid as "paid!", t.paying_before as "paying_before!",
                  t.paid_before as "paid_before!", s.account_id as "account?: AccountId", null::text as "account_name?",
                  s.fan_id as "fan_id?", null::text as "fan_name?", s.gross as "gross?", s.payments as "payments?"
           from total t
           left join lateral (
             select * from spent where currency = t.currency and gross > 0 order by gross desc, account_id, fan_id limit $6
           ) s on true
           order by t.currency, s.gross desc, s.account_id, s.fan_id"#,
        agency as AgencyId,
        previous.start,
        previous.end,
        period.start,
        period.end,
        top
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What a fan and the account are called.
pub(super) struct NamesRow {
    pub account: AccountId,
    pub fan_id: String,
    pub account_name: String,
    pub fan_name: Option<String>,
}

/// The names of `fans`, by their keys.
pub(super) async fn list_names(tx: &mut AgencyTx, fans: &[(AccountId, String)]) -> Result<Vec<NamesRow>> {
    let agency = tx.agency_id();
    let (accounts, ids): (Vec<_>, Vec<_>) =
        fans.iter().map(|(account, fan)| (account.0, fan.clone())).unzip();
    let rows = sqlx::query_as!(
        NamesRow,
        r#"select k.account_id as "account!: AccountId", k.fan_id as "fan_id!", a.name as account_name,
                  coalesce(nullif(f.name, ''), nullif(f.handle, '')) as "fan_name?"
           from unnest($2::uuid[], $3::text[]) as k (account_id, fan_id)
           join accounts a on a.agency_id = $1 and a.id = k.account_id
           left join fans f on f.agency_id = $1 and f.account_id = k.account_id and f.fan_id = k.fan_id"#,
        agency as AgencyId,
        &accounts,
        &ids
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// What is left to know, in one row.
pub(super) struct OverviewRow {
    pub accounts: i64,
    pub connected: i64,
    pub counted: i64,
    pub subscribers: Option<i64>,
    pub joined: i64,
    pub lost: i64,
    pub joined_before: i64,
    pub lost_before: i64,
    pub gained_since: i64,
    pub gained_since_before: i64,
    pub first_earning: Option<NaiveDate>,
    pub earnings_complete_from: Option<NaiveDate>,
    pub reading: i64,
    pub days_read: i64,
    pub days_to_read: Option<i64>,
    pub first_subscriber_day: Option<NaiveDate>,
    pub subscribers_complete: bool,
    pub ranked: Json<Vec<AccountRow>>,
    pub latest: Json<Vec<LatestRow>>,
    pub last_read: Json<Vec<LastReadRow>>,
}

/// An account of the ranking.
#[derive(Deserialize)]
pub(super) struct AccountRow {
    pub id: AccountId,
    pub name: String,
    pub handle: String,
    pub platform: String,
    /// Nothing of an account that is reached by statements alone.
    pub health: Option<Health>,
    pub since: DateTime<Utc>,
    pub first_sync_since: Option<DateTime<Utc>>,
    /// In which currency it is ranked; nothing when it earned nothing in the period.
    pub ranked_by: Option<String>,
    /// Per currency: net of the period and of the one before.
    pub sums: Vec<(String, i64, i64)>,
    /// Net of each part of the trend, in the currency that it is ranked by.
    pub trend: Vec<i64>,
}

/// One of the newest earnings.
#[derive(Deserialize)]
pub(super) struct LatestRow {
    pub at: DateTime<Utc>,
    pub source: String,
    pub net: i64,
    pub currency: String,
    pub account: AccountId,
    pub account_name: String,
    pub fan: Option<String>,
}

/// When a connection that is not well was last read from.
#[derive(Deserialize)]
pub(super) struct LastReadRow {
    pub connection: ConnectionId,
    pub at: DateTime<Utc>,
}

/// How much of everything the overview brings.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub accounts: i64,
    pub latest: i64,
}

/// Subscribers, how far back everything reaches, the accounts of `ranked` (then others by name, up to the limit) with their sums
/// of the two periods and of each part of `trend`, and the newest earnings.
pub(super) async fn lookup_overview(
    tx: &mut AgencyTx,
    (period, previous): (Period, Period),
    ranked: &[RankRow],
    trend: &[Vec<Span>],
    limits: Limits,
) -> Result<OverviewRow> {
    let agency = tx.agency_id();
    let (ids, currencies): (Vec<_>, Vec<_>) =
        ranked.iter().map(|row| (row.account.0, row.currency.as_str())).unzip();
    let spans = Spans::default().with(Part::Now, &period.spans()).with(Part::Before, &previous.spans());
    let spans = (0..).zip(trend).fold(spans, |all, (number, part)| all.with(Part::Trend(number), part));
    let tomorrow = tx.now().date_naive() + chrono::Days::new(1);
    let row = sqlx::query_as!(
        OverviewRow,
        r#"with connected as (
             select a.id, a.subscribers_count, s.subscribers_done_at,
                    s.backfill_done_at is null and s.state <> 'stopped' as reading,
                    (s.backfill_reached at time zone 'UTC')::date + 1 as reached, (a.platform_since at time zone 'UTC')::date as began
             from accounts a left join syncs s on s.agency_id = a.agency_id and s.account_id = a.id
             where a.agency_id = $1 and a.disconnected_at is null
           ), uncounted as (
             select coalesce(sum(d.joined - d.lost) filter (where d.day >= $5), 0) as since, coalesce(sum(d.joined - d.lost), 0) as since_before
             from accounts a join subscriber_days d on d.agency_id = $1 and d.account_id = a.id and d.day >= $3
             where a.agency_id = $1 and (a.disconnected_at is not null or a.subscribers_count is null)
           ), subscribers as (
             select coalesce(sum(joined) filter (where day >= $4 and day < $5), 0)::bigint as joined,
                    coalesce(sum(lost) filter (where day >= $4 and day < $5), 0)::bigint as lost,
                    coalesce(sum(joined) filter (where day < $3), 0)::bigint as joined_before,
                    coalesce(sum(lost) filter (where day < $3), 0)::bigint as lost_before,
                    (coalesce(sum(joined - lost) filter (where day >= $5), 0) - (select since from uncounted))::bigint as gained_since,
                    (coalesce(sum(joined - lost) filter (where day >= $3), 0) - (select since_before from uncounted))::bigint as gained_since_before
             from agency_subscriber_days where agency_id = $1 and day >= $2
           ), chosen as (
             select a.*, r.place, r.currency as ranked_by
             from accounts a left join unnest($7::uuid[], $8::text[]) with ordinality as r (id, currency, place) on r.id = a.id
             where a.agency_id = $1 and (r.id is not null or a.disconnected_at is null)
             order by r.place nulls last, a.name, a.id limit $9
           ), spans as materialized (
             select * from unnest($11::text[], $12::date[], $13::int[]) as r (grain, start, part)
           ), newest as (
             select * from earnings where agency_id = $1 order by occurred_at desc, account_id, transaction_id desc limit $10
           )
           select (select count(*) from accounts where agency_id = $1) as "accounts!",
                  (select count(*) from connected) as "connected!",
                  (select count(subscribers_count) from connected) as "counted!",
                  (select sum(subscribers_count)::bigint from connected) as subscribers,
                  s.joined as "joined!", s.lost as "lost!", s.joined_before as "joined_before!", s.lost_before as "lost_before!",
                  s.gained_since as "gained_since!", s.gained_since_before as "gained_since_before!",
                  (select min(day) from agency_days where agency_id = $1 and (gross, net, payments) <> (0, 0, 0)) as first_earning,
                  (select max(coalesce(reached, $6)) from connected where reading) as earnings_complete_from,
                  (select count(*) from connected where reading) as "reading!",
                  (select coalesce(sum($6 - greatest(coalesce(reached, $6), began)), 0) from connected where reading) as "days_read!",
                  (select case when bool_and(began is not null) then sum($6 - began) end from connected where reading) as days_to_read,
                  (select min(day) from agency_subscriber_days where agency_id = $1 and (joined, lost) <> (0, 0)) as first_subscriber_day,
                  (select coalesce(bool_and(subscribers_done_at is not null), false) from connected) as "subscribers_complete!",
                  coalesce((select json_agg(json_build_object('id', a.id, 'name', a.name, 'handle', a.handle, 'platform', a.platform,
                      'health', case when a.platform = 'statement' then null when a.disconnected_at is null then coalesce(c.health, 'disconnected') else 'disconnected' end,
                      'since', coalesce(a.disconnected_at, c.health_since, a.connected_at),
                      'first_sync_since', case when y.state in ('waiting', 'running') and y.backfill_done_at is null then a.connected_at end,
                      'sums', (select coalesce(json_agg(json_build_array(currency, net, net_before) order by currency), '[]')
                               from (select s.currency, coalesce(sum(s.net) filter (where r.part = 0), 0) as net,
                                            coalesce(sum(s.net) filter (where r.part = 1), 0) as net_before
                                     from spans r join account_sums s
                                       on s.agency_id = $1 and s.grain = r.grain and s.start = r.start and s.account_id = a.id
                                     where r.part < 2 group by s.currency) d),
                      'ranked_by', a.ranked_by,
                      'trend', (select coalesce(json_agg(net order by part), '[]')
                                from (select r.part, coalesce(sum(s.net), 0) as net
                                      from spans r left join account_sums s
                                        on s.agency_id = $1 and s.grain = r.grain and s.start = r.start and s.account_id = a.id and s.currency = a.ranked_by
                                      where r.part >= 2 group by r.part) d)
                    ) order by a.place nulls last, a.name, a.id)
                   from chosen a left join connections c on c.agency_id = $1 and c.id = a.connection_id
                   left join syncs y on y.agency_id = $1 and y.account_id = a.id), '[]') as "ranked!: Json<Vec<AccountRow>>",
                  coalesce((select json_agg(json_build_object('at', e.occurred_at, 'source', e.source, 'net', e.net, 'currency', e.currency,
                      'account', e.account_id, 'account_name', a.name, 'fan', coalesce(nullif(f.name, ''), nullif(f.handle, '')))
                      order by e.occurred_at desc, e.account_id, e.transaction_id desc)
                   from newest e join accounts a on a.agency_id = $1 and a.id = e.account_id
                   left join fans f on f.agency_id = $1 and f.account_id = e.account_id and f.fan_id = e.fan_id), '[]')
                    as "latest!: Json<Vec<LatestRow>>",
                  coalesce((select json_agg(json_build_object('connection', connection_id, 'at', at))
                   from (select a.connection_id, max(y.last_finished_at) as at
                         from accounts a join connections c on c.agency_id = $1 and c.id = a.connection_id and c.health <> 'connected'
                         join syncs y on y.agency_id = $1 and y.account_id = a.id and y.last_finished_at is not null
                         where a.agency_id = $1 group by a.connection_id) l), '[]') as "last_read!: Json<Vec<LastReadRow>>"
           from subscribers s"#,
        agency as AgencyId,
        previous.start,
        previous.end,
        period.start,
        period.end,
        tomorrow,
        &ids,
        &currencies as &[&str],
        limits.accounts,
        limits.latest,
        &spans.grains as &[&str],
        &spans.starts,
        &spans.parts
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}
