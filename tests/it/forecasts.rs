//! Forecasts on a real database: made at night or when a page lacks one, kept, held against what came; and what the pages say.

use crate::app::{TestApp, eventually, owner_agency, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Datelike, Days, Duration, Utc, Weekday};
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::auth::SystemScope;
use creatorcrm::forecasts::{self, Subject};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::platform::Earning;

fn now() -> DateTime<Utc> {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

/// One payment a day, on the `days` days before `end`: more on Saturdays.
fn daily(end: DateTime<Utc>, days: u64, gross: i64) -> Vec<Earning> {
    let day = |back: u64| {
        let day = end.date_naive() - Days::new(back);
        let gross = if day.weekday() == Weekday::Sat { gross * 3 } else { gross };
        tip(&format!("t{day}"), &format!("{day}T10:00:00Z"), gross, "Ann")
    };
    (1..=days).map(day).collect()
}

async fn execute(app: &TestApp, agency: AgencyId, statement: &str) {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The agency of `name` with one account that earned every day for `days` days.
async fn earning(app: &TestApp, name: &str, days: u64) -> (AgencyId, AccountId) {
    let agency = owner_agency(app, name).await;
    let account = new_account(&app.db, agency, "Mia Larsson").await;
    record_now(&app.db, agency, account, &daily(now(), days, 10_000)).await;
    (agency, account)
}

#[tokio::test]
async fn a_page_without_a_forecast_orders_one_and_then_shows_it_beside_its_error() {
    let (app, _) = TestApp::start_at(now()).await;
    let mut owner = app.owner("zed").await;
    let empty = owner.open("/analytics/forecast").await;
    assert!(empty.text.contains("Nothing to forecast yet"), "{}", empty.text);
    let (_, account) = earning(&app, "zed", 200).await;
    let page = format!("/analytics/forecast?account={account}");
    for path in ["/analytics/forecast", page.as_str()] {
        assert!(owner.open(path).await.text.contains("The forecast is being made"));
        eventually("the forecast is there", async || owner.look(path).await.1.contains("Next 30 days")).await;
    }
    let shown = owner.open(&page).await.text;
    assert!(shown.contains("Next 90 days") && shown.contains("How wrong it has been"), "{shown}");
    assert!(shown.contains("held-back months it was off by"), "{shown}");
    let agency = owner.open("/analytics/forecast").await.text;
    assert!(agency.contains("Accounts, next 30 days") && agency.contains("Mia Larsson"));
    let overview = owner.open(&format!("/accounts/{account}")).await.text;
    assert!(overview.contains("The next 30 days will bring about"), "{overview}");
}

#[tokio::test]
async fn too_few_days_and_a_disconnected_account_are_told() {
    let (app, _) = TestApp::start_at(now()).await;
    let mut owner = app.owner("zed").await;
    let (agency, account) = earning(&app, "zed", 40).await;
    forecasts::make_all(&app.db, agency).await.unwrap();
    let shown = owner.open(&format!("/analytics/forecast?account={account}")).await.text;
    assert!(shown.contains("40 days are known"), "{shown}");
    let other = new_account(&app.db, agency, "Nora Quinn").await;
    execute(&app, agency, &format!("update accounts set disconnected_at = now() where id = '{other}'")).await;
    let shown = owner.open(&format!("/analytics/forecast?account={other}")).await.text;
    assert!(shown.contains("This account is disconnected"), "{shown}");
}

#[tokio::test]
async fn only_whole_days_count_and_currencies_stand_apart() {
    let (app, _) = TestApp::start_at(now()).await;
    app.owner("zed").await;
    let (agency, account) = earning(&app, "zed", 200).await;
    let today = tip("today", "2026-03-31T11:00:00Z", 100_000_000, "Ann");
    let euros = daily(now(), 90, 500).into_iter().map(|row| Earning {
        transaction_id: format!("e{}", row.transaction_id),
        currency: "EUR".to_owned(),
        ..row
    });
    record_now(&app.db, agency, account, &[today]).await;
    record_now(&app.db, agency, account, &euros.collect::<Vec<_>>()).await;
    forecasts::make_all(&app.db, agency).await.unwrap();
    let scope = scope::<ViewDashboard>(&app, "zed");
    let view = forecasts::view(&app.db, &scope, Subject::Account(account)).await.unwrap();
    let told: Vec<_> =
        view.told.iter().map(|it| (it.kept.currency.to_string(), it.kept.known_days)).collect();
    assert_eq!(told, [("USD".to_owned(), 200), ("EUR".to_owned(), 90)]);
    let month = |index: usize| view.told[index].kept.made.as_ref().unwrap().sums[0].band.mid;
    // 80 dollars a day, three times as much on Saturdays: 30 days hold four or five of them.
    assert!((290_000..330_000).contains(&month(0)), "{}", month(0));
    assert!((14_000..17_000).contains(&month(1)), "{}", month(1));
    assert_eq!(view.told[0].history.len(), 90);
    assert!(view.told[0].history.iter().all(|(_, net)| *net < 100_000));
}

#[tokio::test]
async fn what_was_forecast_a_month_ago_is_held_against_what_came() {
    let (app, clock) = TestApp::start_at(now()).await;
    let mut owner = app.owner("zed").await;
    let (agency, account) = earning(&app, "zed", 120).await;
    forecasts::make_all(&app.db, agency).await.unwrap();
    clock.advance(Duration::days(31));
    let later = now() + Duration::days(31);
    execute(&app, agency, &format!("update syncs set last_finished_at = '{later}'")).await;
    record_now(&app.db, agency, account, &daily(later, 31, 20_000)).await;
    forecasts::make_all(&app.db, agency).await.unwrap();
    // Sessions ended meanwhile.
    owner.submit("/sign-in", &[("email", "zed@example.com"), ("password", "correct horse battery")]).await;
    let shown = owner.open(&format!("/analytics/forecast?account={account}")).await.text;
    assert!(shown.contains("Came 31 Mar – 29 Apr 2026"), "{shown}");
    assert!(shown.contains("outside what was expected"), "{shown}");
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let past = forecasts::past(&mut tx).await.unwrap();
    let mut of: Vec<_> = past.iter().map(|it| (it.0, it.2.came > it.2.band.high)).collect();
    of.sort();
    assert_eq!(of, [(None, true), (Some(account), true)]);
    drop(tx);
    // What was not read to the end is not judged, nor is the agency then; what is disconnected counts for neither.
    let judged = async || {
        let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
        let mut of: Vec<_> = forecasts::past(&mut tx).await.unwrap().into_iter().map(|it| it.0).collect();
        of.sort();
        of
    };
    let other = new_account(&app.db, agency, "Nora Quinn").await;
    execute(
        &app,
        agency,
        &format!("update syncs set last_finished_at = '2026-04-29' where account_id = '{other}'"),
    )
    .await;
    assert_eq!(judged().await, [Some(account)]);
    execute(&app, agency, &format!("update accounts set disconnected_at = now() where id = '{other}'")).await;
    assert_eq!(judged().await, [None, Some(account)]);
    execute(&app, agency, "update syncs set last_finished_at = '2026-04-29'").await;
    assert_eq!(judged().await, []);
    execute(&app, agency, "update accounts set platform = 'statement'").await;
    assert_eq!(judged().await, [None, Some(account)], "as far as the statement reaches");
    execute(&app, agency, "delete from earning_days where day >= '2026-04-29'").await;
    assert_eq!(judged().await, []);
}

/// Of whom a forecast is kept, and which transaction wrote it.
async fn kept(app: &TestApp, agency: AgencyId) -> Vec<(Option<AccountId>, i64)> {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query_as("select account_id, (xmin::text)::bigint from forecasts order by account_id nulls first")
        .fetch_all(tx.conn())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_night_goes_on_where_it_was_cut_off_and_leaves_disconnected_accounts_out() {
    let (app, _) = TestApp::start_at(now()).await;
    app.owner("zed").await;
    let (agency, first) = earning(&app, "zed", 100).await;
    let second = new_account(&app.db, agency, "Nora Quinn").await;
    record_now(&app.db, agency, second, &daily(now(), 100, 700)).await;
    let gone = new_account(&app.db, agency, "Lena Hoffmann").await;
    record_now(&app.db, agency, gone, &daily(now(), 100, 700)).await;
    execute(&app, agency, &format!("update accounts set disconnected_at = now() where id = '{gone}'")).await;
    forecasts::make_all(&app.db, agency).await.unwrap();
    let once = kept(&app, agency).await;
    let (mut of, mut expected) =
        (once.iter().map(|row| row.0).collect::<Vec<_>>(), vec![None, Some(first), Some(second)]);
    of.sort();
    expected.sort();
    assert_eq!(of, expected);
    execute(
        &app,
        agency,
        &format!("update forecasts set made_on = made_on - 1 where account_id = '{second}'"),
    )
    .await;
    let before = kept(&app, agency).await;
    forecasts::make_all(&app.db, agency).await.unwrap();
    let again = kept(&app, agency).await;
    let of = |rows: &[(Option<AccountId>, i64)], account| {
        rows.iter().find(|row| row.0 == Some(account)).unwrap().1
    };
    assert_eq!(of(&again, first), of(&before, first), "what is of today stays");
    assert_ne!(of(&again, second), of(&before, second), "what is not is made");
}

#[tokio::test]
async fn another_agencys_account_is_not_found() {
    let (app, _) = TestApp::start_at(now()).await;
    app.owner("zed").await;
    let (_, account) = earning(&app, "zed", 10).await;
    let mut stranger = app.owner("stranger").await;
    for of in [account.to_string(), "mia".to_owned()] {
        assert_eq!(stranger.open(&format!("/analytics/forecast?account={of}")).await.status, 404);
    }
}
