//! Monthly reports: the figures are those of the earnings, the file is what was asked for, and word of it goes out once.

use crate::app::{TestApp, eventually, scope};
use crate::earnings::{new_account, record_now, tip};
use crate::report_pdf::texts;
use chrono::{DateTime, TimeDelta, Utc};
use creatorcrm::auth::{Scope, SystemScope};
use creatorcrm::clock::{Clock, StoppedClock};
use creatorcrm::db::{Db, Tenant};
use creatorcrm::error::Error;
use creatorcrm::platform::Earning;
use creatorcrm::reports::policy::MakeReports;
use creatorcrm::reports::{Schedule, gather, mail, parse_month, set_reading, set_schedule, want};
use std::sync::Arc;

/// The clock goes on until it is `then`.
fn go_to(clock: &StoppedClock, then: DateTime<Utc>) {
    clock.advance(then - clock.now());
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An agency with two accounts, with earnings in October 2026, in the month before and a year before.
async fn begin(name: &str, now: &str) -> (TestApp, StoppedClock, Scope<MakeReports>) {
    let clock = StoppedClock::at(at(now));
    let setup =
        crate::app::Setup { clock: Arc::new(clock.clone()), works: false, ..crate::app::Setup::default() };
    let app = TestApp::set_up(setup).await;
    app.owner(name).await;
    let scope: Scope<MakeReports> = scope(&app, name);
    let (db, agency) = (&app.db, scope.agency_id());
    let mia = new_account(db, agency, "Mia Hart").await;
    let zoe = new_account(db, agency, "=Zoë").await;
    let refund = Earning { gross: -400, net: -320, ..tip("r1", "2026-10-20T10:00:00Z", 400, "leo") };
    let rows = [
        tip("t1", "2026-10-01T00:00:00Z", 1000, "leo"),
        tip("t2", "2026-10-31T23:59:59Z", 2000, "max"),
        tip("t3", "2026-09-30T23:59:59Z", 500, "leo"),
        tip("t4", "2025-10-15T10:00:00Z", 100, "leo"),
        refund,
    ];
    record_now(db, agency, mia, &rows).await;
    let euros = Earning { currency: "EUR".to_owned(), ..tip("e1", "2026-10-05T10:00:00Z", 5000, "kim") };
    record_now(db, agency, zoe, &[euros, tip("t5", "2026-11-01T00:00:00Z", 9999, "leo")]).await;
    (app, clock, scope)
}

#[tokio::test]
async fn the_figures_are_those_of_the_month_and_stand_beside_those_before() {
    let (app, _, scope) = begin("ana", "2026-11-02T10:00:00Z").await;
    let (figures, as_of) = gather(&app.db, &scope, parse_month("2026-10").unwrap()).await.unwrap();
    assert_eq!(as_of, at("2026-11-02T10:00:00Z"));
    let [dollars, euros] = figures.earned.as_slice() else { panic!("{figures:?}") };
    assert_eq!((dollars.net.now, dollars.gross.now, dollars.refunds.now), (800 + 1600 - 320, 2600, -400));
    assert_eq!((dollars.payments.now, dollars.paying_fans.now), (2, 2));
    assert_eq!((dollars.net.month_before, dollars.net.year_before), (Some(400), Some(80)));
    assert_eq!((euros.net.now, euros.payments.now, euros.accounts.len()), (4000, 1, 1));
    let sources: i64 = dollars.sources.iter().map(|it| it.1).sum();
    let days: i64 = dollars.days.iter().flat_map(|it| it.net.iter()).sum();
    let accounts: i64 = dollars.accounts.iter().map(|it| it.net).sum();
    assert_eq!((sources, days, accounts), (dollars.net.now, dollars.net.now, dollars.net.now));
    assert!(!figures.is_partial && figures.account_count == 2);
    // Before anything was known there is nothing to compare with.
    let (first, _) = gather(&app.db, &scope, parse_month("2025-10").unwrap()).await.unwrap();
    assert_eq!((first.earned[0].net.month_before, first.earned[0].net.year_before), (None, None));
}

#[tokio::test]
async fn a_report_is_made_once_for_the_same_figures_and_downloaded_on_record() {
    let (app, _, scope) = begin("bea", "2026-11-02T10:00:00Z").await;
    let mut owner = app.browser();
    owner.submit("/sign-in", &[("email", "bea@example.com"), ("password", "correct horse battery")]).await;
    let shown = owner.submit_form("/analytics/reports", "make_report", &[("month", "2026-10")]).await;
    assert!(shown.text.contains("The report of October 2026 is ready."), "{}", shown.text);
    let again = owner.submit_form("/analytics/reports", "make_report", &[("month", "2026-10")]).await;
    assert!(again.text.contains("Nothing has changed since"), "{}", again.text);
    let future = owner.submit_form("/analytics/reports", "make_report", &[("month", "2027-10")]).await;
    assert!(
        future.text.contains("Please correct the marked fields") || future.text.contains("has not come yet")
    );
    let path = again.text.split("href=\"").find(|rest| rest.contains("report.pdf")).unwrap();
    let path = path.split('"').next().unwrap().to_owned();

    let answer = owner.request(reqwest::Method::GET, &path, None, "").await;
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"report-2026-10.pdf\"");
    let pdf = answer.bytes().await.unwrap();
    let text = texts(&pdf).concat();
    for words in ["October 2026", "$20.80", "€40.00", "Mia Hart", "=Zoë", "Page 1 of 5"] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    let audit = owner.open("/audit").await;
    assert!(
        audit.text.contains("Downloaded a monthly report") && audit.text.contains("Made a monthly report")
    );
    // Another site may not have a browser ask for it.
    owner.headers.insert("sec-fetch-site", "cross-site".to_owned());
    assert_eq!(owner.request(reqwest::Method::GET, &path, None, "").await.status().as_u16(), 403);

    let agency = scope.agency_id();
    let mia: creatorcrm::ids::AccountId = {
        let mut tx = app.db.begin(&scope).await.unwrap();
        sqlx::query_scalar("select id from accounts where name = 'Mia Hart'")
            .fetch_one(tx.conn())
            .await
            .unwrap()
    };
    record_now(&app.db, agency, mia, &[tip("late", "2026-10-31T10:00:00Z", 100, "leo")]).await;
    owner.headers.clear();
    let changed = owner.submit_form("/analytics/reports", "make_report", &[("month", "2026-10")]).await;
    assert!(changed.text.contains("The report of October 2026 is ready."), "{}", changed.text);
}

/// Who was mailed, oldest first.
async fn mailed(db: &Db) -> Vec<(String, String)> {
    let mut tx = db.begin_system("test").await.unwrap();
    sqlx::query_as("select recipient, subject from mails where subject like '%report of%' order by created_at, recipient")
        .fetch_all(tx.conn())
        .await
        .unwrap()
}

const MONTHLY: Schedule = Schedule { is_on: true, day: 3, hour: 8 };

#[tokio::test]
async fn word_of_a_report_goes_to_those_who_want_it_once_a_month() {
    let (app, clock, scope) = begin("cleo", "2026-11-02T10:00:00Z").await;
    let agency = scope.agency_id();
    set_schedule(&app.db, &scope, MONTHLY).await.unwrap();
    set_reading(&app.db, &scope, true).await.unwrap();
    // September was due on the 3rd of October: that is past.
    mail(&app.app, agency).await.unwrap();
    assert_eq!(mailed(&app.db).await, []);
    go_to(&clock, at("2026-11-03T07:59:59Z"));
    mail(&app.app, agency).await.unwrap();
    assert_eq!(mailed(&app.db).await, []);
    // The hour was missed.
    go_to(&clock, at("2026-11-03T19:00:00Z"));
    let (one, other) = tokio::join!(mail(&app.app, agency), mail(&app.app, agency));
    one.unwrap();
    other.unwrap();
    mail(&app.app, agency).await.unwrap();
    let october =
        ("cleo@example.com".to_owned(), "North Studio: the report of October 2026 is ready".to_owned());
    assert_eq!(mailed(&app.db).await, std::slice::from_ref(&october));
    // Two months later, of those that were missed the newest.
    go_to(&clock, at("2027-01-20T00:00:00Z"));
    mail(&app.app, agency).await.unwrap();
    let sent = mailed(&app.db).await;
    assert_eq!((sent.len(), sent[1].1.as_str()), (2, "North Studio: the report of December 2026 is ready"));
    set_reading(&app.db, &scope, false).await.unwrap();
    go_to(&clock, at("2027-02-20T00:00:00Z"));
    mail(&app.app, agency).await.unwrap();
    assert_eq!(mailed(&app.db).await.len(), 2);
}

#[tokio::test]
async fn who_is_cut_off_while_telling_has_told_nobody_and_the_next_tells_all() {
    let (app, clock, scope) = begin("dora", "2026-11-02T10:00:00Z").await;
    let agency = scope.agency_id();
    set_schedule(&app.db, &scope, MONTHLY).await.unwrap();
    set_reading(&app.db, &scope, true).await.unwrap();
    go_to(&clock, at("2026-11-03T08:00:00Z"));
    // Somebody holds the mails' table: the claim is written, the mail is not.
    let mut block = app.db.begin_system("test").await.unwrap();
    sqlx::raw_sql("reset role; lock table mails in exclusive mode").execute(block.conn()).await.unwrap();
    let cut = tokio::spawn({
        let app = app.app.clone();
        async move { mail(&app, agency).await }
    });
    eventually("it waits for the table", async || {
        let mut tx = app.db.begin_system("test").await.unwrap();
        let waits: bool = sqlx::query_scalar("select exists (select from pg_locks where not granted)")
            .fetch_one(tx.conn())
            .await
            .unwrap();
        waits
    })
    .await;
    cut.abort();
    assert!(cut.await.unwrap_err().is_cancelled());
    drop(block);
    assert_eq!(mailed(&app.db).await, []);
    mail(&app.app, agency).await.unwrap();
    mail(&app.app, agency).await.unwrap();
    assert_eq!(mailed(&app.db).await.len(), 1);
}

#[tokio::test]
async fn who_is_no_owner_or_manager_any_more_is_not_told() {
    let (app, clock, scope) = begin("eva", "2026-11-02T10:00:00Z").await;
    set_schedule(&app.db, &scope, MONTHLY).await.unwrap();
    set_reading(&app.db, &scope, true).await.unwrap();
    let mut tx = app.db.begin_system("test").await.unwrap();
    sqlx::query("update members set role = 'chatter'").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    go_to(&clock, at("2026-11-03T08:00:00Z") + TimeDelta::days(1));
    mail(&app.app, scope.agency_id()).await.unwrap();
    assert_eq!(mailed(&app.db).await, []);
    assert!(matches!(
        set_schedule(&app.db, &scope, Schedule { day: 31, ..MONTHLY }).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn the_report_of_many_accounts_is_made_in_the_background() {
    let app = TestApp::start().await;
    app.owner("fay").await;
    let scope: Scope<MakeReports> = scope(&app, "fay");
    let system = SystemScope::for_agency(scope.agency_id(), "test");
    let mut tx = app.db.begin(&system).await.unwrap();
    sqlx::query(
        "insert into accounts (agency_id, id, platform, platform_account_id, name, handle, connected_at)
         select $1, gen_random_uuid(), 'fanvue', 'p' || n, 'Account ' || n, 'a' || n, now() from generate_series(1, 201) n",
    )
    .bind(scope.agency_id())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let month = parse_month(&Utc::now().format("%Y-%m").to_string()).unwrap();
    want(&app.db, &scope, month).await.unwrap();
    eventually("the report is made", async || {
        let mut tx = app.db.begin(&scope).await.unwrap();
        let state: String =
            sqlx::query_scalar("select state from reports").fetch_one(tx.conn()).await.unwrap();
        state == "ready"
    })
    .await;
}

#[tokio::test]
async fn the_one_under_way_is_made_and_one_that_nobody_makes_is_forgotten() {
    let (app, _, scope) = begin("gil", "2026-11-02T10:00:00Z").await;
    let add = async |month: &str, made_at: &str| {
        let mut tx = app.db.begin(&scope).await.unwrap();
        let id: creatorcrm::ids::ReportId = tx.new_id();
        let sql = "insert into reports (agency_id, id, month, state, made_at) values ($1, $2, $3::date, 'making', $4)";
        let month: chrono::NaiveDate = month.parse().unwrap();
        let made_at = at(made_at);
        let query = sqlx::query(sql).bind(scope.agency_id()).bind(id).bind(month).bind(made_at);
        query.execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        id
    };
    let make = async |month: &str| {
        creatorcrm::reports::make_now(&app.db, &scope, parse_month(month).unwrap(), None).await.unwrap()
    };
    let lost = add("2026-10-01", "2026-11-02T08:59:00Z").await;
    let (made, is_new) = make("2026-10").await;
    assert!(made != lost && is_new);
    let begun = add("2026-09-01", "2026-11-02T09:30:00Z").await;
    assert_eq!(make("2026-09").await, (begun, true));
    let mut tx = app.db.begin(&scope).await.unwrap();
    let ids: Vec<creatorcrm::ids::ReportId> =
        sqlx::query_scalar("select id from reports").fetch_all(tx.conn()).await.unwrap();
    assert!(ids.len() == 2 && !ids.contains(&lost));
}
