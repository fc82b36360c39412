//! The SQL of assignments.

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, AgencyId, AssignmentId, UserId};
use crate::team::types::{AccountChoice, Span};
use chrono::{DateTime, Utc};

/// Assigns every pair of `chatters` and `accounts` that is not yet; the pairs that are new. Who is no chatter of the agency
/// and what is no account of it is left out.
pub(in crate::team) async fn add_assignments(
    tx: &mut AgencyTx,
    chatters: &[UserId],
    accounts: &[AccountId],
    by: Option<UserId>,
) -> Result<Vec<(UserId, AccountId)>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let ids: Vec<_> = (0..chatters.len() * accounts.len()).map(|_| tx.new_id::<AssignmentId>().0).collect();
    let chatters: Vec<_> = chatters.iter().map(|it| it.0).collect();
    let accounts: Vec<_> = accounts.iter().map(|it| it.0).collect();
    let rows = sqlx::query!(
        r#"with pairs as (
             select m.user_id, a.id as account_id, row_number() over (order by m.user_id, a.id) as place
             from members m cross join accounts a
             where m.agency_id = $1 and m.user_id = any ($2) and m.role = 'chatter' and m.removed_at is null
               and a.agency_id = $1 and a.id = any ($3)
           )
           insert into assignments (agency_id, id, account_id, user_id, started_at, started_by)
           select $1, ($4::uuid[])[p.place], p.account_id, p.user_id, $5, $6 from pairs p
           on conflict (agency_id, user_id, account_id) where ended_at is null do nothing
           returning user_id as "user: UserId", account_id as "account: AccountId""#,
        agency as AgencyId,
        &chatters,
        &accounts,
        &ids,
        now,
        by as Option<UserId>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user, row.account)).collect())
}

/// Ends the assignments of `chatters` to `accounts`; the pairs that ended.
pub(in crate::team) async fn end_assignments(
    tx: &mut AgencyTx,
    chatters: &[UserId],
    accounts: &[AccountId],
    by: Option<UserId>,
) -> Result<Vec<(UserId, AccountId)>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let chatters: Vec<_> = chatters.iter().map(|it| it.0).collect();
    let accounts: Vec<_> = accounts.iter().map(|it| it.0).collect();
    let rows = sqlx::query!(
        r#"update assignments set ended_at = greatest($4, started_at), ended_by = $5
           where agency_id = $1 and user_id = any ($2) and account_id = any ($3) and ended_at is null
           returning user_id as "user: UserId", account_id as "account: AccountId""#,
        agency as AgencyId,
        &chatters,
        &accounts,
        now,
        by as Option<UserId>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user, row.account)).collect())
}

/// Ends everything that `user` works on; the accounts.
pub(in crate::team) async fn end_all_of_member(
    tx: &mut AgencyTx,
    user: UserId,
    by: Option<UserId>,
) -> Result<Vec<AccountId>> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let accounts = sqlx::query_scalar!(
        r#"update assignments set ended_at = greatest($3, started_at), ended_by = $4
           where agency_id = $1 and user_id = $2 and ended_at is null returning account_id as "account: AccountId""#,
        agency as AgencyId,
        user as UserId,
        now,
        by as Option<UserId>
    );
    Ok(accounts.fetch_all(tx.conn()).await?)
}

/// The accounts that `user` works on or that are hers, by name.
pub(in crate::team) async fn list_accounts_of(
    tx: &mut AgencyTx,
    user: UserId,
    limit: i64,
) -> Result<Vec<AccountChoice>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        AccountChoice,
        r#"select a.id as "id: AccountId", a.name, a.handle from reach r
           join accounts a on a.agency_id = r.agency_id and a.id = r.account_id
           where r.agency_id = $1 and r.user_id = $2 order by lower(a.name), a.id limit $3"#,
        agency as AgencyId,
        user as UserId,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The accounts that `user` (or nobody yet) could be assigned to: not disconnected, not theirs already, with `words` in a
/// name.
pub(in crate::team) async fn list_free_accounts(
    tx: &mut AgencyTx,
    user: Option<UserId>,
    words: Option<&str>,
    limit: i64,
) -> Result<Vec<AccountChoice>> {
    let agency = tx.agency_id();
    let part = words.map(|words| format!("%{}%", crate::words::like(words)));
    let rows = sqlx::query_as!(
        AccountChoice,
        r#"select a.id as "id: AccountId", a.name, a.handle from accounts a
           left join creators c on c.agency_id = a.agency_id and c.id = a.creator_id
           where a.agency_id = $1 and a.disconnected_at is null
             and ($3::text is null or lower(a.name) like $3 or lower(a.handle) like $3 or lower(c.name) like $3)
             and not exists (select from assignments s
                             where s.agency_id = $1 and s.user_id = $2 and s.account_id = a.id and s.ended_at is null)
           order by lower(a.name), a.id limit $4"#,
        agency as AgencyId,
        user as Option<UserId>,
        part,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// The chatters who do not work on `account`, by name: id, name and address.
pub(in crate::team) async fn list_free_chatters(
    tx: &mut AgencyTx,
    account: AccountId,
    limit: i64,
) -> Result<Vec<(UserId, String, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select m.user_id as "user: UserId", u.name, u.email from members m join users u on u.id = m.user_id
           where m.agency_id = $1 and m.role = 'chatter' and m.removed_at is null
             and not exists (select from assignments s
                             where s.agency_id = $1 and s.user_id = m.user_id and s.account_id = $2 and s.ended_at is null)
           order by lower(u.name), m.user_id limit $3"#,
        agency as AgencyId,
        account as AccountId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user, row.name, row.email)).collect())
}

/// Who worked on `account` at some time within `span` (all times without one), the current ones first, then the latest.
pub(in crate::team) async fn list_spans_of_account(
    tx: &mut AgencyTx,
    account: AccountId,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    limit: i64,
) -> Result<Vec<Span>> {
    let agency = tx.agency_id();
    let (from, to) = span.unzip();
    let rows = sqlx::query_as!(
        Span,
        r#"select s.user_id as "user: UserId", u.name, s.account_id as "account: AccountId", a.name as account_name,
                  s.started_at, s.ended_at
           from assignments s join users u on u.id = s.user_id
           join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
           where s.agency_id = $1 and s.account_id = $2
             and ($3::timestamptz is null or (s.started_at < $4 and coalesce(s.ended_at > $3, true)))
           order by s.ended_at is not null, s.started_at desc, s.id limit $5"#,
        agency as AgencyId,
        account as AccountId,
        from,
        to,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// What `user` worked on before and does no more, the latest first.
pub(in crate::team) async fn list_spans_of_member(
    tx: &mut AgencyTx,
    user: UserId,
    limit: i64,
) -> Result<Vec<Span>> {
    let agency = tx.agency_id();
    let rows = sqlx::query_as!(
        Span,
        r#"select s.user_id as "user: UserId", u.name, s.account_id as "account: AccountId", a.name as account_name,
                  s.started_at, s.ended_at
           from assignments s join users u on u.id = s.user_id
           join accounts a on a.agency_id = s.agency_id and a.id = s.account_id
           where s.agency_id = $1 and s.user_id = $2 and s.ended_at is not null
           order by s.ended_at desc, s.id limit $3"#,
        agency as AgencyId,
        user as UserId,
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}
