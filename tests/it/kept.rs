//! Kept counts: made for the page while they are cheap, else once in the background; said of when, counted anew, forgotten.

use crate::app::{Setup, TestApp, eventually, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::analytics::PeriodFans;
use creatorcrm::analytics::kept::{self, ForgetCounts, Told};
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::auth::{Scope, SystemScope};
use creatorcrm::clock::StoppedClock;
use creatorcrm::db::Tenant;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::jobs::Job;
use creatorcrm::period::Choice;
use std::sync::Arc;

fn now() -> DateTime<Utc> {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

/// An app that does or does not work through jobs, perhaps beside another.
async fn app(clock: &StoppedClock, works: bool, beside: Option<&TestApp>) -> TestApp {
    let database_url = beside.map(|other| other.database_url.clone());
    TestApp::set_up(Setup { clock: Arc::new(clock.clone()), works, database_url, ..Setup::default() }).await
}

struct Agency {
    id: AgencyId,
    account: AccountId,
    scope: Scope<ViewDashboard>,
}

/// An agency in which one fan paid $10; `heavy` makes its rollups say that there were a million payments.
async fn agency(app: &TestApp, owner: &str, heavy: bool) -> Agency {
    app.owner(owner).await;
    let scope = scope::<ViewDashboard>(app, owner);
    let id = scope.agency_id();
    let account = new_account(&app.db, id, "Mia Hart").await;
    record_now(&app.db, id, account, &[tip("a", "2026-03-30T10:00:00Z", 1000, "leo")]).await;
    if heavy {
        let many = format!(
            "insert into earning_days (agency_id, account_id, day, currency, source, gross, net, payments)
             values ('{id}', '{account}', '2026-03-29', 'USD', 'post', 0, 0, 1000000)"
        );
        execute(app, id, &many).await;
    }
    Agency { id, account, scope }
}

async fn execute(app: &TestApp, agency: AgencyId, statement: &str) -> u64 {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    done.rows_affected()
}

/// What is asked for, and what there is of it: how fresh, and how many fans paid.
async fn ask(app: &TestApp, agency: &Agency) -> (Told, Option<i64>) {
    let (choice, today) = (Choice::Days(30), app.db.now().date_naive());
    let asked = PeriodFans { period: choice.period(today), previous: choice.previous(today), top: 6 };
    let kept = kept::get(&app.db, &agency.scope, &asked).await.unwrap();
    (kept.told, kept.result.map(|rows| rows.first().map_or(0, |row| row.paying)))
}

async fn kept_rows(app: &TestApp, agency: AgencyId) -> i64 {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query_scalar("select count(*) from kept_counts").fetch_one(tx.conn()).await.unwrap()
}

/// The counts that wait in the queue: how many seconds each is away, by the database's clock.
async fn waiting(app: &TestApp) -> Vec<f64> {
    let statement = "select extract(epoch from run_at - now())::float8 from graphile_worker.jobs
                     where task_identifier = 'count_kept'";
    sqlx::query_scalar(statement).fetch_all(&app.db.pool_for_jobs()).await.unwrap()
}

const COUNTING: (Told, Option<i64>) = (Told::Counting { failed: false }, None);

fn as_of(at: DateTime<Utc>, paying: i64) -> (Told, Option<i64>) {
    (Told::AsOf { at, failed: false }, Some(paying))
}

#[tokio::test]
async fn a_cheap_count_is_made_for_the_page_and_nothing_is_kept() {
    let clock = StoppedClock::at(now());
    let app = app(&clock, false, None).await;
    let anna = agency(&app, "anna", false).await;
    assert_eq!(ask(&app, &anna).await, (Told::Now, Some(1)));
    record_now(&app.db, anna.id, anna.account, &[tip("b", "2026-03-30T11:00:00Z", 500, "kim")]).await;
    assert_eq!(ask(&app, &anna).await, (Told::Now, Some(2)), "always fresh");
    assert_eq!((kept_rows(&app, anna.id).await, waiting(&app).await.len()), (0, 0));
}

#[tokio::test]
async fn a_dear_count_is_made_once_however_many_processes_ask() {
    let clock = StoppedClock::at(now());
    let first = app(&clock, false, None).await;
    let second = app(&clock, false, Some(&first)).await;
    let (anna, zoe) = (agency(&first, "anna", true).await, agency(&first, "zoe", false).await);
    let asked =
        tokio::join!(ask(&first, &anna), ask(&second, &anna), ask(&first, &anna), ask(&second, &anna));
    assert_eq!([asked.0, asked.1, asked.2, asked.3], [COUNTING; 4]);
    assert_eq!((kept_rows(&first, anna.id).await, waiting(&first).await.len()), (1, 1));
    assert_eq!(ask(&first, &zoe).await, (Told::Now, Some(1)), "another agency is none the slower");
    let worker = app(&clock, true, Some(&first)).await;
    eventually("counted", async || ask(&second, &anna).await == as_of(now(), 1)).await;
    assert_eq!(ask(&worker, &anna).await, as_of(now(), 1));
    // Nothing changed: an hour later it is as good, and nobody counts.
    clock.advance(Duration::hours(1));
    assert_eq!(ask(&first, &anna).await, as_of(now(), 1));
    assert_eq!(waiting(&first).await, Vec::<f64>::new());
}

#[tokio::test]
async fn a_count_that_became_old_is_shown_with_its_time_until_it_is_made_anew() {
    let clock = StoppedClock::at(now());
    let reader = app(&clock, false, None).await;
    let anna = agency(&reader, "anna", true).await;
    assert_eq!(ask(&reader, &anna).await, COUNTING);
    let worker = app(&clock, true, Some(&reader)).await;
    eventually("counted", async || ask(&reader, &anna).await == as_of(now(), 1)).await;
    drop(worker);
    record_now(&reader.db, anna.id, anna.account, &[tip("b", "2026-03-30T11:00:00Z", 500, "kim")]).await;
    clock.advance(Duration::minutes(4));
    for _ in 0..2 {
        assert_eq!(ask(&reader, &anna).await, as_of(now(), 1));
        let waiting = waiting(&reader).await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        assert!((300.0..=360.0).contains(&waiting[0]), "ten minutes after the last: {waiting:?}");
    }
    // That job was lost with its machine: it is overdue, and sent anew.
    clock.advance(Duration::minutes(17));
    assert_eq!(ask(&reader, &anna).await, as_of(now(), 1));
    let _worker = app(&clock, true, Some(&reader)).await;
    let later = now() + Duration::minutes(21);
    eventually("counted anew", async || ask(&reader, &anna).await == as_of(later, 2)).await;
}

#[tokio::test]
async fn a_count_that_fails_says_so_and_is_tried_again() {
    let clock = StoppedClock::at(now());
    let reader = app(&clock, false, None).await;
    let anna = agency(&reader, "anna", true).await;
    assert_eq!(ask(&reader, &anna).await, COUNTING);
    let spoil = "update kept_counts set params = params || '{\"top\": \"many\"}'";
    assert_eq!(execute(&reader, anna.id, spoil).await, 1);
    let _worker = app(&clock, true, Some(&reader)).await;
    let failed = (Told::Counting { failed: true }, None);
    eventually("failed", async || ask(&reader, &anna).await == failed).await;
    let mend = "update kept_counts set params = params || '{\"top\": 6}'";
    assert_eq!(execute(&reader, anna.id, mend).await, 1);
    eventually("tried again", async || ask(&reader, &anna).await == as_of(now(), 1)).await;
}

#[tokio::test]
async fn what_nobody_asks_for_is_forgotten() {
    let clock = StoppedClock::at(now());
    let app = app(&clock, false, None).await;
    let anna = agency(&app, "anna", true).await;
    assert_eq!(ask(&app, &anna).await, COUNTING);
    clock.advance(Duration::days(29));
    ForgetCounts {}.run(&app.app).await.unwrap();
    assert_eq!(kept_rows(&app, anna.id).await, 1);
    clock.advance(Duration::days(2));
    ForgetCounts {}.run(&app.app).await.unwrap();
    assert_eq!(kept_rows(&app, anna.id).await, 0);
}

#[tokio::test]
async fn the_dashboard_says_that_fans_are_being_counted_and_then_of_when_they_are() {
    let clock = StoppedClock::at(now());
    let reader = app(&clock, false, None).await;
    let anna = agency(&reader, "anna", true).await;
    let mut browser = reader.browser();
    browser.submit("/sign-in", &[("email", "anna@example.com"), ("password", "correct horse battery")]).await;
    let page = browser.open("/dashboard").await;
    assert_eq!(page.text.matches("Being counted. It appears here by itself.").count(), 2, "{}", page.text);
    assert!(!page.text.contains("one payment"), "{}", page.text);
    let _worker = app(&clock, true, Some(&reader)).await;
    eventually("counted", async || ask(&reader, &anna).await == as_of(now(), 1)).await;
    let page = browser.open("/dashboard").await;
    assert_eq!(page.text.matches("As of 31 Mar, 12:00 UTC").count(), 2, "{}", page.text);
    assert!(page.text.contains("Net; one fan paid") && page.text.contains("one payment"), "{}", page.text);
}
