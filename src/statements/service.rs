//! Looking at a statement, saying which column is what, and having it recorded.

use super::jobs::RecordStatement;
use super::policy::ImportStatements;
use super::reading::{self, MAX_KINDS, MAX_PROBLEMS, meaning};
use super::recording::{self, Prepared};
use super::seat::Seat;
use super::sheet::{Line, MAX_CELL, Sheet};
use super::store::{self, Key};
use super::types::{Account, Column, Import, Listed, Mapping, Separator, State, is_source};
use super::upload::ON_ITS_WAY;
use crate::audit::{self, Event};
use crate::auth::{Scope, SystemScope};
use crate::db::Db;
use crate::error::{Error, Invalid, Result};
use crate::ids::StatementImportId;
use crate::jobs::{self, How};
use crate::keyset::{Page, Turn};
use crate::money::Currency;
use crate::platform::{Earning, EarningSource};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Imports on one page of the history.
const PAGE: usize = 50;
/// What is offered at most when an account is chosen.
const MAX_OFFERED: i64 = 1000;
/// Rows that are shown before they are recorded.
const SHOWN: usize = 10;
/// Lines that are shown as they stand in the file.
const SAMPLE: usize = 5;
/// So many rows are recorded or removed while somebody waits; more are a job's.
pub(super) const IN_A_REQUEST: i64 = 2000;
/// A line is at least so long: what is smaller has no more rows than that.
const SHORT_LINE: i64 = 40;
/// Files that nobody recorded are kept so long.
const KEPT: TimeDelta = TimeDelta::days(7);

/// The history of imports and what it begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Imports, the newest first.
    pub page: Page<Listed>,
    /// The accounts that statements are recorded into.
    pub accounts: Vec<Account>,
}

/// One import as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// The import with its history.
    pub listed: Listed,
    /// What its file looks like, while it waits.
    pub file: Option<File>,
}

/// How a file is cut into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Between the cells.
    pub separator: Separator,
    /// Whether the first line names the columns.
    pub has_names: bool,
}

impl Cut {
    /// By this separator, with or without names on top.
    #[must_use]
    pub fn new(separator: Separator, has_names: bool) -> Self {
        Self { separator, has_names }
    }
}

/// A file that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// How its letters are written.
    pub encoding: &'static str,
    /// How it is cut, as it seems or as somebody said.
    pub cut: Cut,
    /// The columns by that separator (or the one chosen).
    pub columns: Vec<Column>,
    /// The first lines.
    pub sample: Vec<Line>,
    /// What was said of the last file of this platform, where it fits this one too.
    pub remembered: Option<Mapping>,
    /// When the same file was recorded before.
    pub same_recorded_at: Option<DateTime<Utc>>,
    /// What recording would do, once the columns are known.
    pub preview: Option<Result<Preview, String>>,
}

/// What recording an import would do now.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Rows that would be recorded.
    pub fresh: usize,
    /// The first of them, with their lines.
    pub shown: Vec<(u64, Earning)>,
    /// What they add up to, per currency: gross, net, and how many.
    pub totals: Vec<(Currency, i64, i64, usize)>,
    /// Their first and last UTC day.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Lines that are left out because they are recorded already or stand twice.
    pub duplicates: Vec<u64>,
    /// Lines without a time that are left out.
    pub skipped: usize,
    /// The first lines that cannot be read, with why.
    pub problems: Vec<(u64, String)>,
    /// How many there are.
    pub problem_count: usize,
    /// Whether nobody read on after those.
    pub has_more_problems: bool,
    /// The platform's words for what was paid for: how many lines have each, and what it counts as.
    pub kinds: Vec<(String, usize, EarningSource)>,
}

impl Preview {
    fn of(prepared: Prepared, mapping: &Mapping) -> Self {
        let mut totals: BTreeMap<&str, (i64, i64, usize)> = BTreeMap::new();
        for row in &prepared.fresh {
            let (gross, net, count) = totals.entry(&row.earning.currency).or_default();
            (*gross, *net, *count) = (*gross + row.earning.gross, *net + row.earning.net, *count + 1);
        }
        let totals =
            totals.into_iter().filter_map(|(code, sums)| Some((code.parse().ok()?, sums.0, sums.1, sums.2)));
        let days = prepared.fresh.iter().map(|row| row.earning.occurred_at.date_naive());
        let kinds = prepared.read.kinds.into_iter().map(|(word, count)| {
            let source = meaning(mapping, &word);
            (word, count, source)
        });
        Self {
            fresh: prepared.fresh.len(),
            totals: totals.collect(),
            days: days.clone().min().zip(days.max()),
            shown: prepared.fresh.iter().take(SHOWN).map(|row| (row.line, row.earning.clone())).collect(),
            duplicates: prepared.duplicates,
            skipped: prepared.read.skipped,
            problems: prepared.read.problems,
            problem_count: prepared.read.problem_count,
            has_more_problems: prepared.read.problem_count >= MAX_PROBLEMS,
            kinds: kinds.collect(),
        }
    }

    /// Whether it can be recorded.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problem_count == 0 && self.fresh > 0
    }
}

/// The history of imports.
///
/// # Errors
/// When the database does not answer.
pub async fn history(db: &Db, scope: &Scope<ImportStatements>, turn: &Turn<Key>) -> Result<History> {
    let mut tx = db.begin(scope).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(&mut tx, None, turn, limit).await?;
    let page = Page::of(rows, turn, PAGE, |row| (row.created_at, row.import.id));
    let accounts = store::list_accounts(&mut tx, MAX_OFFERED).await?;
    Ok(History { page, accounts })
}

/// One import; of a file that waits also what it looks like, and what recording it would do.
///
/// # Errors
/// `NotFound`.
pub async fn look(
    db: &Db,
    scope: &Scope<ImportStatements>,
    id: StatementImportId,
    cut: Option<Cut>,
) -> Result<Looked> {
    let mut tx = db.begin(scope).await?;
    let listed = store::lookup(&mut tx, id).await?;
    drop(tx);
    let import = &listed.import;
    if import.state != State::Open {
        return Ok(Looked { listed, file: None });
    }
    let seat = Seat::take().await?;
    let mut tx = db.begin(scope).await?;
    let bytes = store::lookup_file(&mut tx, id).await?;
    if bytes.is_empty() {
        // It was recorded or discarded just now.
        return Ok(Looked { listed: store::lookup(&mut tx, id).await?, file: None });
    }
    let same_recorded_at = store::find_same_file(&mut tx, id).await?;
    let remembered = store::find_mapping(&mut tx, &import.platform).await?;
    let terms = recording::terms(&mut tx, import).await?;
    drop(tx);
    let mapping = import.mapping.clone();
    let (mut file, read) = seat
        .read(move || {
            let sheet = Sheet::of(&bytes);
            let mapped = mapping.as_ref().map(|mapping| Cut::new(mapping.separator, mapping.has_names));
            let mut file = sample(&sheet, cut.or(mapped));
            file.remembered = remembered.filter(|mapping| fits(mapping, &sheet));
            let read = mapping.map(|mapping| (reading::read(&sheet, &mapping, terms), mapping));
            (file, read)
        })
        .await?;
    file.same_recorded_at = same_recorded_at;
    file.preview = match read {
        None => None,
        Some((Err(column), _)) => Some(Err(recording::missing(&column))),
        Some((Ok(read), mapping)) => {
            let mut tx = db.begin(scope).await?;
            let prepared = recording::prepare(&mut tx, import.account, read).await?;
            Some(Ok(Preview::of(prepared, &mapping)))
        }
    };
    Ok(Looked { file: Some(file), listed })
}

fn sample(sheet: &Sheet<'_>, cut: Option<Cut>) -> File {
    let cut = cut.unwrap_or_else(|| Cut::new(sheet.separator(), true));
    let Cut { separator, has_names } = cut;
    File {
        encoding: sheet.encoding,
        cut,
        columns: sheet.columns(separator, has_names),
        sample: sheet.lines(separator).skip(usize::from(has_names)).take(SAMPLE).collect(),
        remembered: None,
        same_recorded_at: None,
        preview: None,
    }
}

/// Whether the file has every column that the mapping names.
fn fits(mapping: &Mapping, sheet: &Sheet<'_>) -> bool {
    let columns = sheet.columns(mapping.separator, mapping.has_names);
    mapping.columns().all(|name| columns.contains(name))
}

/// Says which column is what.
///
/// # Errors
/// `NotFound`, `Conflict` when the import does not wait any more, `Invalid` for a column that the file does not have.
pub async fn map(
    db: &Db,
    scope: &Scope<ImportStatements>,
    id: StatementImportId,
    mut mapping: Mapping,
) -> Result<()> {
    let seat = Seat::take().await?;
    let mut tx = db.begin(scope).await?;
    waiting(store::lookup(&mut tx, id).await?.import)?;
    let bytes = store::lookup_file(&mut tx, id).await?;
    drop(tx);
    let (separator, has_names) = (mapping.separator, mapping.has_names);
    let columns = seat.read(move || Sheet::of(&bytes).columns(separator, has_names)).await?;
    let mut tx = db.begin(scope).await?;
    let import = waiting(store::lock(&mut tx, id).await?)?;
    let mut invalid = Invalid::default();
    for (field, name) in mapping.fields() {
        if !columns.contains(name) {
            invalid.add(&format!("columns[{field}]"), "Choose a column of the file");
        }
    }
    invalid.check()?;
    // What the platform's words mean was said before, or for the last file.
    let before = match import.mapping {
        Some(mapping) => Some(mapping),
        None => store::find_mapping(&mut tx, &import.platform).await?,
    };
    mapping.kinds =
        before.filter(|before| before.kind == mapping.kind).map(|it| it.kinds).unwrap_or_default();
    store::set_mapping(&mut tx, id, &mapping).await?;
    tx.commit().await
}

/// Says what the platform's words for what was paid for mean.
///
/// # Errors
/// `NotFound`, `Conflict` when the import does not wait any more, `Invalid` for what is no word of the file or no source.
pub async fn map_kinds(
    db: &Db,
    scope: &Scope<ImportStatements>,
    id: StatementImportId,
    mut kinds: BTreeMap<String, String>,
) -> Result<()> {
    let mut invalid = Invalid::default();
    if kinds.len() > MAX_KINDS || kinds.keys().any(|word| word.chars().count() > MAX_CELL) {
        invalid.add("words", "These are not the words of the file");
    }
    if !kinds.values().all(|source| is_source(source)) {
        invalid.add("sources", "Choose one of the list");
    }
    invalid.check()?;
    let mut tx = db.begin(scope).await?;
    let import = waiting(store::lock(&mut tx, id).await?)?;
    let Some(mut mapping) = import.mapping else {
        return Err(Error::conflict("Say first which column is what."));
    };
    // Words of files before are kept while there is room.
    let room = MAX_KINDS - kinds.len();
    let before = mapping.kinds.into_iter().filter(|(word, _)| !kinds.contains_key(word)).take(room);
    let before: Vec<_> = before.collect();
    kinds.extend(before);
    mapping.kinds = kinds;
    store::set_mapping(&mut tx, id, &mapping).await?;
    tx.commit().await
}

fn waiting(import: Import) -> Result<Import> {
    match import.state {
        State::Open => Ok(import),
        State::Receiving => Err(Error::NotFound),
        _ => Err(Error::conflict("This file is recorded, or being recorded, already.")),
    }
}

/// Whether it is recorded while somebody waits.
pub(super) fn is_small(import: &Import) -> bool {
    import.bytes <= IN_A_REQUEST * SHORT_LINE
}

/// Records an import: at once when it is small, otherwise in the background. Whether it is done.
///
/// # Errors
/// `NotFound`, or `Conflict` when it has problems, has nothing new, or does not wait any more.
pub async fn confirm(db: &Db, scope: &Scope<ImportStatements>, id: StatementImportId) -> Result<bool> {
    let mut tx = db.begin(scope).await?;
    let import = waiting(store::lookup(&mut tx, id).await?.import)?;
    drop(tx);
    let by = scope.member().user_id();
    if is_small(&import) {
        recording::record(db, scope, by, id, State::Open).await?;
        return Ok(true);
    }
    let parsed = recording::parse(db, scope, id, State::Open).await?;
    let mut tx = db.begin(scope).await?;
    let import = waiting(store::lock(&mut tx, id).await?)?;
    let read = parsed.ok_or(Error::NotFound)?.of(&import)?;
    let prepared = recording::prepare(&mut tx, import.account, read).await?;
    if let Some(sentence) = recording::objection(&prepared) {
        return Err(Error::conflict(sentence));
    }
    store::set_state(&mut tx, id, State::Recording, None).await?;
    let total = i64::try_from(prepared.fresh.len()).unwrap_or(i64::MAX);
    store::set_progress(&mut tx, id, 0, total).await?;
    let agency = tx.agency_id();
    let job = RecordStatement { agency, import: id, by, tried: 0 };
    jobs::enqueue(tx.conn(), &job, How::default().queue(format!("statements {agency}"))).await?;
    tx.commit().await?;
    Ok(false)
}

/// Gives an import that a job could not bring from `from` on back to people, at `to`, and tells them why.
pub(super) async fn hand_back(
    db: &Db,
    scope: &SystemScope,
    id: StatementImportId,
    (from, to): (State, State),
    why: &str,
) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    if store::lock(&mut tx, id).await?.state == from {
        store::set_state(&mut tx, id, to, Some(why)).await?;
    }
    tx.commit().await
}

/// Forgets a file that was not recorded.
///
/// # Errors
/// `NotFound`, or `Conflict` when it is recorded already.
pub async fn discard(db: &Db, scope: &Scope<ImportStatements>, id: StatementImportId) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    waiting(store::lock(&mut tx, id).await?)?;
    store::remove(&mut tx, id).await?;
    audit::record(&mut tx, Event::new("statements.discarded").subject(id)).await?;
    tx.commit().await
}

/// Forgets files that nobody recorded for a week, and those that stopped on their way.
///
/// # Errors
/// When the database refuses.
pub async fn forget_abandoned(db: &Db) -> Result<()> {
    let mut tx = db.begin_system("forget statement files that nobody recorded").await?;
    let before = tx.now() - KEPT;
    let began = tx.now() - ON_ITS_WAY;
    let removed = store::remove_abandoned(&mut tx, before, began).await?;
    tx.commit().await?;
    tracing::debug!(removed, "old statement files are forgotten");
    Ok(())
}
