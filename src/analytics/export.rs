//! Pages of analytics as files. A page that has one adds a route (routes.rs) that calls [`record`] in the transaction that reads
//! the rows, and an `<ExportLink path/>` in its filter bar.

use super::compare::Comparison;
use super::policy::ViewDashboard;
use super::revenue::{Sums, Wanted};
use super::selection::{Selection, choose};
use super::service::{self, Question};
use super::types::Edition;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::earnings::policy::ExportEarnings;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::spreadsheet::{self, harmless};
use crate::ui::{Compared, Figure};
use serde_json::{Map, Value, json};

/// Puts on record that `page` leaves as a file, of which days and accounts.
///
/// # Errors
/// When the database refuses; then nothing leaves.
pub async fn record(
    tx: &mut AgencyTx,
    page: &'static str,
    question: &Question,
    today: chrono::NaiveDate,
) -> Result<()> {
    let (period, _) = question.periods(today);
    let mut detail = Map::new();
    detail.insert("page".to_owned(), json!(page));
    detail.insert("from".to_owned(), json!(period.start));
    detail.insert("to".to_owned(), json!(period.last_day()));
    detail.extend(lists(&question.selection));
    audit::record(tx, Event::new("analytics.exported").detail(Value::Object(detail))).await
}

/// A selection as the log keeps it: of each name all values.
pub(super) fn lists(selection: &Selection) -> Map<String, Value> {
    let mut lists = Map::new();
    for (name, value) in selection.pairs() {
        let values = lists.entry(name).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(Value::String(value));
        }
    }
    lists
}

/// A file's name, such as `revenue-2026-11-01-to-2026-11-30.csv`.
#[must_use]
pub fn file_name(page: &str, period: Period) -> String {
    format!("{page}-{}-to-{}.csv", period.start, period.last_day())
}

/// What the page of revenue shows over time: each currency and source in each step.
///
/// # Errors
/// When the database does not answer.
pub async fn revenue(
    db: &Db,
    scope: &Scope<ExportEarnings>,
    edition: Edition,
    question: Question,
    wanted: Wanted,
) -> Result<Vec<u8>> {
    let (period, _) = question.periods(edition.today);
    let mut tx = db.begin(scope).await?;
    record(&mut tx, "revenue", &question, edition.today).await?;
    let chosen = choose(&mut tx, question.selection).await?;
    let (step, rows) = service::steps(&mut tx, &chosen, period, wanted.step).await?;
    tx.commit().await?;
    let head =
        ["first day (UTC)", "last day (UTC)", "currency", "source", "payments", "gross", "refunds", "net"];
    let rows = rows.iter().filter_map(|row| {
        let currency: Currency = row.currency.parse().ok()?;
        let money = |minor| Money::new(minor, currency).decimal();
        let end = step.next(step.start(row.start)).min(period.end);
        Some([
            row.start.to_string(),
            Period { start: row.start, end }.last_day().to_string(),
            row.currency.clone(),
            harmless(if row.source.is_empty() { "all" } else { &row.source }),
            row.payments.to_string(),
            money(row.gross),
            money(row.refunds),
            money(row.net),
        ])
    });
    spreadsheet::csv(Some(head), rows)
}

/// What the page of comparing accounts shows: each account and currency.
///
/// # Errors
/// When the database does not answer.
pub async fn comparison(
    db: &Db,
    (exports, views): (&Scope<ExportEarnings>, &Scope<ViewDashboard>),
    edition: Edition,
    question: Question,
    wanted: Wanted,
) -> Result<Vec<u8>> {
    let mut tx = db.begin(exports).await?;
    record(&mut tx, "compare", &question, edition.today).await?;
    tx.commit().await?;
    let found = service::compare(db, views, edition, question, wanted).await?;
    let head = [
        "account",
        "handle",
        "currency",
        "net",
        "net before",
        "gross",
        "gross before",
        "refunds",
        "refunds before",
        "payments",
        "payments before",
        "joined",
        "joined before",
        "left",
        "left before",
    ];
    spreadsheet::csv(Some(head), sides(&found).into_iter())
}

fn sides(found: &Comparison) -> Vec<[String; 15]> {
    let mut rows = Vec::new();
    for side in &found.sides {
        for (currency, sums) in &side.sums {
            let Sums { net, gross, refunds, payments } = *sums;
            let pairs = [net, gross, refunds, payments, side.joined, side.lost].map(plain);
            let [net, gross, refunds, payments, joined, lost] = pairs;
            let [(a, b), (c, d), (e, f)] = [net, gross, refunds];
            let [(g, h), (i, j), (k, l)] = [payments, joined, lost];
            let (name, handle) = (harmless(&side.name), harmless(&side.handle));
            rows.push([name, handle, currency.to_string(), a, b, c, d, e, f, g, h, i, j, k, l]);
        }
    }
    rows
}

/// A figure and the one before as plain decimals; nothing where nothing is compared.
fn plain(compared: Compared) -> (String, String) {
    let text = |figure: Figure| match figure {
        Figure::Money(money) => money.decimal(),
        Figure::Count(count) => count.to_string(),
    };
    (text(compared.current), compared.previous.map(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AccountId;

    #[test]
    fn every_account_of_a_selection_is_on_record() {
        let accounts = vec![AccountId(uuid::Uuid::from_u128(1)), AccountId(uuid::Uuid::from_u128(2))];
        let kept = lists(&Selection { accounts: accounts.clone(), ..Selection::default() });
        assert_eq!(kept.get("account"), Some(&json!([accounts[0].to_string(), accounts[1].to_string()])));
    }
}
