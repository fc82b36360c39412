//! How long sessions last: as the agency's owner says, by a clock that moves only when told to.

use crate::app::{Browser, TestApp};
use crate::identity::{PASSWORD, database, is_in, recorded, signed_in};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::clock::StoppedClock;

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// Anna's agency lets sessions go on for so long.
async fn with_limits(idle_minutes: &str, days: &str) -> (TestApp, StoppedClock, Browser) {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let typed = [("idle_minutes", idle_minutes), ("days", days)];
    let page = owner.submit("/settings/security", &typed).await;
    assert!(page.text.contains("The settings are saved."), "{page:?}");
    (app, clock, owner)
}

async fn sessions(app: &TestApp) -> i64 {
    sqlx::query_scalar("select count(*) from sessions").fetch_one(&mut database(app).await).await.unwrap()
}

#[tokio::test]
async fn a_session_that_nobody_used_ends_and_the_person_is_told() {
    let (app, clock, mut owner) = with_limits("15", "90").await;
    for _ in 0..3 {
        clock.advance(Duration::minutes(14));
        assert!(is_in(&mut owner).await);
    }
    clock.advance(Duration::minutes(15));
    let page = owner.open("/accounts?period=week").await;
    assert!(page.path.starts_with("/sign-in?next="), "{page:?}");
    assert!(
        page.text.contains("You were away for more than 15 minutes, so you were signed out."),
        "{page:?}"
    );
    assert_eq!(sessions(&app).await, 0);
    assert!(owner.cookies.keys().all(|name| name != "session"), "{:?}", owner.cookies);
    let kept = recorded(&app, "anna").await;
    assert_eq!(kept[1..], ["agencies.session_limits_changed", "identity.session_ended"]);
    // It is said once.
    assert!(!owner.open("/sign-in").await.text.contains("You were away"));
}

/// A person who works all the time is seen often enough for the shortest limit.
#[tokio::test]
async fn who_works_on_stays_signed_in() {
    let (_app, clock, mut owner) = with_limits("15", "90").await;
    for _ in 0..20 {
        clock.advance(Duration::seconds(20));
        assert!(is_in(&mut owner).await);
    }
    clock.advance(Duration::seconds(14 * 60 + 20));
    assert!(is_in(&mut owner).await);
}

#[tokio::test]
async fn a_page_that_is_only_open_is_no_visit() {
    let (_app, clock, mut owner) = with_limits("15", "90").await;
    owner.headers.insert("sec-fetch-dest", "empty".to_owned());
    clock.advance(Duration::minutes(10));
    assert!(is_in(&mut owner).await, "it is shown");
    owner.headers.clear();
    clock.advance(Duration::minutes(10));
    assert!(!is_in(&mut owner).await, "but nobody came for twenty minutes");
}

#[tokio::test]
async fn a_session_ends_after_its_days_however_much_it_is_used() {
    let (app, clock, mut owner) = with_limits("1440", "7").await;
    for _ in 0..7 {
        assert!(is_in(&mut owner).await);
        clock.advance(Duration::hours(23));
    }
    clock.advance(Duration::hours(7));
    let page = owner.open("/dashboard").await;
    assert!(page.text.contains("You signed in more than 7 days ago. Please sign in again."), "{page:?}");
    let mut again = signed_in(&app, "anna", PASSWORD).await;
    assert!(is_in(&mut again).await);
}

#[tokio::test]
async fn a_clock_that_goes_back_lengthens_nothing() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    clock.advance(-Duration::seconds(60));
    assert!(is_in(&mut owner).await, "clocks differ a little");
    clock.advance(-Duration::hours(3));
    assert!(!is_in(&mut owner).await);
    assert_eq!(recorded(&app, "anna").await.last().unwrap(), "identity.session_ended");
}

/// Many requests at once put it on record once.
#[tokio::test]
async fn a_stricter_setting_holds_at_once() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    clock.advance(Duration::days(2));
    assert!(is_in(&mut owner).await);
    let mut tabs = signed_in(&app, "anna", PASSWORD).await;
    let page = tabs.submit("/settings/security", &[("idle_minutes", "15"), ("days", "1")]).await;
    assert!(page.text.contains("The settings are saved."), "{page:?}");
    let page = owner.open("/dashboard").await;
    assert!(page.text.contains("You signed in more than 1 day ago."), "{page:?}");

    clock.advance(Duration::hours(1));
    let opened = futures::future::join_all((0..8).map(|_| {
        let mut tab = app.browser();
        tab.cookies = tabs.cookies.clone();
        async move { is_in(&mut tab).await }
    }));
    assert_eq!(opened.await, [false; 8]);
    let kept = recorded(&app, "anna").await;
    assert_eq!(kept.iter().filter(|event| *event == "identity.session_ended").count(), 2, "{kept:?}");
}

#[tokio::test]
async fn going_over_to_a_stricter_agency_asks_to_sign_in_again() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    anna.submit("/settings/agencies", &[("name", "Strict Studio")]).await;
    anna.submit("/settings/security", &[("idle_minutes", "15"), ("days", "1")]).await;
    let switch = |to: &'static str| format!("Switch to {to}");
    anna.submit_form("/settings/agencies", &switch("North Studio"), &[]).await;
    clock.advance(Duration::days(2));
    assert!(is_in(&mut anna).await);
    let page = anna.submit_form("/settings/agencies", &switch("Strict Studio"), &[]).await;
    assert!(page.path.starts_with("/sign-in"), "{page:?}");
    assert!(page.text.contains("You signed in more than 1 day ago."), "{page:?}");
}

#[tokio::test]
async fn only_what_is_offered_can_be_set() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    for (minutes, days) in [("14", "90"), ("15", "0"), ("43201", "90"), ("15", "181"), ("-1", "-1")] {
        let page = owner.submit("/settings/security", &[("idle_minutes", minutes), ("days", days)]).await;
        assert!(page.text.contains("Choose one of these"), "{minutes} {days}");
    }
    assert_eq!(recorded(&app, "anna").await, ["agencies.created"]);
}
