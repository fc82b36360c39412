//! The SQL of paid messages.

use super::types::Key;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId};
use crate::keyset::Turn;
use crate::period::Period;
use chrono::{DateTime, NaiveTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// What messages brought in one currency, in the period and the one before.
pub(super) struct ResultsRow {
    pub currency: String,
    pub sent: i64,
    pub unlocked: i64,
    pub revenue: i64,
    pub sent_before: i64,
    pub unlocked_before: i64,
    pub revenue_before: i64,
    /// Whether the period before is known: all messages are here, and there are some from then or before.
    pub compares: bool,
}

fn bounds(period: Period) -> (DateTime<Utc>, DateTime<Utc>) {
    let midnight = |day: chrono::NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    (midnight(period.start), midnight(period.end))
}

pub(super) async fn list_results(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    previous: Period,
) -> Result<Vec<ResultsRow>> {
    let agency = tx.agency_id();
    let ((from, to), (from_before, to_before)) = (bounds(period), bounds(previous));
    let rows = sqlx::query_as!(
        ResultsRow,
        r#"select currency, count(*) filter (where sent_at >= $5) as "sent!",
                  count(unlocked_at) filter (where sent_at >= $5) as "unlocked!",
                  coalesce(sum(price) filter (where sent_at >= $5 and unlocked_at is not null), 0)::bigint as "revenue!",
                  count(*) filter (where sent_at < $4) as "sent_before!",
                  count(unlocked_at) filter (where sent_at < $4) as "unlocked_before!",
                  coalesce(sum(price) filter (where sent_at < $4 and unlocked_at is not null), 0)::bigint as "revenue_before!",
                  (select messages_done_at is not null from syncs where agency_id = $1 and account_id = $2)
                    and exists (select from ppv_messages where agency_id = $1 and account_id = $2 and sent_at < $4) as "compares!"
           from ppv_messages
           where agency_id = $1 and account_id = $2 and sent_at >= $3 and sent_at < $6 and (sent_at < $4 or sent_at >= $5)
           group by currency order by currency"#,
        agency as AgencyId,
        account as AccountId,
        from_before,
        to_before,
        from,
        to
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One message with its fan.
#[derive(sqlx::FromRow)]
pub(super) struct MessageRow {
    pub message_id: String,
    pub sent_at: DateTime<Utc>,
    pub fan_id: String,
    pub fan_name: Option<String>,
    pub preview: Option<String>,
    pub price: i64,
    pub currency: String,
    pub unlocked_at: Option<DateTime<Utc>>,
}

/// Up to `limit` messages of `period` in the direction of `turn`, the newest first.
pub(super) async fn list(
    tx: &mut AgencyTx,
    account: AccountId,
    period: Period,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<MessageRow>> {
    let (agency, (from, to)) = (tx.agency_id(), bounds(period));
    let mut sql =
        QueryBuilder::<Postgres>::new("with page as (select * from ppv_messages where agency_id = ");
    sql.push_bind(agency).push(" and account_id = ").push_bind(account);
    sql.push(" and sent_at >= ").push_bind(from).push(" and sent_at < ").push_bind(to);
    if let Some((at, id)) = turn.key() {
        sql.push(if turn.is_back() {
            " and (sent_at, message_id) > ("
        } else {
            " and (sent_at, message_id) < ("
        });
        sql.push_bind(at).push(", ").push_bind(id).push(")");
    }
    let order = if turn.is_back() {
        " order by sent_at, message_id"
    } else {
        " order by sent_at desc, message_id desc"
    };
    sql.push(order).push(" limit ").push_bind(limit);
    sql.push(
        ") select p.message_id, p.sent_at, p.fan_id, coalesce(nullif(f.name, ''), nullif(f.handle, '')) as fan_name, p.preview,
                  p.price, p.currency, p.unlocked_at
           from page p left join fans f on f.agency_id = p.agency_id and f.account_id = p.account_id and f.fan_id = p.fan_id",
    );
    sql.push(order);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}
