//! Goals: set, changed, copied and removed on record; how they stand is told from the sums that are kept.

use crate::app::{Browser, TestApp, audited, owner_agency, scope};
use crate::earnings::{new_account, record_now, tip};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::analytics::policy::ViewDashboard;
use creatorcrm::error::Error;
use creatorcrm::goals::policy::ManageGoals;
use creatorcrm::goals::{self, Listing, Month, Pace};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::keyset::Turn;

const NOW: &str = "2026-11-16T12:00:00Z";

/// Half of November is over.
async fn world() -> (TestApp, Browser, AgencyId, AccountId) {
    let (app, _) = TestApp::start_at(NOW.parse().unwrap()).await;
    let anna = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Hart").await;
    (app, anna, agency, account)
}

fn month(name: &str) -> Month {
    Month::parse(name).unwrap()
}

async fn list(app: &TestApp, of: &str, q: &str) -> Listing {
    goals::list(&app.db, &scope::<ViewDashboard>(app, "anna"), month(of), q, &Turn::First).await.unwrap()
}

async fn set(app: &TestApp, of: &str, account: Option<AccountId>, typed: &str) -> Result<(), Error> {
    goals::set(&app.db, &scope::<ManageGoals>(app, "anna"), month(of), account, typed).await.map(|_| ())
}

#[tokio::test]
async fn a_goal_stands_as_the_days_that_are_over_and_today_say() {
    let (app, _, agency, account) = world().await;
    let rows = [
        tip("before", "2026-10-31T23:59:59Z", 900_000, "leo"),
        tip("first", "2026-11-01T00:00:00Z", 60_000, "leo"),
        tip("back", "2026-11-02T00:00:00Z", -10_000, "leo"),
        tip("today", "2026-11-16T11:00:00Z", 5_000, "leo"),
    ];
    record_now(&app.db, agency, account, &rows).await;
    set(&app, "2026-11", Some(account), "800").await.unwrap();
    set(&app, "2026-11", None, "1,600.00").await.unwrap();
    let listing = list(&app, "2026-11", "").await;
    assert!(!listing.weighed, "two weeks of history weigh nothing");
    let of_account = listing.page.rows[0].standing.unwrap();
    // Net is four fifths of gross: 400.00 of the first 15 days, and 40.00 today.
    assert_eq!((of_account.earned.minor, of_account.pace), (44_000, Pace::Off(0)));
    assert_eq!(of_account.projected.unwrap().minor, 80_000);
    let of_agency = listing.agency.unwrap();
    assert_eq!((of_agency.earned.minor, of_agency.pace), (44_000, Pace::Off(-50)));

    let october = list(&app, "2026-10", "").await;
    assert_eq!((october.agency, october.page.rows[0].standing), (None, None));
    assert_eq!(october.page.rows[0].earned.minor, 720_000);
    set(&app, "2026-10", Some(account), "7200.01").await.unwrap();
    let missed = list(&app, "2026-10", "").await.page.rows[0].standing.unwrap();
    assert_eq!(missed.pace.words(), "Missed by $0.01");
}

#[tokio::test]
async fn weekdays_weigh_when_there_are_eight_weeks_of_them() {
    let (app, _, agency, account) = world().await;
    let first: DateTime<Utc> = "2026-09-06T10:00:00Z".parse().unwrap();
    let days = (0..56).map(|day| first + Duration::days(day));
    let rows: Vec<_> = days
        .map(|at| {
            use chrono::Datelike;
            let weekend = at.weekday().num_days_from_monday() >= 5;
            tip(&at.to_rfc3339(), &at.to_rfc3339(), if weekend { 10_000 } else { 4_000 }, "leo")
        })
        .collect();
    record_now(&app.db, agency, account, &rows).await;
    set(&app, "2026-11", None, "1000").await.unwrap();
    let listing = list(&app, "2026-11", "").await;
    assert!(listing.weighed);
    assert_eq!(listing.agency.unwrap().pace, Pace::Off(-100));
}

#[tokio::test]
async fn a_goal_is_set_changed_and_removed_on_record() {
    let (app, mut anna, agency, account) = world().await;
    let page = format!("/analytics/goals/set?month=2026-11&account={account}");
    let shown = anna.submit_form(&page, "set_goal", &[("amount", "12,00")]).await;
    assert!(
        shown.text.contains("Type an amount such as") && shown.text.contains("value=\"12,00\""),
        "{}",
        shown.text
    );
    for amount in ["12,000", "12,000", "15000.50"] {
        let shown = anna.submit_form(&page, "set_goal", &[("amount", amount)]).await;
        assert!(
            shown.path == "/analytics/goals?month=2026-11" && shown.text.contains("The goal of Mia Hart"),
            "{shown:?}"
        );
    }
    let shown = anna.submit_form(&page, "remove_goal", &[]).await;
    assert!(shown.text.contains("The goal is removed."), "{}", shown.text);
    let kept: Vec<_> =
        audited(&app, agency).await.into_iter().filter(|it| it.0.starts_with("goals.")).collect();
    let events: Vec<_> = kept.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(events, ["goals.set", "goals.set", "goals.removed"], "the same again is no change");
    assert_eq!(kept[1].1["amount"], serde_json::json!({"from": "$12,000.00", "to": "$15,000.50"}));
}

#[tokio::test]
async fn last_months_goals_are_copied_once_and_what_is_set_stays() {
    let (app, mut anna, agency, account) = world().await;
    let other = new_account(&app.db, agency, "Nora Quinn").await;
    let gone = new_account(&app.db, agency, "Zoe Gone").await;
    for (account, amount) in [(None, "100"), (Some(account), "50"), (Some(other), "40"), (Some(gone), "30")] {
        set(&app, "2026-10", account, amount).await.unwrap();
    }
    let mut tx = app.db.begin(&creatorcrm::auth::SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query("update accounts set disconnected_at = now() where id = $1")
        .bind(gone)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    set(&app, "2026-11", Some(other), "99").await.unwrap();
    let shown = anna.submit_form("/analytics/goals?month=2026-11", "copy_goals", &[]).await;
    assert!(shown.text.contains("2 goals are copied to November 2026."), "{}", shown.text);
    let listing = list(&app, "2026-11", "").await;
    let goal = |id| listing.page.rows.iter().find(|it| it.id == id).unwrap().standing.unwrap().goal.minor;
    assert_eq!((listing.agency.unwrap().goal.minor, goal(account), goal(other)), (10_000, 5_000, 9_900));
    assert_eq!((listing.goals, listing.to_copy), (2, 0));
    let scope = scope::<ManageGoals>(&app, "anna");
    assert_eq!(goals::copy(&app.db, &scope, month("2026-11")).await.unwrap(), 0);
    let copied = audited(&app, agency).await.into_iter().filter(|it| it.0 == "goals.copied").count();
    assert_eq!(copied, 1);
}

#[tokio::test]
async fn two_who_set_one_goal_at_once_leave_one() {
    let (app, _, _, account) = world().await;
    let typed = ["100", "200", "300", "400"];
    let done = futures::future::join_all(typed.map(|typed| set(&app, "2026-11", Some(account), typed))).await;
    assert!(done.iter().all(Result::is_ok));
    let listing = list(&app, "2026-11", "").await;
    assert_eq!((listing.goals, listing.page.rows.len()), (1, 1));
}

#[tokio::test]
async fn another_agencys_account_has_no_goal_here() {
    let (app, mut anna, _, _) = world().await;
    let mut bert = app.owner("bert").await;
    let theirs = new_account(&app.db, owner_agency(&app, "bert").await, "Kim").await;
    anna.open("/creators").await;
    assert!(matches!(set(&app, "2026-11", Some(theirs), "100").await, Err(Error::NotFound)));
    assert_eq!(anna.open(&format!("/analytics/goals/set?account={theirs}")).await.status, 404);
    assert_eq!(bert.open(&format!("/analytics/goals/set?account={theirs}")).await.status, 200);
}

#[tokio::test]
async fn a_hundred_accounts_are_paged_and_found_those_with_goals_first() {
    let (app, mut anna, agency, _) = world().await;
    for number in 0..60 {
        new_account(&app.db, agency, &format!("Account {number:02}")).await;
    }
    let last = list(&app, "2026-11", "account 59").await.page.rows[0].id;
    set(&app, "2026-11", Some(last), "100").await.unwrap();
    let mut seen = Vec::new();
    let (mut turn, reader) = (Turn::First, scope::<ViewDashboard>(&app, "anna"));
    loop {
        let page = goals::list(&app.db, &reader, month("2026-11"), "", &turn).await.unwrap().page;
        seen.extend(page.rows.iter().map(|it| it.name.clone()));
        let Some(after) = page.after else { break };
        turn = Turn::parse(Some(&after), None);
    }
    assert_eq!(
        (seen.len(), seen[0].as_str(), seen[1].as_str(), seen[60].as_str()),
        (61, "Account 59", "Account 00", "Mia Hart")
    );
    let page = anna.open("/analytics/goals?month=2026-11&q=59").await;
    assert!(page.text.contains("Account 59") && !page.text.contains("Account 58"), "{}", page.text);
    assert!(anna.open("/analytics/goals?q=nobody").await.text.contains("No account is called that"));
}

#[tokio::test]
async fn the_dashboard_and_the_account_say_how_their_goals_stand() {
    let (app, mut anna, agency, account) = world().await;
    record_now(&app.db, agency, account, &[tip("one", "2026-11-02T00:00:00Z", 50_000, "leo")]).await;
    let overview = format!("/accounts/{account}");
    assert!(!anna.open("/dashboard").await.text.contains("Goal of"));
    set(&app, "2026-11", None, "800").await.unwrap();
    set(&app, "2026-11", Some(account), "1600").await.unwrap();
    let page = anna.open("/dashboard").await;
    assert!(
        page.text.contains("Goal of ") && page.text.contains("$800.00") && page.text.contains("On pace"),
        "{}",
        page.text
    );
    let page = anna.open(&overview).await;
    assert!(page.text.contains("$1,600.00") && page.text.contains("50 % behind pace"), "{}", page.text);
}
