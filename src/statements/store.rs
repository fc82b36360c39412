//! The SQL of statements.

use super::types::{Account, Import, Listed, Mapping, State};
use crate::db::{AgencyTx, SystemTx};
use crate::error::{Error, Result};
use crate::ids::{AccountId, AgencyId, StatementImportId, UserId};
use crate::keyset::Turn;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::types::Json;

/// An import's place in the history: when it was begun, and its id.
pub type Key = (DateTime<Utc>, StatementImportId);

/// An import with its history, as one statement gives it.
struct Row {
    id: StatementImportId,
    state: String,
    file_name: String,
    bytes: i64,
    account_id: Option<AccountId>,
    account_name: String,
    platform_name: String,
    currency: String,
    mapping: Option<Json<Mapping>>,
    added: Option<i64>,
    duplicates: Option<i64>,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
    problem: Option<String>,
    done: Option<i64>,
    total: Option<i64>,
    created_at: DateTime<Utc>,
    made_by: String,
    recorded_by: Option<String>,
    recorded_at: Option<DateTime<Utc>>,
    undone_by: Option<String>,
    undone_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let state =
            State::parse(&row.state).ok_or_else(|| anyhow::anyhow!("no state is called {}", row.state))?;
        let import = Import {
            id: row.id,
            state,
            file_name: row.file_name,
            bytes: row.bytes,
            account: row.account_id,
            account_name: row.account_name,
            platform: row.platform_name,
            currency: row.currency.parse().map_err(anyhow::Error::from)?,
            mapping: row.mapping.map(|it| it.0),
            added: row.added.unwrap_or(0),
            duplicates: row.duplicates.unwrap_or(0),
            days: row.first_day.zip(row.last_day),
            problem: row.problem,
            progress: row.done.zip(row.total),
        };
        Ok(Self {
            import,
            created_at: row.created_at,
            made_by: row.made_by,
            recorded: row.recorded_by.zip(row.recorded_at),
            undone: row.undone_by.zip(row.undone_at),
        })
    }
}

/// Up to `limit` imports in the direction of `turn`, of `account` only or of all; not those whose file is still coming.
pub(super) async fn list(
    tx: &mut AgencyTx,
    account: Option<AccountId>,
    turn: &Turn<Key>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let agency = tx.agency_id();
    let (at, id) = turn.key().copied().unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select i.id as "id: StatementImportId", i.state, i.file_name, i.bytes, i.account_id as "account_id: AccountId",
                  coalesce(a.name, i.account_name) as "account_name!", i.platform_name, i.currency,
                  i.mapping as "mapping: Json<Mapping>", i.added, i.duplicates, i.first_day, i.last_day, i.problem,
                  p.done as "done?", p.total as "total?", i.created_at, m.name as made_by, r.name as "recorded_by?", i.recorded_at,
                  u.name as "undone_by?", i.undone_at
           from statement_imports i
           left join accounts a on a.agency_id = i.agency_id and a.id = i.account_id
           left join statement_progress p on p.agency_id = i.agency_id and p.import_id = i.id
           join users m on m.id = i.made_by
           left join users r on r.id = i.recorded_by
           left join users u on u.id = i.undone_by
           where i.agency_id = $1 and ($2::uuid is null or i.account_id = $2) and i.state <> 'receiving'
             and ($3::timestamptz is null or case when $5 then (i.created_at, i.id) > ($3, $4) else (i.created_at, i.id) < ($3, $4) end)
           order by case when $5 then i.created_at end, case when $5 then i.id end, i.created_at desc, i.id desc limit $6"#,
        agency as AgencyId,
        account as Option<AccountId>,
        at,
        id as Option<StatementImportId>,
        turn.is_back(),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Listed::try_from).collect()
}

pub(super) async fn lookup(tx: &mut AgencyTx, id: StatementImportId) -> Result<Listed> {
    let agency = tx.agency_id();
    let row = sqlx::query_as!(
        Row,
        r#"select i.id as "id: StatementImportId", i.state, i.file_name, i.bytes, i.account_id as "account_id: AccountId",
                  coalesce(a.name, i.account_name) as "account_name!", i.platform_name, i.currency,
                  i.mapping as "mapping: Json<Mapping>", i.added, i.duplicates, i.first_day, i.last_day, i.problem,
                  p.done as "done?", p.total as "total?", i.created_at, m.name as made_by, r.name as "recorded_by?", i.recorded_at,
                  u.name as "undone_by?", i.undone_at
           from statement_imports i
           left join accounts a on a.agency_id = i.agency_id and a.id = i.account_id
           left join statement_progress p on p.agency_id = i.agency_id and p.import_id = i.id
           join users m on m.id = i.made_by
           left join users r on r.id = i.recorded_by
           left join users u on u.id = i.undone_by
           where i.agency_id = $1 and i.id = $2 and i.state <> 'receiving'"#,
        agency as AgencyId,
        id as StatementImportId
    )
    .fetch_one(tx.conn())
    .await?;
    row.try_into()
}

/// Locks the import, so that nobody else records, changes or undoes it meanwhile. Its key stays free: rows of progress refer to it
/// from transactions of their own.
pub(super) async fn lock(tx: &mut AgencyTx, id: StatementImportId) -> Result<Import> {
    let agency = tx.agency_id();
    sqlx::query_scalar!(
        r#"select 1 as "one!" from statement_imports where agency_id = $1 and id = $2 for no key update"#,
        agency as AgencyId,
        id as StatementImportId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(lookup(tx, id).await?.import)
}

/// The name, the platform and the currency of an account that statements are recorded into.
pub(super) async fn lookup_account(tx: &mut AgencyTx, id: AccountId) -> Result<Account> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        "select name, handle, currency from accounts where agency_id = $1 and id = $2 and platform = 'statement'",
        agency as AgencyId,
        id as AccountId
    )
    .fetch_one(tx.conn())
    .await?;
    let currency = row.currency.parse().map_err(anyhow::Error::from)?;
    Ok(Account { id, name: row.name, platform: row.handle, currency })
}

/// The zone of the agency's clocks.
pub(super) async fn lookup_zone(tx: &mut AgencyTx) -> Result<Tz> {
    let agency = tx.agency_id();
    let zone = sqlx::query_scalar!("select time_zone from agencies where agency_id = $1", agency as AgencyId);
    Ok(zone.fetch_one(tx.conn()).await?.parse().unwrap_or(Tz::UTC))
}

/// The accounts that statements are recorded into, by name.
pub(super) async fn list_accounts(tx: &mut AgencyTx, limit: i64) -> Result<Vec<Account>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select id as "id: AccountId", name, handle, currency from accounts
           where agency_id = $1 and platform = 'statement' order by lower(name), id limit $2"#,
        agency as AgencyId,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let account = |currency: &str| currency.parse().map_err(anyhow::Error::from);
    rows.into_iter()
        .map(|row| {
            Ok(Account {
                id: row.id,
                name: row.name,
                platform: row.handle,
                currency: account(&row.currency)?,
            })
        })
        .collect()
}

/// Whoever counts files holds this lock, so that each sees what others added before.
pub(super) async fn lock_agency(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!("select from agencies where agency_id = $1 for no key update", agency as AgencyId)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Files that wait, and those that are on their way since `since`: what began before does not come any more.
pub(super) async fn count_open(tx: &mut AgencyTx, since: DateTime<Utc>) -> Result<i64> {
    let agency = tx.agency_id();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from statement_imports
           where agency_id = $1 and (state = 'open' or state = 'receiving' and created_at > $2)"#,
        agency as AgencyId,
        since
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(super) async fn add(
    tx: &mut AgencyTx,
    id: StatementImportId,
    file: &str,
    account: &Account,
    is_known: bool,
    by: UserId,
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into statement_imports (agency_id, id, state, file_name, account_id, account_name, platform_name, currency, made_by, created_at)
         values ($1, $2, 'receiving', $3, $4, $5, $6, $7, $8, $9)",
        agency as AgencyId,
        id as StatementImportId,
        file,
        is_known.then_some(account.id) as Option<AccountId>,
        account.name,
        account.platform,
        account.currency.as_str(),
        by as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn add_part(
    tx: &mut AgencyTx,
    id: StatementImportId,
    part: i32,
    bytes: &[u8],
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into statement_parts (agency_id, import_id, part, bytes) values ($1, $2, $3, $4)",
        agency as AgencyId,
        id as StatementImportId,
        part,
        bytes
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_received(
    tx: &mut AgencyTx,
    id: StatementImportId,
    bytes: i64,
    fingerprint: &[u8],
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update statement_imports set state = 'open', bytes = $3, fingerprint = $4
         where agency_id = $1 and id = $2 and state = 'receiving'",
        agency as AgencyId,
        id as StatementImportId,
        bytes,
        fingerprint
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The whole file.
pub(super) async fn lookup_file(tx: &mut AgencyTx, id: StatementImportId) -> Result<Vec<u8>> {
    let agency = tx.agency_id();
    let parts = sqlx::query_scalar!(
        "select bytes from statement_parts where agency_id = $1 and import_id = $2 order by part",
        agency as AgencyId,
        id as StatementImportId
    );
    Ok(parts.fetch_all(tx.conn()).await?.concat())
}

/// When the same file was recorded before, if it is recorded still.
pub(super) async fn find_same_file(
    tx: &mut AgencyTx,
    id: StatementImportId,
) -> Result<Option<DateTime<Utc>>> {
    let agency = tx.agency_id();
    let at = sqlx::query_scalar!(
        "select max(o.recorded_at) from statement_imports i
         join statement_imports o on o.agency_id = $1 and o.fingerprint = i.fingerprint and o.state = 'recorded'
         where i.agency_id = $1 and i.id = $2",
        agency as AgencyId,
        id as StatementImportId
    );
    Ok(at.fetch_one(tx.conn()).await?)
}

pub(super) async fn set_mapping(tx: &mut AgencyTx, id: StatementImportId, mapping: &Mapping) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update statement_imports set mapping = $3, problem = null where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as StatementImportId,
        Json(mapping) as Json<&Mapping>
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps what the columns of a platform's files are, for the next one.
pub(super) async fn remember_mapping(tx: &mut AgencyTx, platform: &str, mapping: &Mapping) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "insert into statement_mappings (agency_id, platform, mapping, used_at) values ($1, lower($2), $3, $4)
         on conflict (agency_id, platform) do update set mapping = excluded.mapping, used_at = excluded.used_at",
        agency as AgencyId,
        platform,
        Json(mapping) as Json<&Mapping>,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn find_mapping(tx: &mut AgencyTx, platform: &str) -> Result<Option<Mapping>> {
    let agency = tx.agency_id();
    let mapping = sqlx::query_scalar!(
        r#"select mapping as "mapping: Json<Mapping>" from statement_mappings where agency_id = $1 and platform = lower($2)"#,
        agency as AgencyId,
        platform
    );
    Ok(mapping.fetch_optional(tx.conn()).await?.map(|it| it.0))
}

/// An earning that the account has already.
pub(super) struct Known {
    pub transaction_id: String,
    pub occurred_at: DateTime<Utc>,
    pub gross: i64,
    pub net: i64,
    pub currency: String,
    pub source: String,
}

/// Which of `ids` the account has already, and what they say.
pub(super) async fn list_known(tx: &mut AgencyTx, account: AccountId, ids: &[&str]) -> Result<Vec<Known>> {
    let agency = tx.agency_id();
    let known = sqlx::query_as!(
        Known,
        "select transaction_id, occurred_at, gross, net, currency, source from earnings
          where agency_id = $1 and account_id = $2 and transaction_id = any ($3)",
        agency as AgencyId,
        account as AccountId,
        ids as &[&str]
    );
    Ok(known.fetch_all(tx.conn()).await?)
}

/// Says who wants it recorded (or undone) in the background.
pub(super) async fn set_state(
    tx: &mut AgencyTx,
    id: StatementImportId,
    state: State,
    problem: Option<&str>,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update statement_imports set state = $3, problem = $4 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as StatementImportId,
        state.name(),
        problem
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What recording brought.
pub(super) struct Brought {
    pub account: AccountId,
    pub added: i64,
    pub duplicates: i64,
    pub days: Option<(NaiveDate, NaiveDate)>,
    pub by: UserId,
}

/// Recorded: the file is needed no more.
pub(super) async fn set_recorded(tx: &mut AgencyTx, id: StatementImportId, brought: &Brought) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let (first, last) = brought.days.unzip();
    sqlx::query!(
        "with gone as (delete from statement_parts where agency_id = $1 and import_id = $2)
         update statement_imports set state = 'recorded', problem = null, account_id = $3, added = $4, duplicates = $5,
           first_day = $6, last_day = $7, recorded_by = $8, recorded_at = $9
         where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as StatementImportId,
        brought.account as AccountId,
        brought.added,
        brought.duplicates,
        first,
        last,
        brought.by as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_undone(tx: &mut AgencyTx, id: StatementImportId, by: UserId) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "update statement_imports set state = 'undone', undone_by = $3, undone_at = $4 where agency_id = $1 and id = $2",
        agency as AgencyId,
        id as StatementImportId,
        by as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes which earnings the import brought.
pub(super) async fn add_rows(tx: &mut AgencyTx, id: StatementImportId, ids: &[&str]) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into statement_rows (agency_id, import_id, transaction_id) select $1, $2, * from unnest($3::text[])",
        agency as AgencyId,
        id as StatementImportId,
        ids as &[&str]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes up to `limit` of the import's rows away; their transactions.
pub(super) async fn take_rows(tx: &mut AgencyTx, id: StatementImportId, limit: i64) -> Result<Vec<String>> {
    let agency = tx.agency_id();
    let ids = sqlx::query_scalar!(
        "delete from statement_rows where agency_id = $1 and import_id = $2 and transaction_id in (
           select transaction_id from statement_rows where agency_id = $1 and import_id = $2 order by transaction_id limit $3)
         returning transaction_id",
        agency as AgencyId,
        id as StatementImportId,
        limit
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

pub(super) async fn set_progress(
    tx: &mut AgencyTx,
    id: StatementImportId,
    done: i64,
    total: i64,
) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "insert into statement_progress (agency_id, import_id, done, total) values ($1, $2, $3, $4)
         on conflict (agency_id, import_id) do update set done = excluded.done, total = excluded.total",
        agency as AgencyId,
        id as StatementImportId,
        done,
        total
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets an import that brought nothing.
pub(super) async fn remove(tx: &mut AgencyTx, id: StatementImportId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from statement_imports where agency_id = $1 and id = $2 and state in ('receiving', 'open')",
        agency as AgencyId,
        id as StatementImportId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets files that nobody did anything with since `before`, and those that began to come before `began` and are not here; how
/// many.
pub(super) async fn remove_abandoned(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    began: DateTime<Utc>,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from statement_imports where state = 'open' and created_at < $1 or state = 'receiving' and created_at < $2",
        before,
        began
    );
    Ok(done.execute(tx.conn()).await?.rows_affected())
}
