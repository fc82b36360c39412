//! The SQL of selections.

use crate::analytics::selection::{Offers, Selection};
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, CreatorId, UserId};

/// The accounts of a selection, and what it names.
pub(in crate::analytics) struct FoundRow {
    pub ids: Vec<AccountId>,
    pub named_ids: Vec<AccountId>,
    pub named_names: Vec<String>,
    pub creator: Option<String>,
    pub chatter: Option<String>,
    pub tag_is_known: bool,
}

pub(in crate::analytics) async fn find(tx: &mut AgencyTx, selection: &Selection) -> Result<FoundRow> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let ids: Vec<_> = selection.accounts.iter().map(|id| id.0).collect();
    let row = sqlx::query_as!(
        FoundRow,
        r#"with mine as (
             select id, name, creator_id from accounts
             where agency_id = $1 and ($6::uuid is null or id in (select account_id from reach where agency_id = $1 and user_id = $6))
           )
           select array(
                    select a.id from mine a
                    where (cardinality($2::uuid[]) = 0 or a.id = any ($2)) and ($3::uuid is null or a.creator_id = $3)
                      and ($4::text is null or a.id in (select account_id from account_tags where agency_id = $1 and tag = $4))
                      and ($5::uuid is null or a.id in (
                        select account_id from assignments where agency_id = $1 and user_id = $5 and ended_at is null))
                    order by lower(a.name), a.id
                  ) as "ids!: Vec<AccountId>",
                  array(select id from mine where id = any ($2) order by id) as "named_ids!: Vec<AccountId>",
                  array(select name from mine where id = any ($2) order by id) as "named_names!",
                  (select name from creators where agency_id = $1 and id = $3) as creator,
                  (select u.name from members m join users u on u.id = m.user_id
                   where m.agency_id = $1 and m.user_id = $5 and m.removed_at is null) as chatter,
                  exists (select 1 from account_tags where agency_id = $1 and tag = $4) as "tag_is_known!""#,
        agency as AgencyId,
        &ids,
        selection.creator as Option<CreatorId>,
        selection.tag,
        selection.chatter as Option<UserId>,
        member as Option<UserId>
    );
    Ok(row.fetch_one(tx.conn()).await?)
}

/// What can be selected, by name; `words` is a part of a `like` pattern.
pub(in crate::analytics) async fn list_offers(
    tx: &mut AgencyTx,
    words: Option<&str>,
    limit: i64,
) -> Result<Offers> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let rows = sqlx::query!(
        r#"with mine as (
             select id, name, handle, creator_id from accounts
             where agency_id = $1 and ($4::uuid is null or id in (select account_id from reach where agency_id = $1 and user_id = $4))
           )
           (select 'account' as "kind!", id as "id?: uuid::Uuid", name || ' (@' || handle || ')' as "words!" from mine
            where $2::text is null or lower(name) like '%' || $2 || '%' or lower(handle) like '%' || $2 || '%'
            order by lower(name), id limit $3)
           union all
           (select 'creator', id, name from creators
            where agency_id = $1 and id in (select creator_id from mine) order by lower(name), id limit $3)
           union all
           (select 'tag', null, tag from account_tags
            where agency_id = $1 and account_id in (select id from mine) group by tag order by tag limit $3)
           union all
           (select 'chatter', u.id, u.name from users u
            where u.id in (select user_id from assignments where agency_id = $1 and ended_at is null
                             and account_id in (select id from mine))
            order by lower(u.name), u.id limit $3)"#,
        agency as AgencyId,
        words,
        limit,
        member as Option<UserId>
    )
    .fetch_all(tx.conn())
    .await?;
    let mut offers = Offers::default();
    for row in rows {
        match (row.kind.as_str(), row.id) {
            ("account", Some(id)) => offers.accounts.push((AccountId(id), row.words)),
            ("creator", Some(id)) => offers.creators.push((CreatorId(id), row.words)),
            ("chatter", Some(id)) => offers.chatters.push((UserId(id), row.words)),
            _ => offers.tags.push(row.words),
        }
    }
    Ok(offers)
}
