//! Recording earnings: whatever comes in whatever order and batches, the rollups equal a recount.

use crate::app::database;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::earnings::{Recorded, check_rollups, record};
use creatorcrm::error::Error;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::platform::{Earning, EarningSource, EarningStatus, FanRef};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A new agency, with nobody in it.
pub async fn new_agency(db: &Db) -> AgencyId {
    let mut tx = db.begin_system("test").await.unwrap();
    let agency: AgencyId = tx.new_id();
    let now = tx.now();
    sqlx::query("insert into agencies (agency_id, name, created_at) values ($1, 'North Studio', $2)")
        .bind(agency)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    agency
}

/// A new account of `agency`, its first sync done.
pub async fn new_account(db: &Db, agency: AgencyId, name: &str) -> AccountId {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let (account, now): (AccountId, _) = (tx.new_id(), tx.now());
    sqlx::query(
        "with account as (
           insert into accounts (agency_id, id, platform, platform_account_id, name, handle, subscribers_count, connected_at)
           values ($1, $2, 'fanvue', $2::text, $3, lower(replace($3, ' ', '')), 100, $4))
         insert into syncs (agency_id, account_id, state, backfill_done_at, last_finished_at) values ($1, $2, 'idle', $4, $4)",
    )
    .bind(agency)
    .bind(account)
    .bind(name)
    .bind(now)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    account
}

/// Records `rows` in a transaction of its own.
pub async fn record_now(db: &Db, agency: AgencyId, account: AccountId, rows: &[Earning]) -> Recorded {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let recorded = record(&mut tx, account, rows).await.unwrap();
    tx.commit().await.unwrap();
    recorded
}

/// A settled tip of a fan; the platform keeps a fifth.
pub fn tip(id: &str, at: &str, gross: i64, fan: &str) -> Earning {
    Earning {
        transaction_id: id.to_owned(),
        occurred_at: at.parse().unwrap(),
        gross,
        net: gross * 4 / 5,
        currency: "USD".to_owned(),
        source: EarningSource::Tip,
        status: EarningStatus::Available,
        reverses: None,
        message_id: None,
        post_id: None,
        fan: Some(FanRef { id: fan.to_owned(), handle: Some(fan.to_owned()), display_name: None }),
    }
}

/// Gross, net and payments of a fan, and when the first and the last was made.
type OfFan = ([i64; 3], Option<DateTime<Utc>>, Option<DateTime<Utc>>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Recount {
    days: BTreeMap<(NaiveDate, String, String), [i64; 3]>,
    fan_days: BTreeMap<(NaiveDate, String, String), [i64; 3]>,
    fans: BTreeMap<String, OfFan>,
}

fn add(sums: &mut [i64; 3], row: &Earning) {
    sums[0] += row.gross;
    sums[1] += row.net;
    sums[2] += i64::from(row.gross > 0);
}

impl Recount {
    fn of<'a>(rows: impl Iterator<Item = &'a Earning>, known_fans: &BTreeSet<String>) -> Self {
        let mut all = Self::default();
        for fan in known_fans {
            all.fans.entry(fan.clone()).or_default();
        }
        for row in rows {
            let day = row.occurred_at.date_naive();
            let source = row.source.as_str().to_owned();
            add(all.days.entry((day, row.currency.clone(), source)).or_default(), row);
            let Some(fan) = &row.fan else { continue };
            add(all.fan_days.entry((day, row.currency.clone(), fan.id.clone())).or_default(), row);
            let (sums, first, last) = all.fans.entry(fan.id.clone()).or_default();
            add(sums, row);
            if row.gross > 0 {
                *first = Some(first.map_or(row.occurred_at, |at| at.min(row.occurred_at)));
                *last = Some(last.map_or(row.occurred_at, |at| at.max(row.occurred_at)));
            }
        }
        all.days.retain(|_, sums| *sums != [0; 3]);
        all.fan_days.retain(|_, sums| *sums != [0; 3]);
        all
    }

    async fn kept(db: &Db, agency: AgencyId, account: AccountId) -> Self {
        type Day = (NaiveDate, String, String, i64, i64, i64);
        type Fan = (String, i64, i64, i64, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
        let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
        let mut day_rows = async |table_and_key: &str| -> BTreeMap<_, _> {
            let (table, key) = table_and_key.split_once(' ').unwrap();
            let sql = format!(
                "select day, currency, {key}, gross, net, payments from {table}
                 where account_id = $1 and (gross, net, payments) <> (0, 0, 0)"
            );
            let rows: Vec<Day> =
                sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(account).fetch_all(tx.conn()).await.unwrap();
            rows.into_iter().map(|row| ((row.0, row.1, row.2), [row.3, row.4, row.5])).collect()
        };
        let (days, fan_days) = (day_rows("earning_days source").await, day_rows("fan_days fan_id").await);
        let fans: Vec<Fan> = sqlx::query_as(
            "select fan_id, gross, net, payments, first_paid_at, last_paid_at from fans where account_id = $1",
        )
        .bind(account)
        .fetch_all(tx.conn())
        .await
        .unwrap();
        let fans = fans.into_iter().map(|f| (f.0, ([f.1, f.2, f.3], f.4, f.5))).collect();
        Self { days, fan_days, fans }
    }
}

prop_compose! {
    /// Rows of few transactions, days and fans, so that they meet again and again, also in another shape.
    fn any_earning()(
        id in 0..12_u8, hours in 0..72_i64, gross in prop_oneof![-900_i64..0, Just(0), 1_i64..5000],
        currency in prop_oneof![4 => Just("USD"), 1 => Just("EUR")],
        source in prop_oneof![Just("tip"), Just("message"), Just("refund"), Just("brand_new_kind")],
        status in prop_oneof![Just("pending"), Just("available"), Just("on_hold")],
        fan in proptest::option::weighted(0.8, 0..4_u8), named in any::<bool>(),
    ) -> Earning {
        let midnight: DateTime<Utc> = "2026-02-27T00:00:00Z".parse().unwrap();
        Earning {
            source: EarningSource::parse(source),
            status: EarningStatus::parse(status),
            currency: currency.to_owned(),
            occurred_at: midnight + Duration::hours(hours) - Duration::microseconds(1),
            net: gross - gross / 5,
            gross,
            fan: fan.map(|fan| FanRef {
                id: format!("fan{fan}"),
                handle: named.then(|| format!("handle{fan}")),
                display_name: None,
            }),
            ..tip(&format!("t{id}"), "2026-02-27T00:00:00Z", 0, "nobody")
        }
    }
}

/// Feeds `batches` and compares what is kept with a recount in memory, then feeds everything again.
async fn rollups_equal_a_recount(db: &Db, agency: AgencyId, batches: &[Vec<Earning>]) {
    let account = new_account(db, agency, "Mia Hart").await;
    let (mut model, mut fans) = (BTreeMap::new(), BTreeSet::new());
    for batch in batches {
        let before: BTreeMap<String, Earning> = model.clone();
        model.extend(batch.iter().map(|row| (row.transaction_id.clone(), row.clone())));
        let changed = before.iter().filter(|(id, row)| !same(&model[*id], row)).count() as u64;
        let now_rows = batch.iter().map(|row| &model[&row.transaction_id]);
        fans.extend(now_rows.filter_map(|row| Some(row.fan.as_ref()?.id.clone())));
        let recorded = record_now(db, agency, account, batch).await;
        assert_eq!(recorded, Recorded { added: (model.len() - before.len()) as u64, changed });
    }
    let expected = Recount::of(model.values(), &fans);
    assert_eq!(Recount::kept(db, agency, account).await, expected);
    let all: Vec<_> = model.into_values().rev().collect();
    assert_eq!(record_now(db, agency, account, &all).await, Recorded::default());
    assert_eq!(Recount::kept(db, agency, account).await, expected);
}

/// The fan's name is kept with the fan, not with the row.
fn same(a: &Earning, b: &Earning) -> bool {
    let id = |row: &Earning| row.fan.as_ref().map(|fan| fan.id.clone());
    id(a) == id(b) && Earning { fan: None, ..a.clone() } == Earning { fan: None, ..b.clone() }
}

#[test]
fn rollups_equal_a_recount_whatever_comes_in_whatever_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (db, agency) = runtime.block_on(async {
        let (db, _) = database(Arc::new(SystemClock)).await;
        let agency = new_agency(&db).await;
        (db, agency)
    });
    let config =
        ProptestConfig { cases: 96, failure_persistence: None, max_shrink_iters: 400, ..Default::default() };
    let batches = proptest::collection::vec(proptest::collection::vec(any_earning(), 0..12), 1..6);
    proptest!(config, |(batches in batches)| {
        runtime.block_on(rollups_equal_a_recount(&db, agency, &batches));
    });
    assert_eq!(runtime.block_on(check_rollups(&db)).unwrap(), []);
}

#[tokio::test]
async fn a_fan_keeps_the_best_name_known() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    let named = |handle: Option<&str>, name: Option<&str>| {
        let fan = FanRef {
            id: "leo".to_owned(),
            handle: handle.map(Into::into),
            display_name: name.map(Into::into),
        };
        [Earning { fan: Some(fan), ..tip("t1", "2026-02-27T10:00:00Z", 1000, "leo") }]
    };
    for (handle, name, expected) in [
        (None, None, ("", "")),
        (Some("leo9"), None, ("leo9", "leo9")),
        (Some("leo9"), Some("Leo"), ("leo9", "Leo")),
        (None, None, ("leo9", "Leo")),
        (Some("leo10"), None, ("leo10", "Leo")),
    ] {
        record_now(&db, agency, account, &named(handle, name)).await;
        let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
        let kept: (String, String) =
            sqlx::query_as("select handle, name from fans").fetch_one(tx.conn()).await.unwrap();
        assert_eq!((kept.0.as_str(), kept.1.as_str()), expected);
    }
}

#[tokio::test]
async fn two_writers_of_one_account_wait_for_each_other() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    let rows: Vec<_> =
        (0..50).map(|i| tip(&format!("t{i}"), "2026-02-27T10:00:00Z", 100 + i, "leo")).collect();
    let writers = (0..8).map(|_| {
        let (db, rows) = (db.clone(), rows.clone());
        tokio::spawn(async move { record_now(&db, agency, account, &rows).await.added })
    });
    let added: u64 = futures::future::join_all(writers).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(added, 50);
    assert_eq!(check_rollups(&db).await.unwrap(), []);
}

#[tokio::test]
async fn an_account_that_was_never_connected_records_nothing() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let other = new_agency(&db).await;
    let account = new_account(&db, other, "Mia Hart").await;
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let refused = record(&mut tx, account, &[tip("t1", "2026-02-27T10:00:00Z", 100, "leo")]).await;
    assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
}
