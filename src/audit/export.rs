//! The audit log as a file: exactly what is filtered, a batch at a time.

use super::list::{self, Listed};
use super::policy::ExportAudit;
use super::service::{Event, record};
use super::types::{Chain, Filter, Key};
use super::words;
use crate::auth::{Role, Scope};
use crate::db::Db;
use crate::error::Result;
use crate::keyset::Turn;
use crate::spreadsheet::{self, harmless};
use futures::Stream;
use serde_json::{Map, Value};

/// Rows per batch.
const BATCH: usize = 2000;

/// Puts an export on record, before its first row leaves.
///
/// # Errors
/// When the database refuses; then nothing leaves.
pub async fn begin(db: &Db, scope: &Scope<ExportAudit>, filter: &Filter) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let filters: Map<_, _> =
        filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    let event = Event::new("audit.exported").subject(tx.agency_id());
    record(&mut tx, event.detail(Value::Object(filters))).await?;
    tx.commit().await
}

/// The file's content, batch by batch, the newest first.
///
/// # Errors
/// Each batch, when the database does not answer: then the file ends early and the reader is told so.
pub fn content(db: Db, scope: Scope<ExportAudit>, filter: Filter) -> impl Stream<Item = Result<Vec<u8>>> {
    let begin = State { db, scope, filter, next: Some(Turn::First) };
    futures::stream::try_unfold(begin, |state| async move { state.step().await })
}

struct State {
    db: Db,
    scope: Scope<ExportAudit>,
    filter: Filter,
    /// Where the next batch begins; nothing after the last.
    next: Option<Turn<Key>>,
}

impl State {
    async fn step(mut self) -> Result<Option<(Vec<u8>, Self)>> {
        let Some(turn) = self.next.take() else { return Ok(None) };
        // A reader may take days.
        self.scope.ensure_current(&self.db).await?;
        let (zone, role) = (self.scope.member().zone(), self.scope.member().role());
        let mut tx = self.db.begin(&self.scope).await?;
        let rows = list::entries(&mut tx, &self.filter, zone, &turn, BATCH).await?;
        drop(tx);
        let head = (turn == Turn::First).then_some(HEAD);
        let text = spreadsheet::csv(head, rows.iter().map(|row| cells(row, role)))?;
        self.next = rows.last().filter(|_| rows.len() == BATCH).map(|row| Turn::After(row.key));
        Ok(Some((text, self)))
    }
}

const HEAD: [&str; 13] = [
    "time (UTC)",
    "chain",
    "number",
    "who",
    "person",
    "what",
    "event",
    "on",
    "on (id)",
    "details",
    "address",
    "request",
    "hash",
];

fn cells(row: &Listed, role: Role) -> [String; 13] {
    let (at, chain, seq) = row.key;
    let subject = row.subject.as_ref();
    let details = words::shown(&row.detail, role).map(|(name, value)| format!("{name}: {value}"));
    let chain = match chain {
        Chain::Changes => "changes",
        Chain::Views => "views",
    };
    [
        at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        chain.to_owned(),
        seq.to_string(),
        harmless(&words::who(&row.actor, row.person.as_ref().and_then(|it| it.1.as_deref()))),
        row.person.as_ref().map(|it| it.0.to_string()).unwrap_or_default(),
        words::words(&row.event),
        harmless(&row.event),
        harmless(subject.and_then(|it| it.name.as_deref()).unwrap_or_default()),
        harmless(subject.map(|it| it.id.as_str()).unwrap_or_default()),
        harmless(&details.collect::<Vec<_>>().join("; ")),
        row.ip.clone().unwrap_or_default(),
        harmless(row.request_id.as_deref().unwrap_or_default()),
        data_encoding::HEXLOWER.encode(&row.hash),
    ]
}
