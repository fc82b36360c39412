//! Recording an import: its account, all of its rows and every sum in one transaction, or nothing.

use super::progress::Progress;
use super::reading::{self, MAX_PROBLEMS, Read, Row, Terms};
use super::seat::Seat;
use super::service::is_small;
use super::sheet::Sheet;
use super::store::{self, Brought, Known};
use super::types::{Import, Mapping, State};
use crate::accounts;
use crate::audit::{self, Event};
use crate::db::{AgencyTx, Db, Tenant};
use crate::earnings;
use crate::error::{Error, Result};
use crate::ids::{AccountId, StatementImportId, UserId};
use crate::platform::Earning;
use crate::sync;
use serde_json::json;
use std::collections::HashMap;

/// Rows that are recorded at a time.
pub const BATCH: usize = 1000;

/// What recording an import would do, or does.
pub(super) struct Prepared {
    /// Rows that are new to the account, in the file's order.
    pub fresh: Vec<Row>,
    /// Lines that the account has already, or that the file has twice.
    pub duplicates: Vec<u64>,
    /// The rest of what the file says.
    pub read: Read,
}

/// A file as it was read.
pub(super) struct Parsed {
    mapping: Mapping,
    read: Read,
}

/// Reads the file of an import that stands at `from`; `None` when it does not any more. No transaction waits meanwhile.
///
/// # Errors
/// `NotFound`, or `Conflict` when nobody said which column is what, or that does not fit the file.
pub(super) async fn parse(
    db: &Db,
    scope: &impl Tenant,
    id: StatementImportId,
    from: State,
) -> Result<Option<Parsed>> {
    let seat = Seat::take().await?;
    let mut tx = db.begin(scope).await?;
    let import = store::lookup(&mut tx, id).await?.import;
    let file = store::lookup_file(&mut tx, id).await?;
    // Without a file somebody was faster.
    if import.state != from || file.is_empty() {
        return Ok(None);
    }
    let mapping = import.mapping.clone().ok_or_else(|| Error::conflict("Say first which column is what."))?;
    let terms = terms(&mut tx, &import).await?;
    drop(tx);
    let (read, mapping) =
        seat.read(move || (reading::read(&Sheet::of(&file), &mapping, terms), mapping)).await?;
    let read = read.map_err(|column| Error::Conflict(missing(&column)))?;
    Ok(Some(Parsed { mapping, read }))
}

/// The mapping names a column that the file does not have.
pub(super) fn missing(column: &str) -> String {
    format!("The file has no column “{column}” any more. Say again which column is what.")
}

impl Parsed {
    /// What it says, if it was read as the import, which is locked now, is to be read.
    ///
    /// # Errors
    /// `Conflict` when somebody said otherwise meanwhile.
    pub(super) fn of(self, import: &Import) -> Result<Read> {
        if import.mapping.as_ref() == Some(&self.mapping) {
            Ok(self.read)
        } else {
            Err(Error::conflict("Somebody said otherwise meanwhile which column is what. Look at it again."))
        }
    }
}

/// Finds out what of a file the account has already. What it has and says something else is a problem: neither can be left out.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn prepare(
    tx: &mut AgencyTx,
    account: Option<AccountId>,
    mut read: Read,
) -> Result<Prepared> {
    let rows = std::mem::take(&mut read.rows);
    let known = match account {
        Some(account) => {
            let ids: Vec<_> = rows.iter().map(|row| row.earning.transaction_id.as_str()).collect();
            store::list_known(tx, account, &ids).await?
        }
        None => Vec::new(),
    };
    let known: HashMap<_, _> = known.iter().map(|it| (it.transaction_id.as_str(), it)).collect();
    let (mut fresh, mut duplicates) = (Vec::with_capacity(rows.len()), std::mem::take(&mut read.repeated));
    for row in rows {
        match known.get(row.earning.transaction_id.as_str()) {
            None => fresh.push(row),
            Some(known) if says(known, &row.earning) => duplicates.push(row.line),
            Some(known) => read.note(row.line, differs(known, &row.earning)),
        }
    }
    duplicates.sort_unstable();
    read.problems.sort_by_key(|(line, _)| *line);
    Ok(Prepared { fresh, duplicates, read })
}

/// The database keeps microseconds.
fn says(known: &Known, row: &Earning) -> bool {
    known.occurred_at.timestamp_micros() == row.occurred_at.timestamp_micros()
        && (known.gross, known.net) == (row.gross, row.net)
        && known.currency == row.currency
        && known.source == row.source.as_str()
}

fn differs(known: &Known, row: &Earning) -> String {
    let what = if known.occurred_at.timestamp_micros() != row.occurred_at.timestamp_micros() {
        "another time"
    } else if known.currency != row.currency {
        "another currency"
    } else if (known.gross, known.net) != (row.gross, row.net) {
        "other amounts"
    } else {
        "something else that was paid for"
    };
    format!("It is recorded already, with {what}. Undo the import that brought it, or take the line out.")
}

/// Records the import if it stands at `from` (otherwise somebody did already), in one transaction.
///
/// # Errors
/// `Conflict` when it has problems, or nothing that is new; then nothing was recorded.
pub async fn record(
    db: &Db,
    scope: &impl Tenant,
    by: UserId,
    id: StatementImportId,
    from: State,
) -> Result<()> {
    let Some(parsed) = parse(db, scope, id, from).await? else { return Ok(()) };
    let mut tx = db.begin(scope).await?;
    let import = store::lock(&mut tx, id).await?;
    if import.state != from {
        return Ok(());
    }
    let mapping = parsed.mapping.clone();
    let read = parsed.of(&import)?;
    let account = account(&mut tx, &import).await?;
    // From here on nobody else writes to the account.
    earnings::record(&mut tx, account, &[]).await?;
    let prepared = prepare(&mut tx, Some(account), read).await?;
    if let Some(sentence) = objection(&prepared) {
        return Err(Error::conflict(sentence));
    }
    let progress = Progress::new(db, tx.agency_id(), id, prepared.fresh.len());
    let progress = (!is_small(&import)).then_some(&progress);
    let brought = store_rows(&mut tx, id, account, by, prepared, progress).await?;
    store::set_recorded(&mut tx, id, &brought).await?;
    store::remember_mapping(&mut tx, &import.platform, &mapping).await?;
    sync::note_statement(&mut tx, account).await?;
    // The log's end is locked last, as everybody does who records earnings.
    if import.account.is_none() {
        let detail = json!({ "name": import.account_name, "platform": import.platform });
        let event = Event::new("accounts.added_by_statement").subject(account);
        audit::record(&mut tx, event.detail(detail)).await?;
    }
    let detail = json!({ "rows": brought.added, "left_out": brought.duplicates, "account": account });
    audit::record(&mut tx, Event::new("statements.recorded").subject(id).detail(detail)).await?;
    tx.commit().await
}

/// Why it is not recorded.
pub(super) fn objection(prepared: &Prepared) -> Option<String> {
    match (prepared.read.problem_count, prepared.fresh.is_empty()) {
        (0, false) => None,
        (0, true) => Some("There is nothing new in this file.".to_owned()),
        (1, _) => Some("One line cannot be read, so nothing was recorded.".to_owned()),
        (MAX_PROBLEMS.., _) => {
            Some(format!("At least {MAX_PROBLEMS} lines cannot be read, so nothing was recorded."))
        }
        (count, _) => Some(format!("{count} lines cannot be read, so nothing was recorded.")),
    }
}

pub(super) async fn terms(tx: &mut AgencyTx, import: &Import) -> Result<Terms> {
    let zone = store::lookup_zone(tx).await?;
    Ok(Terms { currency: import.currency, zone, now: tx.now() })
}

async fn account(tx: &mut AgencyTx, import: &Import) -> Result<AccountId> {
    if let Some(account) = import.account {
        return Ok(account);
    }
    let account =
        accounts::add_by_statement(tx, &import.account_name, &import.platform, import.currency).await?;
    sync::add_without(tx, account).await?;
    Ok(account)
}

/// The oldest first, so that transactions that touch the same days do so in the same order.
async fn store_rows(
    tx: &mut AgencyTx,
    id: StatementImportId,
    account: AccountId,
    by: UserId,
    prepared: Prepared,
    progress: Option<&Progress<'_>>,
) -> Result<Brought> {
    let mut rows: Vec<Earning> = prepared.fresh.into_iter().map(|row| row.earning).collect();
    rows.sort_by(|a, b| (a.occurred_at, &a.transaction_id).cmp(&(b.occurred_at, &b.transaction_id)));
    let mut done = 0;
    for batch in rows.chunks(BATCH) {
        if let Some(progress) = progress {
            progress.tell(done).await;
        }
        earnings::record(tx, account, batch).await?;
        let ids: Vec<_> = batch.iter().map(|row| row.transaction_id.as_str()).collect();
        store::add_rows(tx, id, &ids).await?;
        done += batch.len();
    }
    let day = |row: &Earning| row.occurred_at.date_naive();
    Ok(Brought {
        account,
        added: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        duplicates: i64::try_from(prepared.duplicates.len()).unwrap_or(i64::MAX),
        days: rows.first().map(day).zip(rows.last().map(day)),
        by,
    })
}
