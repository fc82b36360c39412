//! Earnings as a file: exactly what is filtered, a batch at a time, so that a million rows take no more memory than one
//! batch and hold no database connection while a slow reader reads.

use super::ledger;
use super::policy::ExportEarnings;
use super::types::{Filter, Key, ListedEarning};
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::keyset::Turn;
use crate::spreadsheet::{self, harmless};
use futures::Stream;
use serde_json::{Map, Value};

/// Rows per batch.
const BATCH: usize = 2000;

/// Puts an export on record, before its first row leaves; for whoever looked its accounts up in the same transaction.
///
/// # Errors
/// When the database refuses; then nothing leaves.
pub async fn record(tx: &mut AgencyTx, filter: &Filter) -> Result<()> {
    let mut filters: Map<_, _> =
        filter.pairs().into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    if filter.accounts.len() > 1 {
        let ids = filter.accounts.iter().map(|id| Value::String(id.to_string())).collect();
        filters.insert("account".to_owned(), Value::Array(ids));
    }
    let event = Event::new("earnings.exported").detail(Value::Object(filters));
    let event = match filter.accounts.as_slice() {
        [one] => event.subject(*one),
        _ => event,
    };
    audit::record(tx, event).await
}

/// The file's name, such as `miahart-earnings-tip-from-2026-11-01.csv`; `whose` is an account's handle, or the agency's name.
#[must_use]
pub fn file_name(whose: &str, filter: &Filter) -> String {
    let parts = filter.pairs().into_iter().map(|(name, value)| match name {
        "from" | "to" => format!("-{name}-{value}"),
        "taken_back" => "-taken-back".to_owned(),
        _ => format!("-{value}"),
    });
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' };
    let name: String = format!("{whose}-earnings{}", parts.collect::<String>()).chars().map(plain).collect();
    format!("{name}.csv")
}

/// The file's content, batch by batch, the newest first.
///
/// # Errors
/// Each batch, when the database does not answer: then the file ends early and the reader is told so.
pub fn content(db: Db, scope: Scope<ExportEarnings>, filter: Filter) -> impl Stream<Item = Result<Vec<u8>>> {
    let begin = State { db, scope, filter, next: Some(Turn::First), is_first: true };
    futures::stream::try_unfold(begin, |state| async move { state.step().await })
}

struct State {
    db: Db,
    scope: Scope<ExportEarnings>,
    filter: Filter,
    /// Where the next batch begins; nothing after the last.
    next: Option<Turn<Key>>,
    is_first: bool,
}

impl State {
    async fn step(mut self) -> Result<Option<(Vec<u8>, Self)>> {
        let Some(turn) = self.next.take() else { return Ok(None) };
        // A reader may take days.
        self.scope.ensure_current(&self.db).await?;
        let mut tx = self.db.begin(&self.scope).await?;
        let rows = ledger::list(&mut tx, &self.filter, &turn, BATCH).await?;
        drop(tx);
        let text = csv(&rows, self.is_first)?;
        self.is_first = false;
        self.next = rows.last().filter(|_| rows.len() == BATCH).map(|row| Turn::After(ledger::key(row)));
        Ok(Some((text, self)))
    }
}

const HEAD: [&str; 12] = [
    "time (UTC)",
    "account",
    "source",
    "status",
    "gross",
    "fee",
    "net",
    "currency",
    "fan",
    "fan handle",
    "transaction",
    "takes back",
];

fn csv(rows: &[ListedEarning], with_head: bool) -> Result<Vec<u8>> {
    spreadsheet::csv(with_head.then_some(HEAD), rows.iter().map(cells))
}

fn cells(row: &ListedEarning) -> [String; 12] {
    let fee = crate::money::Money::new(row.gross.minor.saturating_sub(row.net.minor), row.gross.currency);
    [
        row.occurred_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        harmless(&row.account_name),
        harmless(row.source.as_str()),
        harmless(row.status.as_str()),
        row.gross.decimal(),
        fee.decimal(),
        row.net.decimal(),
        row.gross.currency.to_string(),
        harmless(row.fan.as_deref().unwrap_or_default()),
        harmless(row.fan_handle.as_deref().unwrap_or_default()),
        harmless(&row.transaction_id),
        harmless(row.reverses.as_deref().unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::ids::AccountId;
    use crate::money::{Currency, Money};
    use crate::platform::{EarningSource, EarningStatus};

    fn row(fan: &str) -> ListedEarning {
        ListedEarning {
            account: AccountId(uuid::Uuid::nil()),
            account_name: "@mia".to_owned(),
            transaction_id: "t1".to_owned(),
            occurred_at: "2026-11-12T10:00:00Z".parse().unwrap(),
            gross: Money::new(-1250, Currency::USD),
            net: Money::new(-1000, Currency::USD),
            source: EarningSource::Refund,
            status: EarningStatus::Available,
            reverses: Some("t0".to_owned()),
            fan: Some(fan.to_owned()),
            fan_handle: None,
        }
    }

    #[test]
    fn amounts_stay_numbers_and_names_never_become_formulas() {
        let text = String::from_utf8(csv(&[row("=1+1"), row("Zoë, \"Z\"")], false).unwrap()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "2026-11-12T10:00:00Z,'@mia,refund,available,-12.50,-2.50,-10.00,USD,'=1+1,,t1,t0"
        );
        assert!(lines[1].contains(r#","Zoë, ""Z""","#), "{text}");
    }

    #[test]
    fn a_file_is_named_by_what_is_in_it_and_by_nothing_dangerous() {
        let filter = Filter {
            source: Some(EarningSource::parse("brand \"new")),
            from: "2026-11-01".parse().ok(),
            ..Filter::default()
        };
        assert_eq!(file_name("mia.h/\r\n", &filter), "mia_h___-earnings-brand__new-from-2026-11-01.csv");
    }

    #[test]
    fn only_the_first_batch_has_a_head() {
        let text = |head| String::from_utf8(csv(&[], head).unwrap()).unwrap();
        assert!(text(true).starts_with("time (UTC),account,source,status,gross"));
        assert_eq!(text(false), "");
    }
}
