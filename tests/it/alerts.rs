//! Alerts: never twice for one cause, ended when it is gone, read by each member for themselves, mailed once.

use crate::app::{Browser, TestApp, audited, database, eventually, owner_agency, scope};
use crate::earnings::{new_account, new_agency, record_now, tip};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::alerts::policy::ViewAlerts;
use creatorcrm::alerts::{self, Alert, Evidence, Filter, Judged, Kind};
use creatorcrm::auth::{Role, SystemScope};
use creatorcrm::clock::StoppedClock;
use creatorcrm::db::Db;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::keyset::Turn;
use creatorcrm::money::Currency;
use creatorcrm::period::Period;
use creatorcrm::platform::{Earning, EarningSource};
use std::sync::Arc;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn differ() -> Evidence {
    Evidence::RollupsDiffer { differences: 1, example: "A day".to_owned() }
}

fn system(agency: AgencyId) -> SystemScope {
    SystemScope::for_agency(agency, "test")
}

/// Kind, cause, and whether it goes on, of every alert of the agency, the oldest first.
async fn raised(db: &Db, agency: AgencyId) -> Vec<(String, String, bool)> {
    let mut tx = db.begin(&system(agency)).await.unwrap();
    sqlx::query_as("select kind, cause, ended_at is null from alerts order by raised_at, id")
        .fetch_all(tx.conn())
        .await
        .unwrap()
}

async fn raise_now(db: &Db, agency: AgencyId, cause: &str) -> bool {
    let mut tx = db.begin(&system(agency)).await.unwrap();
    let raised = alerts::raise(&mut tx, cause, None, &differ()).await.unwrap();
    tx.commit().await.unwrap();
    raised
}

async fn run(db: &Db, agency: AgencyId, statement: &'static str) {
    let mut tx = db.begin(&system(agency)).await.unwrap();
    sqlx::raw_sql(statement).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// A database whose clock stands, with an agency that has an account.
async fn world(now: &str) -> (Db, StoppedClock, AgencyId, AccountId) {
    let clock = StoppedClock::at(at(now));
    let (db, _) = database(Arc::new(clock.clone())).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    (db, clock, agency, account)
}

#[tokio::test]
async fn of_many_who_raise_one_cause_at_once_one_does() {
    let (db, clock, agency, _) = world("2026-11-25T12:00:00Z").await;
    let together = futures::future::join_all((0..6).map(|_| raise_now(&db, agency, "one"))).await;
    assert_eq!(together.iter().filter(|raised| **raised).count(), 1);
    assert!(raise_now(&db, agency, "another").await, "another cause is another alert");

    clock.advance(Duration::hours(1));
    let mut tx = db.begin(&system(agency)).await.unwrap();
    assert!(alerts::end(&mut tx, Kind::RollupsDiffer, "one").await.unwrap());
    assert!(!alerts::end(&mut tx, Kind::RollupsDiffer, "one").await.unwrap(), "it is over");
    assert!(!alerts::end(&mut tx, Kind::LargeRefund, "another").await.unwrap(), "of another kind");
    tx.commit().await.unwrap();
    assert!(raise_now(&db, agency, "one").await, "the cause is back");
    let kept = raised(&db, agency).await;
    let ones: Vec<_> = kept.iter().filter(|it| it.1 == "one").map(|it| it.2).collect();
    assert_eq!(ones, [false, true]);
}

#[tokio::test]
async fn an_alert_stands_and_falls_with_the_transaction_that_raises_it() {
    let (db, _, agency, _) = world("2026-11-25T12:00:00Z").await;
    let mut tx = db.begin(&system(agency)).await.unwrap();
    assert!(alerts::raise(&mut tx, "one", None, &differ()).await.unwrap());
    drop(tx);
    assert_eq!(raised(&db, agency).await, []);
    assert!(raise_now(&db, agency, "one").await);
}

#[tokio::test]
async fn an_alert_of_another_agencys_account_is_refused() {
    let (db, _, _, account) = world("2026-11-25T12:00:00Z").await;
    let other = new_agency(&db).await;
    let mut tx = db.begin(&system(other)).await.unwrap();
    assert!(alerts::raise(&mut tx, "one", Some(account), &differ()).await.is_err());
}

fn refund(id: &str, when: &str, gross: i64) -> Earning {
    Earning { source: EarningSource::Chargeback, ..tip(id, when, -gross, "leo") }
}

#[tokio::test]
async fn a_large_refund_is_told_once_however_often_its_row_comes() {
    let (db, clock, agency, account) = world("2026-11-25T12:00:00Z").await;
    let rows = [
        refund("small", "2026-11-25T10:00:00Z", 9_999),
        refund("large", "2026-11-25T11:00:00Z", 10_000),
        refund("old", "2026-11-17T11:00:00Z", 50_000),
        tip("tip", "2026-11-25T11:30:00Z", 90_000, "leo"),
    ];
    record_now(&db, agency, account, &rows).await;
    record_now(&db, agency, account, &rows).await;
    let cause = format!("{account} large");
    assert_eq!(raised(&db, agency).await, [("large_refund".to_owned(), cause.clone(), true)]);

    clock.advance(Duration::days(14) + Duration::hours(1));
    let mut tx = db.begin(&system(agency)).await.unwrap();
    assert_eq!(alerts::end_old_refunds(&mut tx).await.unwrap(), 1);
    // The platform's row as new as on the first day: the same refund.
    let again = [Earning {
        occurred_at: at("2026-12-08T11:00:00Z"),
        ..refund("large", "2026-11-25T11:00:00Z", 10_000)
    }];
    alerts::heed_refunds(&mut tx, account, &again).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(raised(&db, agency).await, [("large_refund".to_owned(), cause, false)]);
}

#[tokio::test]
async fn a_batch_raises_the_largest_ten_and_what_is_removed_ends() {
    let (db, _, agency, account) = world("2026-11-25T12:00:00Z").await;
    let rows: Vec<_> =
        (0..12).map(|it| refund(&format!("r{it}"), "2026-11-25T10:00:00Z", 50_000 + it)).collect();
    record_now(&db, agency, account, &rows).await;
    record_now(&db, agency, account, &rows).await;
    let all = raised(&db, agency).await;
    assert_eq!(all.len(), 10);
    assert!(!all.iter().any(|it| [format!("{account} r0"), format!("{account} r1")].contains(&it.1)));
    let mut tx = db.begin(&system(agency)).await.unwrap();
    creatorcrm::earnings::remove(&mut tx, account, &["r0".to_owned(), "r11".to_owned()]).await.unwrap();
    tx.commit().await.unwrap();
    let ended: Vec<_> = raised(&db, agency).await.into_iter().filter(|it| !it.2).map(|it| it.1).collect();
    assert_eq!(ended, [format!("{account} r11")]);
}

#[tokio::test]
async fn what_an_account_takes_in_on_a_usual_day_raises_the_bound() {
    let (db, _, agency, account) = world("2026-11-25T12:00:00Z").await;
    // 28 days of $800: half of a usual day is $400.
    let days = (1..=28).map(|day| (at("2026-11-25T09:00:00Z") - Duration::days(day)).to_rfc3339());
    let tips: Vec<_> =
        days.enumerate().map(|(index, when)| tip(&format!("t{index}"), &when, 80_000, "leo")).collect();
    record_now(&db, agency, account, &tips).await;
    record_now(&db, agency, account, &[refund("below", "2026-11-25T10:00:00Z", 39_999)]).await;
    assert_eq!(raised(&db, agency).await, []);
    record_now(&db, agency, account, &[refund("above", "2026-11-25T10:00:00Z", 40_000)]).await;
    assert_eq!(raised(&db, agency).await.len(), 1);
}

#[tokio::test]
async fn renewals_that_fall_raise_an_alert_that_ends_when_they_do_no_more() {
    let (db, clock, agency, account) = world("2026-11-25T12:00:00Z").await;
    let other = new_account(&db, agency, "Nora Quinn").await;
    let renewal = |index: i64, days: i64| Earning {
        source: EarningSource::Renewal,
        ..tip(
            &format!("r{index}"),
            &(at("2026-11-25T09:00:00Z") - Duration::days(days)).to_rfc3339(),
            1_000,
            "leo",
        )
    };
    // Before: 160 of 200 renewed. Of late: 30 of 60.
    let rows: Vec<_> =
        (0..160).map(|it| renewal(it, 60)).chain((160..190).map(|it| renewal(it, 10))).collect();
    record_now(&db, agency, account, &rows).await;
    record_now(&db, agency, other, &rows).await;
    // Whose subscribers were not all read cannot be told.
    let unread = new_account(&db, agency, "Lena Hoffmann").await;
    record_now(&db, agency, unread, &rows).await;
    let mut tx = db.begin(&system(agency)).await.unwrap();
    let lost = "insert into subscriber_days (agency_id, account_id, day, joined, lost) values
                ($1, $2, '2026-09-26', 0, 40), ($1, $2, '2026-11-15', 0, $3)";
    let read = "update syncs set subscribers_done_at = now() where account_id <> $1";
    sqlx::query(read).bind(unread).execute(tx.conn()).await.unwrap();
    for (account, late) in [(account, 30_i64), (other, 8), (unread, 30)] {
        sqlx::query(lost).bind(agency).bind(account).bind(late).execute(tx.conn()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let watch = async || {
        let mut tx = db.begin(&system(agency)).await.unwrap();
        alerts::watch_renewals(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    watch().await;
    watch().await;
    assert_eq!(raised(&db, agency).await, [("renewals_falling".to_owned(), account.to_string(), true)]);
    clock.advance(Duration::days(40));
    watch().await;
    assert_eq!(raised(&db, agency).await, [("renewals_falling".to_owned(), account.to_string(), false)]);
}

#[tokio::test]
async fn what_came_below_its_forecast_raises_an_alert_that_ends_when_it_does_no_more() {
    let (db, _, agency, account) = world("2026-11-25T12:00:00Z").await;
    let period = Period { start: "2026-10-26".parse().unwrap(), end: "2026-11-25".parse().unwrap() };
    let judged = |account, came| Judged {
        account,
        currency: Currency::USD,
        period,
        low: 100,
        mid: 150,
        high: 200,
        came,
    };
    let heed = async |all: &[Judged]| {
        let mut tx = db.begin(&system(agency)).await.unwrap();
        alerts::heed_forecasts(&mut tx, all).await.unwrap();
        tx.commit().await.unwrap();
    };
    heed(&[judged(Some(account), 99), judged(None, 100)]).await;
    heed(&[judged(Some(account), 98), judged(None, 201)]).await;
    let cause = format!("{account} USD");
    assert_eq!(raised(&db, agency).await, [("earnings_below".to_owned(), cause.clone(), true)]);
    // Not clearly above.
    heed(&[judged(Some(account), 102), judged(None, 102)]).await;
    assert_eq!(raised(&db, agency).await, [("earnings_below".to_owned(), cause.clone(), true)]);
    heed(&[judged(Some(account), 103), judged(None, 99)]).await;
    let of_both = [
        ("earnings_below".to_owned(), cause, false),
        ("earnings_below".to_owned(), "agency USD".to_owned(), true),
    ];
    // Both were raised at one moment of the stopped clock, so in no order.
    let told = raised(&db, agency).await;
    assert!(told.len() == 2 && of_both.iter().all(|it| told.contains(it)), "{told:?}");
}

#[tokio::test]
async fn a_broken_connections_alert_ends_when_it_is_not_broken_any_more() {
    let (db, _, agency, account) = world("2026-11-25T12:00:00Z").await;
    crate::accounts::connect(&db, agency, account, "needs_reconnect").await;
    let mut tx = db.begin(&system(agency)).await.unwrap();
    let connection = creatorcrm::ids::ConnectionId(account.0);
    let evidence =
        Evidence::ConnectionBroken { connection, platform: "Fanvue".to_owned(), names: "Mia".to_owned() };
    alerts::raise(&mut tx, &connection.to_string(), None, &evidence).await.unwrap();
    tx.commit().await.unwrap();
    run(&db, agency, "update connections set health_note = 'Still so.'").await;
    assert_eq!(raised(&db, agency).await[0], ("connection_broken".to_owned(), connection.to_string(), true));
    run(&db, agency, "update connections set health = 'disconnected'").await;
    assert_eq!(raised(&db, agency).await[0], ("connection_broken".to_owned(), connection.to_string(), false));
}

async fn listed(app: &TestApp, name: &str, filter: Filter) -> Vec<Alert> {
    alerts::list(&app.db, &scope::<ViewAlerts>(app, name), filter, &Turn::First).await.unwrap().0.rows
}

/// Makes the person who signed up as `name` a member of `agency` instead of their own.
async fn move_to(app: &TestApp, browser: &mut Browser, name: &str, agency: AgencyId, role: Role) {
    let mut tx = app.db.begin_system("test").await.unwrap();
    sqlx::query(
        "update members set agency_id = $1, role = $2 where user_id = (select id from users where name = $3)",
    )
    .bind(agency)
    .bind(role.as_str())
    .bind(name)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    app.app.members.invalidate_all();
    browser.open("/").await;
}

#[tokio::test]
async fn each_member_reads_for_themselves_and_the_bell_counts() {
    let app = TestApp::start().await;
    let mut anna = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    assert!(anna.open("/alerts").await.text.contains("Nothing to look at"));
    let account = new_account(&app.db, agency, "Mia Hart").await;
    let mut tx = app.db.begin(&system(agency)).await.unwrap();
    alerts::raise(&mut tx, "one", Some(account), &differ()).await.unwrap();
    alerts::raise(&mut tx, "two", None, &differ()).await.unwrap();
    tx.commit().await.unwrap();
    eventually("the bell counts", async || anna.open("/team").await.text.contains("Alerts, 2 unread")).await;

    let mut bert = app.owner("bert").await;
    move_to(&app, &mut bert, "bert", agency, Role::Manager).await;
    let page = bert.open("/alerts").await;
    assert!(page.text.contains("Mia Hart: kept sums differ from a recount"), "{}", page.text);
    assert!(page.text.contains("Alerts, 2 unread") && page.text.matches("Mark as read").count() > 2);

    let page = anna.submit_form("/alerts", "read_alert", &[]).await;
    assert!(page.text.contains("Alerts, 1 unread"), "{}", page.text);
    let page = anna.submit_form("/alerts", "read_all_alerts", &[]).await;
    assert!(!page.text.contains("unread\"") && !page.text.contains("1 unread"), "{}", page.text);
    assert!(listed(&app, "anna", Filter::default()).await.iter().all(|alert| alert.read));
    assert!(listed(&app, "bert", Filter::default()).await.iter().all(|alert| !alert.read), "his own affair");

    let mut nell = app.owner("nell").await;
    move_to(&app, &mut nell, "nell", agency, Role::Creator).await;
    let page = nell.open("/settings/devices").await;
    assert!(!page.text.contains("class=\"bell\"") && !page.text.contains("Notifications"), "{}", page.text);
}

#[tokio::test]
async fn a_page_shows_what_goes_on_and_another_what_is_over_by_kind() {
    let app = TestApp::start().await;
    let mut anna = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    for number in 0..35 {
        raise_now(&app.db, agency, &format!("cause {number}")).await;
    }
    let first = anna.open("/alerts?kind=rollups_differ").await;
    assert!(first.text.contains("30 shown") && first.text.contains("rel=\"next\""), "{}", first.text);
    let next = first.text.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    assert!(anna.open(&next).await.text.contains("5 shown"), "{next}");
    assert!(anna.open("/alerts?kind=large_refund").await.text.contains("Large refund: nothing now"));
    assert!(anna.open("/alerts?state=ended").await.text.contains("Nothing is over yet"));
    let mut tx = app.db.begin(&system(agency)).await.unwrap();
    let still = vec!["cause 7".to_owned()];
    assert_eq!(alerts::end_all_but(&mut tx, Kind::RollupsDiffer, &still).await.unwrap(), 34);
    tx.commit().await.unwrap();
    assert!(anna.open("/alerts?state=ended").await.text.contains("over since"));
    assert_eq!(listed(&app, "anna", Filter::default()).await.len(), 1);
}

#[tokio::test]
async fn from_which_refund_on_is_set_checked_and_on_record() {
    let app = TestApp::start().await;
    let mut anna = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let bad = [("refund_from", "0"), ("refund_share", "1001")];
    let page = anna.submit_form("/alerts", "set_alert_rules", &bad).await;
    assert!(
        page.text.contains("from 1 to 1,000,000") && page.text.contains("from 0 to 1000"),
        "{}",
        page.text
    );
    let good = [("refund_from", "250"), ("refund_share", "0")];
    let page = anna.submit_form("/alerts", "set_alert_rules", &good).await;
    assert!(page.text.contains("Saved.") && page.text.contains("value=\"250\""), "{}", page.text);
    anna.submit_form("/alerts", "set_alert_rules", &good).await;
    let kept: Vec<_> =
        audited(&app, agency).await.into_iter().filter(|it| it.0 == "alerts.rules_changed").collect();
    assert_eq!(kept.len(), 1, "nothing changed the second time");
    assert_eq!(kept[0].1["amount"], serde_json::json!({"from": 100, "to": 250}));
}

#[tokio::test]
async fn a_page_costs_no_query_for_its_bell() {
    let app = TestApp::start().await;
    let mut anna = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    raise_now(&app.db, agency, "one").await;
    eventually("the bell counts", async || anna.open("/team").await.text.contains("Alerts, 1 unread")).await;
    let mut db = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database_url).await.unwrap();
    sqlx::raw_sql("alter table alerts rename to put_away").execute(&mut db).await.unwrap();
    let page = anna.open("/creators").await;
    assert!(page.text.contains("Alerts, 1 unread"), "{}", page.text);
    app.app.bells.forget_all();
    let page = anna.open("/creators").await;
    assert!(
        page.status == 200 && !page.text.contains("class=\"bell\""),
        "a page is not kept back: {}",
        page.text
    );
}
