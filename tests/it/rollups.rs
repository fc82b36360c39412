//! The rollup check finds what was tampered with, and nothing else.

use crate::app::{Browser, TestApp, database, owner_agency};
use crate::earnings::{new_account, new_agency, record_now, tip};
use crate::platform_world::until;
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::earnings::check_rollups;
use creatorcrm::earnings::checks::run as run_check;
use std::sync::Arc;

#[tokio::test]
async fn a_figure_that_was_tampered_with_is_named() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    record_now(&db, agency, account, &[tip("t1", "2026-02-27T10:00:00Z", 1000, "leo")]).await;
    assert_eq!(check_rollups(&db).await.unwrap(), []);

    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(
        "update earning_days set net = net + 1; delete from fan_days; update fans set last_paid_at = null",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let found = check_rollups(&db).await.unwrap();
    let named: Vec<_> = found.iter().map(|it| (it.rollup.as_str(), it.key.as_str())).collect();
    assert_eq!(
        named,
        [
            ("account_sums", "day 2026-02-27 USD"),
            ("account_sums", "month 2026-02-01 USD"),
            ("account_sums", "third 2026-02-21 USD"),
            ("earning_days", "2026-02-27 USD tip"),
            ("fan_days", "2026-02-27 USD leo"),
            ("fans", "leo"),
        ]
    );
    assert_eq!((found[0].agency, found[0].account), (agency, Some(account)));
    assert_eq!(found[3].kept, "1000 gross, 801 net, 1 payments, 0 refunds 0 fans");
    assert_eq!(found[4].kept, "0 gross, 0 net, 0 payments, 0 refunds 0 fans");
}

#[tokio::test]
async fn a_sum_over_all_accounts_that_was_tampered_with_is_named() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    record_now(&db, agency, account, &[tip("t1", "2026-02-27T10:20:00Z", 1000, "leo")]).await;
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(
        "update agency_days set refunds = -5; update agency_hours set hour = hour + interval '1 hour';
         insert into agency_subscriber_days select agency_id, day, 3, 1 from agency_days",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let found = check_rollups(&db).await.unwrap();
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    let prefix = format!("agency {agency}, ");
    assert_eq!(
        told,
        [
            "agency_days of 2026-02-27 USD tip: kept 1000 gross, 800 net, 1 payments, -5 refunds; recounted 1000 gross, 800 net, 1 payments, 0 refunds",
            "agency_hours of 2026-02-27 10:00:00 USD: kept 0 gross, 0 net, 0 payments, 0 refunds; recounted 1000 gross, 800 net, 1 payments, 0 refunds",
            "agency_hours of 2026-02-27 11:00:00 USD: kept 1000 gross, 800 net, 1 payments, 0 refunds; recounted 0 gross, 0 net, 0 payments, 0 refunds",
            "agency_subscriber_days of 2026-02-27: kept 3 joined, 1 lost; recounted 0 joined, 0 lost",
        ]
        .map(|line| format!("{prefix}{line}"))
    );
}

/// Everything is checked by its own page too: in the background, with what differs.
#[tokio::test]
async fn an_owner_has_the_figures_checked_and_sees_what_differs() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    record_now(&app.db, agency, account, &[tip("t1", "2026-02-27T10:20:00Z", 1000, "leo")]).await;
    assert!(owner.open("/earnings/checks").await.text.contains("Not checked yet"));
    let told = async |owner: &mut Browser, words: &str| {
        owner.submit_form("/earnings/checks", "check_figures", &[]).await;
        let page =
            async || Some(owner.open("/earnings/checks").await.text).filter(|text| text.contains(words));
        until(words, page).await
    };
    told(&mut owner, "Every figure equals its transactions").await;

    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql("update agency_days set net = net + 1").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    let page = told(&mut owner, "One figure differs from its transactions").await;
    assert!(page.contains("agency days") && page.contains("1000 gross, 801 net"), "{page}");
    assert!(page.contains("Checks so far") && page.contains("No difference"), "{page}");
    let metrics = app.browser().open("/metrics").await.text;
    assert!(metrics.contains("rollup_differences_total"), "{metrics}");
    assert!(owner.open("/alerts").await.text.contains("kept sums differ from a recount"));
    // Looking changed nothing: it differs until somebody mends it. Then the alert ends.
    assert_eq!(check_rollups(&app.db).await.unwrap().len(), 1);
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql("update agency_days set net = net - 1").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    told(&mut owner, "Every figure equals its transactions").await;
    assert!(!owner.open("/alerts").await.text.contains("kept sums differ from a recount"));
}

#[tokio::test]
async fn a_check_that_was_cut_off_is_taken_up_and_ends() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    new_account(&db, agency, "Mia Hart").await;
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query("insert into rollup_checks (agency_id, id, started_at, of_accounts) values ($1, gen_random_uuid(), now(), 9)")
        .bind(agency)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    run_check(&db, agency).await.unwrap();
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let kept: Vec<(i64, i64, bool)> =
        sqlx::query_as("select accounts, of_accounts, finished_at is not null from rollup_checks")
            .fetch_all(tx.conn())
            .await
            .unwrap();
    assert_eq!(kept, [(1, 1, true)]);
}
