//! The SQL of the audit log's list: both chains as one, the newest first.

use crate::audit::types::{Chain, Filter, Key, What, Who};
use crate::audit::words::Category;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use crate::keyset::Turn;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// One entry of the list.
#[derive(sqlx::FromRow)]
pub(in crate::audit) struct ListedRow {
    pub chain: i32,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub user_id: Option<UserId>,
    pub person: Option<String>,
    pub event: String,
    pub subject: Option<String>,
    pub detail: Value,
    pub ip: Option<String>,
    pub request_id: Option<String>,
    pub hash: Vec<u8>,
}

/// What is looked for, once days are moments and names are ids.
pub(in crate::audit) struct Wanted<'a> {
    pub filter: &'a Filter,
    /// What the entries concern, if that is asked for.
    pub subjects: Option<&'a [String]>,
    pub from: Option<DateTime<Utc>>,
    pub end: Option<DateTime<Utc>>,
}

/// Up to `limit` entries in the direction of `turn`. Each chain is read by its own index, as far as the page goes.
pub(in crate::audit) async fn list(
    tx: &mut AgencyTx,
    wanted: &Wanted<'_>,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<ListedRow>> {
    let agency = tx.agency_id();
    let mut sql = QueryBuilder::<Postgres>::new("select e.*, u.name as person from (");
    let mut chains = Chain::ALL.into_iter().filter(|chain| wanted.filter.reaches(*chain)).peekable();
    while let Some(chain) = chains.next() {
        push_chain(&mut sql, agency, chain, wanted, turn, limit);
        if chains.peek().is_some() {
            sql.push(" union all ");
        }
    }
    let order = if turn.is_back() { "e.at, e.chain desc, e.seq" } else { "e.at desc, e.chain, e.seq desc" };
    sql.push(") e left join users u on u.id = e.user_id order by ")
        .push(order)
        .push(" limit ")
        .push_bind(limit);
    Ok(sql.build_query_as().fetch_all(tx.conn()).await?)
}

fn push_chain(
    sql: &mut QueryBuilder<Postgres>,
    agency: AgencyId,
    chain: Chain,
    wanted: &Wanted<'_>,
    turn: &Turn<Key>,
    limit: i64,
) {
    sql.push("(select ").push(chain.number()).push(
        " as chain, seq, at, actor, user_id, event, subject, detail, host(ip) as ip, request_id, hash from ",
    );
    sql.push(chain.tables().0).push(" where agency_id = ").push_bind(agency);
    push_filter(sql, wanted);
    if let Some((at, other, seq)) = turn.key() {
        // Where the time is the same, the order of the chains decides.
        let seq = match chain.cmp(other) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => *seq,
            std::cmp::Ordering::Greater => i64::MAX,
        };
        sql.push(if turn.is_back() { " and (at, seq) > (" } else { " and (at, seq) < (" });
        sql.push_bind(*at).push(", ").push_bind(seq).push(")");
    }
    sql.push(if turn.is_back() { " order by at, seq" } else { " order by at desc, seq desc" });
    sql.push(" limit ").push_bind(limit).push(")");
}

fn push_filter(sql: &mut QueryBuilder<Postgres>, wanted: &Wanted<'_>) {
    match &wanted.filter.who {
        None => {}
        Some(Who::Person(user)) => {
            sql.push(" and user_id = ").push_bind(*user);
        }
        // These are nobody's, which the index of people knows too: they may be few among a million.
        Some(Who::Link) => {
            sql.push(" and user_id is null and actor = 'creator link'");
        }
        Some(Who::System) => {
            sql.push(" and user_id is null and actor like 'system:%'");
        }
        Some(Who::Visitor) => {
            sql.push(" and user_id is null and actor = 'visitor'");
        }
    }
    match &wanted.filter.what {
        // They are the whole of their chain.
        None | Some(What::Category(Category::Views)) => {}
        Some(What::Category(category)) => {
            let events: Vec<_> = category.events().map(|known| known.name).collect();
            sql.push(" and event = any(").push_bind(events).push(")");
        }
        Some(What::Event(event)) => {
            sql.push(" and event = ").push_bind(event.clone());
        }
    }
    if let Some(subjects) = wanted.subjects {
        sql.push(" and subject = any(").push_bind(subjects.to_vec()).push(")");
    }
    if let Some(from) = wanted.from {
        sql.push(" and at >= ").push_bind(from);
    }
    if let Some(end) = wanted.end {
        sql.push(" and at < ").push_bind(end);
    }
    if let (Some((_, _)), Some(network)) = (wanted.filter.address, wanted.filter.network()) {
        let within = if network.contains('/') { " and ip <<= " } else { " and ip = " };
        sql.push(within).push_bind(network).push("::text::inet");
    }
}

/// Something that entries concern, by its id.
pub(in crate::audit) struct NamedRow {
    pub id: Uuid,
    pub kind: String,
    pub name: String,
}

/// What the ids stand for, as far as they are this agency's.
pub(in crate::audit) async fn list_named(tx: &mut AgencyTx, ids: &[Uuid]) -> Result<Vec<NamedRow>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        NamedRow,
        r#"select id as "id!", 'creator' as "kind!", name as "name!" from creators where agency_id = $1 and id = any($2)
           union all select id, 'account', name from accounts where agency_id = $1 and id = any($2)
           union all select id, 'connection', display_name from connections where agency_id = $1 and id = any($2)
           union all select id, 'link', note from connect_links where agency_id = $1 and id = any($2)
           union all select id, 'invitation', email from invitations where agency_id = $1 and id = any($2)
           union all select agency_id, 'agency', name from agencies where agency_id = $1 and agency_id = any($2)
           union all select u.id, 'person', u.name from members m join users u on u.id = m.user_id
             where m.agency_id = $1 and m.user_id = any($2)"#,
        agency as AgencyId,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The ids of what has `part` in its name, at most `limit` of them.
pub(in crate::audit) async fn find_named(tx: &mut AgencyTx, part: &str, limit: i64) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let ids = sqlx::query_scalar!(
        r#"select id::text as "id!" from (
             select id, name from creators where agency_id = $1
             union all select id, name from accounts where agency_id = $1
             union all select id, handle from accounts where agency_id = $1
             union all select id, display_name from connections where agency_id = $1
             union all select id, note from connect_links where agency_id = $1
             union all select id, email from invitations where agency_id = $1
             union all select u.id, u.name from members m join users u on u.id = m.user_id where m.agency_id = $1
           ) named where position(lower($2) in lower(name)) > 0 limit $3"#,
        agency as AgencyId,
        part,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

/// Everybody who is or was in the agency, by name: at most `limit`.
pub(in crate::audit) async fn list_people(tx: &mut AgencyTx, limit: i64) -> Result<Vec<(UserId, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select u.id as "id: UserId", u.name from members m join users u on u.id = m.user_id
           where m.agency_id = $1 order by lower(u.name), u.id limit $2"#,
        agency as AgencyId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
