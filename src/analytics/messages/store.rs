//! The SQL of paid messages of many accounts: a count, and the list of them by key.

use super::types::{Best, PriceRow, Sales, Sold, WAITS, Waits};
use crate::analytics::kept::{Count, Span, uuids};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::keyset::Turn;
use crate::period::Period;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// How many texts are among the best.
const BEST: i64 = 20;

impl Count for Sales {
    const NAME: &'static str = "message_sales";
    // Of paid messages only some are paid for, in the sandbox every fourth.
    const ROWS_PER_PAYMENT: i64 = 2;
    type Result = Sold;

    fn span(&self) -> Span {
        Span::of_both(self.period, self.previous, self.accounts.as_deref())
    }

    async fn count(&self, tx: &mut AgencyTx) -> Result<Sold> {
        let prices = list_prices(tx, self).await?;
        let waits = lookup_waits(tx, self).await?;
        let best = list_best(tx, self).await?;
        Ok(Sold { prices, waits, best })
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

async fn list_prices(tx: &mut AgencyTx, asked: &Sales) -> Result<Vec<PriceRow>> {
    let (agency, accounts) = (tx.agency_id(), uuids(asked.accounts.as_ref()));
    let rows = sqlx::query_as!(
        PriceRow,
        r#"select p.currency as "currency!", p.price as "price!", sum(p.sent)::bigint as "sent!", sum(p.unlocked)::bigint as "unlocked!",
                  sum(p.sent_before)::bigint as "sent_before!", sum(p.unlocked_before)::bigint as "unlocked_before!"
           from accounts a cross join lateral (
             select currency, price, count(*) filter (where sent_at >= $4 and sent_at < $5) as sent,
                    count(unlocked_at) filter (where sent_at >= $4 and sent_at < $5) as unlocked,
                    count(*) filter (where sent_at >= $2 and sent_at < $3) as sent_before,
                    count(unlocked_at) filter (where sent_at >= $2 and sent_at < $3) as unlocked_before
             from ppv_messages
             where agency_id = $1 and account_id = a.id
               and ((sent_at >= $2 and sent_at < $3) or (sent_at >= $4 and sent_at < $5))
             group by currency, price offset 0
           ) p
           where a.agency_id = $1 and ($6::uuid[] is null or a.id = any($6))
           group by p.currency, p.price order by p.currency, p.price"#,
        agency as AgencyId,
        midnight(asked.previous.start),
        midnight(asked.previous.end),
        midnight(asked.period.start),
        midnight(asked.period.end),
        accounts.as_deref()
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

async fn lookup_waits(tx: &mut AgencyTx, asked: &Sales) -> Result<Waits> {
    let (agency, accounts) = (tx.agency_id(), uuids(asked.accounts.as_ref()));
    let begins: Vec<i64> = WAITS.iter().skip(1).map(|(seconds, _)| *seconds).collect();
    let row = sqlx::query!(
        r#"with waits as materialized (
             select floor(extract(epoch from m.unlocked_at - m.sent_at))::bigint as seconds
             from accounts a cross join lateral (
               select unlocked_at, sent_at from ppv_messages
               where agency_id = $1 and account_id = a.id and sent_at >= $2 and sent_at < $3 and unlocked_at is not null offset 0
             ) m
             where a.agency_id = $1 and ($4::uuid[] is null or a.id = any($4))
           )
           select (select percentile_disc(0.5) within group (order by seconds) from waits) as median,
                  (select percentile_disc(0.9) within group (order by seconds) from waits) as ninety,
                  (select array_agg(coalesce(w.waits, 0) order by b.band)
                   from generate_series(0, cardinality($5::bigint[])) as b (band)
                   left join (select width_bucket(seconds, $5::bigint[]) as band, count(*) as waits from waits group by 1) w
                     on w.band = b.band) as "counts!""#,
        agency as AgencyId,
        midnight(asked.period.start),
        midnight(asked.period.end),
        accounts.as_deref(),
        &begins
    );
    let row = row.fetch_one(tx.conn()).await?;
    let mut waits = Waits { median: row.median, ninety: row.ninety, ..Waits::default() };
    waits.counts.iter_mut().zip(row.counts).for_each(|(place, count)| *place = count);
    Ok(waits)
}

async fn list_best(tx: &mut AgencyTx, asked: &Sales) -> Result<Vec<Best>> {
    let (agency, accounts) = (tx.agency_id(), uuids(asked.accounts.as_ref()));
    let rows = sqlx::query_as!(
        Best,
        r#"select a.id as "account: AccountId", b.message as "message!", b.price as "price!", b.currency as "currency!",
                  b.sent as "sent!", b.unlocked as "unlocked!"
           from accounts a cross join lateral (
             select max(message_id) as message, price, currency, count(*) as sent, count(unlocked_at) as unlocked
             from ppv_messages
             where agency_id = $1 and account_id = a.id and sent_at >= $2 and sent_at < $3 and preview <> ''
             group by currency, price, preview having count(unlocked_at) > 0
             order by price * count(unlocked_at) desc, 1 limit $5
           ) b
           where a.agency_id = $1 and ($4::uuid[] is null or a.id = any($4))
           order by b.price * b.unlocked desc, a.id, b.message limit $5"#,
        agency as AgencyId,
        midnight(asked.period.start),
        midnight(asked.period.end),
        accounts.as_deref(),
        BEST
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// How some messages begin, by their keys, with the account's name.
pub(super) struct TextRow {
    pub account: AccountId,
    pub message: String,
    pub account_name: String,
    pub preview: Option<String>,
}

pub(super) async fn list_texts(tx: &mut AgencyTx, best: &[Best]) -> Result<Vec<TextRow>> {
    let agency = tx.agency_id();
    let (accounts, messages): (Vec<_>, Vec<_>) =
        best.iter().map(|it| (it.account.0, it.message.clone())).unzip();
    let rows = sqlx::query_as!(
        TextRow,
        r#"select k.account as "account!: AccountId", k.message as "message!", a.name as account_name, m.preview as "preview?"
           from unnest($2::uuid[], $3::text[]) as k (account, message)
           join accounts a on a.agency_id = $1 and a.id = k.account
           left join ppv_messages m on m.agency_id = $1 and m.account_id = k.account and m.message_id = k.message"#,
        agency as AgencyId,
        &accounts,
        &messages
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// One message with its fan and account.
#[derive(sqlx::FromRow)]
pub(super) struct MessageRow {
    pub account_id: AccountId,
    pub account_name: String,
    pub message_id: String,
    pub sent_at: DateTime<Utc>,
    pub fan: String,
    pub preview: Option<String>,
    pub price: i64,
    pub currency: String,
    pub unlocked_at: Option<DateTime<Utc>>,
}

/// A message's place in the list: when it was sent, the account, and the platform's id.
pub(super) type Key = (DateTime<Utc>, uuid::Uuid, String);

/// Up to `limit` messages sent in `period`, in the direction of `turn`, the newest first.
pub(super) async fn list(
    tx: &mut AgencyTx,
    accounts: Option<&Vec<AccountId>>,
    period: Period,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<MessageRow>> {
    let agency = tx.agency_id();
    let mut sql =
        QueryBuilder::<Postgres>::new("with page as (select * from ppv_messages where agency_id = ");
    sql.push_bind(agency).push(" and sent_at >= ").push_bind(midnight(period.start));
    sql.push(" and sent_at < ").push_bind(midnight(period.end));
    if let Some(accounts) = uuids(accounts) {
        sql.push(" and account_id = any(").push_bind(accounts).push(")");
    }
    let back = turn.is_back();
    if let Some((at, account, id)) = turn.key() {
        sql.push(" and (sent_at, account_id, message_id) ").push(if back { ">" } else { "<" }).push(" (");
        sql.push_bind(at).push(", ").push_bind(account).push(", ").push_bind(id).push(")");
    }
    let order = if back {
        " order by sent_at, account_id, message_id"
    } else {
        " order by sent_at desc, account_id desc, message_id desc"
    };
    sql.push(order).push(" limit ").push_bind(limit).push(
        ") select p.account_id, a.name as account_name, p.message_id, p.sent_at, p.preview, p.price, p.currency, p.unlocked_at,
                  coalesce(nullif(f.name, ''), nullif(f.handle, ''), p.fan_id) as fan
           from page p join accounts a on a.agency_id = p.agency_id and a.id = p.account_id
           left join fans f on f.agency_id = p.agency_id and f.account_id = p.account_id and f.fan_id = p.fan_id",
    );
    sql.push(order);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}
