//! The SQL of fans. The list's statement is put together from its filter; every value is bound.

use super::types::{ENDS_SOON, Filter, Key, Show};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::keyset::Turn;
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

/// One fan.
#[derive(sqlx::FromRow)]
pub(super) struct FanRow {
    pub fan_id: String,
    pub name: String,
    pub handle: String,
    pub subscription: Option<String>,
    pub subscribed_at: Option<DateTime<Utc>>,
    pub renews_at: Option<DateTime<Utc>>,
    pub auto_renews: Option<bool>,
    pub gross: i64,
    pub payments: i64,
    pub last_paid_at: Option<DateTime<Utc>>,
}

/// Up to `limit` fans in the direction of `turn`, who spent most first.
pub(super) async fn list(
    tx: &mut AgencyTx,
    account: AccountId,
    filter: &Filter,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<FanRow>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let mut sql = QueryBuilder::<Postgres>::new(
        "select fan_id, name, handle, subscription, subscribed_at, renews_at, auto_renews, gross, payments, last_paid_at
         from fans f where agency_id = ",
    );
    sql.push_bind(agency).push(" and account_id = ").push_bind(account);
    match filter.show {
        Show::Active => {
            sql.push(" and subscription = 'subscriber'");
        }
        Show::Ending => {
            sql.push(" and subscription = 'subscriber' and not auto_renews and renews_at >= ").push_bind(now);
            sql.push(" and renews_at < ").push_bind(now + ENDS_SOON);
        }
        Show::Expired => {
            sql.push(" and subscription = 'expired'");
        }
        Show::All => {}
    }
    for word in &filter.words {
        sql.push(" and fan_id in (select fan_id from fan_words where agency_id = ").push_bind(agency);
        sql.push(" and account_id = ").push_bind(account).push(" and word >= ").push_bind(word.clone());
        sql.push(" and word < ").push_bind(format!("{word}\u{10FFFF}")).push(")");
    }
    // Spend falls while the id rises, which a comparison of rows cannot say; the first condition is the index's.
    if let Some((gross, id)) = turn.key() {
        let (bound, strict, beyond) = if turn.is_back() { (">=", ">", "<") } else { ("<=", "<", ">") };
        sql.push(" and gross ").push(bound).push(" ").push_bind(gross);
        sql.push(" and (gross ").push(strict).push(" ").push_bind(gross);
        sql.push(" or fan_id ").push(beyond).push(" ").push_bind(id.clone()).push(")");
    }
    sql.push(if turn.is_back() { " order by gross, fan_id desc" } else { " order by gross desc, fan_id" });
    sql.push(" limit ").push_bind(limit);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}
