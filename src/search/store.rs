//! The SQL of search. Creators and accounts are few per agency and are looked through; fans are found by their words.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AgencyId, UserId};

/// What is looked for, and where.
pub(super) struct Wanted<'a> {
    /// As `like` patterns, each to begin a word.
    pub starts: &'a [String],
    /// The word by which fans are found, and the first that no longer begins with it.
    pub word: &'a str,
    pub beyond: &'a str,
    /// How many fans are weighed up at most.
    pub candidates: i64,
    pub creators: bool,
    pub accounts: bool,
    pub each: i64,
}

/// Something that was found: its kind, its id, its account's id (for fans), its names.
pub(super) struct FoundRow {
    pub kind: String,
    pub id: String,
    pub account: Option<String>,
    pub name: String,
    pub handle: Option<String>,
    pub of: Option<String>,
}

/// Creators, accounts and fans of whose names each of the words begins a word.
pub(super) async fn list(tx: &mut AgencyTx, wanted: &Wanted<'_>) -> Result<Vec<FoundRow>> {
    let (agency, member) = (tx.agency_id(), tx.reach().member());
    let rows = sqlx::query_as!(
        FoundRow,
        r#"with within as materialized (
             select account_id from reach where agency_id = $1 and user_id = $9
           ), creators_found as (
             select id, name from creators c
             where agency_id = $1 and $6 and archived_at is null and not exists (
               select from unnest($2::text[]) as start where ' ' || translate(lower(c.name), '_.@-', '    ') not like '% ' || start || '%')
             order by lower(name), id limit $8
           ), accounts_found as (
             select id, name, handle, platform from accounts a
             where agency_id = $1 and $7 and ($9::uuid is null or id in (select account_id from within)) and not exists (
               select from unnest($2::text[]) as start
               where ' ' || translate(lower(a.name || ' ' || a.handle), '_.@-', '    ') not like '% ' || start || '%')
             order by disconnected_at is not null, lower(name), id limit $8
           ), candidates as (
             select account_id, fan_id from fan_words
             where agency_id = $1 and $7 and word >= $3 and word < $4
               and ($9::uuid is null or account_id in (select account_id from within))
             order by word limit $5
           ), fans_found as (
             select f.account_id, f.fan_id, f.name, f.handle, a.name as of
             from (select distinct account_id, fan_id from candidates) w
             join fans f on f.agency_id = $1 and f.account_id = w.account_id and f.fan_id = w.fan_id
             join accounts a on a.agency_id = $1 and a.id = f.account_id
             where not exists (
               select from unnest($2::text[]) as start
               where ' ' || translate(lower(f.name || ' ' || f.handle), '_.@-', '    ') not like '% ' || start || '%')
             order by f.gross desc, f.account_id, f.fan_id limit $8
           )
           select kind as "kind!", id as "id!", account, name as "name!", handle, of from (
             select 'creator' as kind, id::text, null as account, name, null as handle, null as of from creators_found
             union all
             select 'account', id::text, null, name, handle, platform from accounts_found
             union all
             select 'fan', fan_id, account_id::text, name, handle, of from fans_found) found"#,
        agency as AgencyId,
        wanted.starts,
        wanted.word,
        wanted.beyond,
        wanted.candidates,
        wanted.creators,
        wanted.accounts,
        wanted.each,
        member as Option<UserId>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
