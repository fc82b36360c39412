//! Tiers on a real database: rated by whole months, kept, and shown on the creators' pages.

use crate::app::{TestApp, eventually, owner_agency};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use creatorcrm::auth::SystemScope;
use creatorcrm::ids::{AgencyId, CreatorId};
use creatorcrm::platform::Earning;
use creatorcrm::tiers::{self, Tier};

fn now() -> DateTime<Utc> {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

/// A creator with one account that earned so much (net) on each of `days`.
async fn creator(app: &TestApp, agency: AgencyId, name: &str, days: &[(&str, i64, &str)]) -> CreatorId {
    let account = new_account(&app.db, agency, name).await;
    let rows: Vec<_> = days
        .iter()
        .map(|(day, net, currency)| {
            let row = tip(&format!("{day}{currency}"), &format!("{day}T10:00:00Z"), net * 5 / 4, "Ann");
            Earning { currency: (*currency).to_owned(), ..row }
        })
        .collect();
    record_now(&app.db, agency, account, &rows).await;
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let id: CreatorId = tx.new_id();
    sqlx::query(
        "with creator as (insert into creators (agency_id, id, name, created_at) values ($1, $2, $3, $4))
         update accounts set creator_id = $2 where agency_id = $1 and id = $5",
    )
    .bind(agency)
    .bind(id)
    .bind(name)
    .bind(now())
    .bind(account)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn rated(app: &TestApp, agency: AgencyId, id: CreatorId) -> Vec<(NaiveDate, Tier, String)> {
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let months = tiers::of_creator(&mut tx, id).await.unwrap();
    months.into_iter().map(|it| (it.month, it.tier, it.net.to_string())).collect()
}

fn month(text: &str) -> NaiveDate {
    format!("{text}-01").parse().unwrap()
}

#[tokio::test]
async fn whole_months_are_rated_and_the_past_is_kept() {
    let (app, clock) = TestApp::start_at(now()).await;
    app.owner("zed").await;
    let agency = owner_agency(&app, "zed").await;
    let usd = "USD";
    let days = [
        ("2025-12-20", 50_000, usd),
        ("2026-01-15", 120_000, usd),
        ("2026-02-10", 458_800, usd),
        ("2026-03-05", 9_000_000, usd),
    ];
    let mia = creator(&app, agency, "Mia", &days).await;
    let nora = creator(&app, agency, "Nora", &[("2026-02-20", 700_000, usd)]).await;
    let lena = creator(
        &app,
        agency,
        "Lena",
        &[("2025-11-01", 90_000, usd), ("2026-02-02", 90_000, usd), ("2026-02-03", 600_000, "EUR")],
    )
    .await;
    tiers::rate_all(&app.db, agency).await.unwrap();
    assert_eq!(
        rated(&app, agency, mia).await,
        [
            (month("2026-02"), Tier::Rising, "$4,588.00".to_owned()),
            (month("2026-01"), Tier::Rising, "$1,200.00".to_owned()),
            (month("2025-12"), Tier::Newcomer, "$500.00".to_owned()),
        ]
    );
    assert_eq!(rated(&app, agency, nora).await, [(month("2026-02"), Tier::Newcomer, "$7,000.00".to_owned())]);
    assert_eq!(
        rated(&app, agency, lena).await[0],
        (month("2026-02"), Tier::Established, "€6,000.00".to_owned())
    );

    // What came late counts, in whichever month.
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let late = "update earning_days set net = net + 100000 where day in ('2026-02-10', '2026-01-15')";
    sqlx::query(late).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    tiers::rate_all(&app.db, agency).await.unwrap();
    let again = rated(&app, agency, mia).await;
    assert_eq!(
        (again[0].1, again[0].2.as_str(), again[1].2.as_str()),
        (Tier::Established, "$5,588.00", "$2,200.00")
    );

    // While her past is being read she stays what she was.
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let reading = "update syncs set backfill_done_at = null where account_id in (select id from accounts where name = 'Mia')";
    sqlx::query(reading).execute(tx.conn()).await.unwrap();
    let more = "update earning_days set net = net + 100000 where day = '2026-01-15'";
    sqlx::query(more).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    tiers::rate_all(&app.db, agency).await.unwrap();
    assert_eq!(rated(&app, agency, mia).await[1].2, "$2,200.00");
    let mut tx = app.db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query("update syncs set backfill_done_at = last_finished_at").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();

    clock.advance(Duration::days(30));
    tiers::rate_all(&app.db, agency).await.unwrap();
    assert_eq!(rated(&app, agency, mia).await[0], (month("2026-03"), Tier::Star, "$90,000.00".to_owned()));
}

#[tokio::test]
async fn a_creators_page_has_her_rated_and_shows_what_is_missing_to_the_next_tier() {
    let (app, _) = TestApp::start_at(now()).await;
    let mut owner = app.owner("zed").await;
    let agency = owner_agency(&app, "zed").await;
    let mia =
        creator(&app, agency, "Mia", &[("2025-12-20", 50_000, "USD"), ("2026-02-10", 458_800, "USD")]).await;
    let page = format!("/creators/{mia}");
    assert!(owner.open(&page).await.text.contains("Rated by whole months"));
    eventually("she is rated", async || {
        owner.look(&page).await.1.contains("By February: $412.00 to Established")
    })
    .await;
    let shown = owner.open(&page).await.text;
    assert!(shown.contains("Her tiers by month") && shown.contains("January 2026"), "{shown}");
    assert!(owner.open("/creators").await.text.contains("<td>Rising</td>"));
}
