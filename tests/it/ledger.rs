//! The earnings of one account in pages, sums and files: nothing is lost, repeated, or counted otherwise.

use crate::app::{TestApp, database, owner_agency};
use crate::earnings::{new_account, new_agency, record_now, tip};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::earnings::{Filter, Key, ListedEarning, page, totals};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::keyset::{Page, Turn};
use creatorcrm::platform::{Earning, EarningSource, EarningStatus};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

async fn read(
    db: &Db,
    agency: AgencyId,
    account: AccountId,
    filter: &Filter,
    turn: &Turn<Key>,
) -> Page<ListedEarning> {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    page(&mut tx, &filter.clone().of_account(account), turn).await.unwrap()
}

fn ids(page: &Page<ListedEarning>) -> Vec<String> {
    page.rows.iter().map(|row| row.transaction_id.clone()).collect()
}

/// Every row that `filter` finds, page by page.
async fn all(db: &Db, agency: AgencyId, account: AccountId, filter: &Filter) -> Vec<ListedEarning> {
    let (mut rows, mut turn) = (Vec::new(), Turn::First);
    loop {
        let page = read(db, agency, account, filter, &turn).await;
        rows.extend(page.rows);
        match Turn::parse(page.after.as_deref(), None) {
            Turn::First => return rows,
            next => turn = next,
        }
    }
}

/// Rows at few moments, so that many share one, of few kinds.
fn any_earning(id: String) -> impl Strategy<Value = Earning> {
    let source = prop_oneof![Just("tip"), Just("message"), Just("refund"), Just("brand_new_kind")];
    let status = prop_oneof![3 => Just("available"), 2 => Just("pending"), 1 => Just("on_hold")];
    let currency = prop_oneof![4 => Just("USD"), 1 => Just("EUR")];
    (0..40_i64, -500_i64..2000, source, status, currency).prop_map(
        move |(hours, gross, source, status, currency)| Earning {
            source: EarningSource::parse(source),
            status: EarningStatus::parse(status),
            currency: currency.to_owned(),
            occurred_at: "2026-02-27T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::hours(hours),
            gross,
            net: gross - gross / 5,
            ..tip(&id, "2026-02-27T00:00:00Z", 0, "leo")
        },
    )
}

fn any_earnings(prefix: &'static str, count: usize) -> impl Strategy<Value = Vec<Earning>> {
    (0..count).map(|index| any_earning(format!("{prefix}{index:03}"))).collect::<Vec<_>>()
}

fn on_a_database(case: impl AsyncFn(&Db, AgencyId)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (db, _) = database(Arc::new(SystemClock)).await;
        let agency = new_agency(&db).await;
        case(&db, agency).await;
    });
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 100, ..Default::default() }
}

/// Turns all pages while rows come in between, then back again.
async fn turn_all(db: &Db, agency: AgencyId, first: &[Earning], later: &[Earning]) {
    let account = new_account(db, agency, "Mia Hart").await;
    record_now(db, agency, account, first).await;
    let known: BTreeSet<_> = first.iter().map(|row| row.transaction_id.clone()).collect();
    let mut later = later.chunks(15);
    let (mut seen, mut turn) = (Vec::new(), Turn::First);
    let last = loop {
        let shown = read(db, agency, account, &Filter::default(), &turn).await;
        seen.extend(ids(&shown));
        if let Some(rows) = later.next() {
            record_now(db, agency, account, rows).await;
        }
        match Turn::parse(shown.after.as_deref(), None) {
            Turn::First => break shown,
            next => turn = next,
        }
    };
    let distinct: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "a row was shown twice");
    assert!(distinct.is_superset(&known), "a row was lost");
    // Back from the last page: everything before it, in the list's own order.
    let everything = all(db, agency, account, &Filter::default()).await;
    let (mut before, mut turn) = (Vec::new(), Turn::parse(None, last.before.as_deref()));
    while turn != Turn::First {
        let shown = read(db, agency, account, &Filter::default(), &turn).await;
        before.splice(0..0, ids(&shown));
        turn = Turn::parse(None, shown.before.as_deref());
    }
    let end = everything.iter().position(|row| Some(&row.transaction_id) == ids(&last).first()).unwrap();
    let expected: Vec<_> = everything[..end].iter().map(|row| row.transaction_id.clone()).collect();
    assert_eq!(before, expected);
    assert!(
        everything
            .is_sorted_by(|a, b| (a.occurred_at, &a.transaction_id) > (b.occurred_at, &b.transaction_id))
    );
}

#[test]
fn pages_never_lose_or_repeat_a_row_while_rows_come_in() {
    on_a_database(async |db, agency| {
        let handle = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            proptest!(cases(10), |(first in any_earnings("f", 130), later in any_earnings("l", 60))| {
                handle.block_on(turn_all(db, agency, &first, &later));
            });
        });
    });
}

fn filters() -> Vec<Filter> {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let (mut filters, spans) =
        (Vec::new(), [(None, None), (day("2026-02-28"), None), (day("2026-02-27"), day("2026-02-27"))]);
    for source in [None, Some(EarningSource::Tip), Some(EarningSource::parse("brand_new_kind"))] {
        for status in [
            None,
            Some(EarningStatus::Available),
            Some(EarningStatus::Pending),
            Some(EarningStatus::parse("on_hold")),
        ] {
            for (from, to) in spans {
                filters.push(Filter {
                    source: source.clone(),
                    status: status.clone(),
                    from,
                    to,
                    ..Filter::default()
                });
            }
        }
    }
    filters
}

fn fits(filter: &Filter, row: &Earning) -> bool {
    let day = row.occurred_at.date_naive();
    filter.source.as_ref().is_none_or(|it| *it == row.source)
        && filter.status.as_ref().is_none_or(|it| *it == row.status)
        && filter.from.is_none_or(|from| day >= from)
        && filter.to.is_none_or(|to| day <= to)
}

/// What a list of gross and net by currency adds up to; sums of nothing are left out, as in totals.
fn sums(rows: impl Iterator<Item = (String, i64, i64)>) -> BTreeMap<String, (i64, i64)> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (currency, gross, net) in rows {
        let sum = sums.entry(currency).or_default();
        *sum = (sum.0 + gross, sum.1 + net);
    }
    sums.retain(|_, sum| *sum != (0, 0));
    sums
}

async fn every_filter_adds_up(db: &Db, agency: AgencyId, rows: &[Earning]) {
    let account = new_account(db, agency, "Mia Hart").await;
    record_now(db, agency, account, rows).await;
    for filter in filters() {
        let fitting: Vec<_> = rows.iter().filter(|row| fits(&filter, row)).collect();
        let listed = all(db, agency, account, &filter).await;
        assert_eq!(listed.len(), fitting.len(), "{filter:?}");
        assert!(listed.iter().all(|row| fitting.iter().any(|it| it.transaction_id == row.transaction_id)));
        let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
        let totals = totals(&mut tx, &filter.clone().of_account(account)).await.unwrap();
        let told =
            sums(totals.into_iter().map(|it| (it.gross.currency.to_string(), it.gross.minor, it.net.minor)));
        assert_eq!(
            told,
            sums(fitting.iter().map(|row| (row.currency.clone(), row.gross, row.net))),
            "{filter:?}"
        );
    }
}

#[test]
fn totals_are_those_of_the_rows_whatever_is_filtered() {
    on_a_database(async |db, agency| {
        let handle = tokio::runtime::Handle::current();
        tokio::task::block_in_place(|| {
            proptest!(cases(6), |(rows in any_earnings("r", 70))| {
                handle.block_on(every_filter_adds_up(db, agency, &rows));
            });
        });
    });
}

/// More rows than a batch of the export has.
fn many_rows() -> Vec<Earning> {
    let at = |index: usize| {
        "2026-02-27T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(index as i64 / 3)
    };
    (0..4100)
        .map(|index| Earning {
            occurred_at: at(index),
            source: EarningSource::parse(if index % 7 == 0 { "refund" } else { "tip" }),
            gross: if index % 7 == 0 { -(index as i64) } else { index as i64 },
            net: index as i64 / 2,
            ..tip(&format!("t{index:05}"), "2026-02-27T00:00:00Z", 0, "=cmd()")
        })
        .collect()
}

#[tokio::test]
async fn a_file_is_exactly_what_is_filtered_and_is_on_record() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    let rows = many_rows();
    record_now(&app.db, agency, account, &rows).await;
    for query in ["", "?source=tip", "?source=refund&from=2026-02-27&to=2026-02-27", "?status=pending"] {
        let response = owner
            .request(reqwest::Method::GET, &format!("/accounts/{account}/earnings.csv{query}"), None, "")
            .await;
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            name.starts_with("attachment; filename=\"miahart-earnings") && name.ends_with(".csv\""),
            "{name}"
        );
        let text = response.text().await.unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let filter = Filter::read(&pairs);
        let expected: Vec<_> = rows.iter().filter(|row| fits(&filter, row)).collect();
        let told: Vec<_> = records.iter().map(|it| it[10].to_owned()).collect();
        let listed: Vec<_> =
            all(&app.db, agency, account, &filter).await.into_iter().map(|it| it.transaction_id).collect();
        assert_eq!(told, listed, "{query}");
        let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
        let sum = |column: usize| records.iter().map(|it| cents(&it[column])).sum::<i64>();
        assert_eq!(sum(4), expected.iter().map(|row| row.gross).sum::<i64>(), "{query}");
        assert_eq!(sum(6), expected.iter().map(|row| row.net).sum::<i64>(), "{query}");
        assert_eq!(sum(4) - sum(6), sum(5), "{query}");
        assert!(records.iter().all(|it| &it[8] == "'=cmd()"), "{query}");
    }
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let kept: Vec<(String, serde_json::Value)> =
        sqlx::query_as("select subject, detail from audit where event = 'earnings.exported' order by seq")
            .fetch_all(tx.conn())
            .await
            .unwrap();
    assert_eq!(kept.len(), 4);
    assert_eq!(kept[2].0, account.to_string());
    assert_eq!(kept[2].1, serde_json::json!({"source": "refund", "from": "2026-02-27", "to": "2026-02-27"}));
}
