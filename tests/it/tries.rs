//! Limits on guessing, counted in the database and shared by all processes.

use crate::app::{Answer, Setup, TestApp};
use crate::identity::{PASSWORD, database};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::clock::StoppedClock;
use futures::future::join_all;
use std::sync::Arc;

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// Tries a password from `ip`, as a proxy tells it.
async fn attempt(app: &TestApp, email: &str, password: &str, ip: &str) -> Answer {
    let mut browser = app.browser();
    browser.headers.insert("x-forwarded-for", ip.to_owned());
    browser.call("sign_in", &[("email", email), ("password", password)]).await
}

async fn wrong(app: &TestApp, email: &str, ip: &str) -> u16 {
    attempt(app, email, "not the password", ip).await.status
}

#[tokio::test]
async fn after_five_failures_an_email_waits_a_quarter_of_an_hour() {
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    // From different networks: the email alone is what counts.
    for network in 1..=5 {
        assert_eq!(wrong(&app, "Anna@example.com ", &format!("192.0.2.{network}")).await, 422);
        clock.advance(Duration::minutes(1));
    }
    let refused = attempt(&app, "anna@example.com", PASSWORD, "192.0.2.9").await;
    assert_eq!(refused.status, 429, "the right password too: {refused:?}");
    // The first failure is five minutes old.
    assert_eq!(refused.retry_after, Some(10 * 60 + 1));
    assert!(refused.text.contains("come back in 11 minutes"), "{}", refused.text);
    let page =
        app.browser().submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert!(page.text.contains("Too many tries. Please come back in 11 minutes."), "{}", page.text);
    clock.advance(Duration::seconds(601));
    assert_eq!(attempt(&app, "anna@example.com", PASSWORD, "192.0.2.9").await.status, 200);
}

#[tokio::test]
async fn a_success_clears_what_was_counted_for_the_email() {
    let (app, _clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(wrong(&app, "anna@example.com", "192.0.2.1").await, 422);
        }
        assert_eq!(attempt(&app, "anna@example.com", PASSWORD, "192.0.2.1").await.status, 200);
    }
}

#[tokio::test]
async fn after_twenty_failures_a_network_waits() {
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    for number in 0..20 {
        // One customer of a provider has many IPv6 addresses.
        let ip = format!("2001:db8:1:2::{number:x}");
        assert_eq!(wrong(&app, &format!("guess{number}@example.com"), &ip).await, 422);
    }
    let refused = attempt(&app, "anna@example.com", PASSWORD, "2001:db8:1:2:ffff::1").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.retry_after, Some(15 * 60 + 1));
    assert_eq!(attempt(&app, "anna@example.com", PASSWORD, "2001:db8:1:3::1").await.status, 200);
    clock.advance(Duration::minutes(15));
    assert_eq!(attempt(&app, "anna@example.com", PASSWORD, "2001:db8:1:2:ffff::1").await.status, 200);
}

/// Two processes, one database, all at once: five learn that the password was wrong.
#[tokio::test]
async fn tries_at_the_same_moment_share_the_limit() {
    let clock = StoppedClock::at(noon());
    let app = TestApp::set_up(Setup { clock: Arc::new(clock.clone()), ..Setup::default() }).await;
    let beside =
        Setup { clock: Arc::new(clock), database_url: Some(app.database_url.clone()), ..Setup::default() };
    let second = TestApp::set_up(beside).await;
    app.owner("anna").await;
    let tries = (0..16).map(|number| {
        let app = if number % 2 == 0 { &app } else { &second };
        wrong(app, "anna@example.com", "192.0.2.1")
    });
    let mut answers = join_all(tries).await;
    answers.sort_unstable();
    assert_eq!(answers, [vec![422; 5], vec![429; 11]].concat());
    assert_eq!(wrong(&second, "anna@example.com", "192.0.2.2").await, 429);
    assert_eq!(attempt(&second, "anna@example.com", PASSWORD, "192.0.2.2").await.status, 429);
}

/// A guess with the right password among the wrong ones is no way around the limit.
#[tokio::test]
async fn guesses_at_the_same_moment_from_one_network_share_the_limit() {
    let (app, _clock) = TestApp::start_at(noon()).await;
    let emails: Vec<_> = (0..30).map(|number| format!("guess{number}@example.com")).collect();
    let mut answers = join_all(emails.iter().map(|email| wrong(&app, email, "192.0.2.1"))).await;
    answers.sort_unstable();
    assert_eq!(answers, [vec![422; 20], vec![429; 10]].concat());
}

#[tokio::test]
async fn mail_to_an_address_is_asked_for_five_times_an_hour() {
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    let ask = async |email: &str| app.browser().call("ask_for_new_password", &[("email", email)]).await;
    // Signing up sent one.
    for (email, left) in [("anna@example.com", 4), ("nobody@example.com", 5)] {
        for _ in 0..left {
            assert_eq!(ask(email).await.status, 200);
        }
        let refused = ask(email).await;
        assert_eq!((refused.status, refused.retry_after), (429, Some(3601)));
    }
    clock.advance(Duration::hours(1));
    assert_eq!(ask("anna@example.com").await.status, 200);
}

#[tokio::test]
async fn what_is_over_is_swept() {
    use creatorcrm::identity::SweepIdentity;
    use creatorcrm::jobs::Job;
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    wrong(&app, "anna@example.com", "192.0.2.1").await;
    let sweep = async || serde_json::from_str::<SweepIdentity>("{}").unwrap().run(&app.app).await.unwrap();
    sweep().await;
    assert_eq!(rows(&app).await, (1, 1, 2));
    clock.advance(Duration::hours(2));
    sweep().await;
    assert_eq!(rows(&app).await, (1, 1, 0));
    clock.advance(Duration::days(30));
    sweep().await;
    assert_eq!(rows(&app).await, (0, 0, 0));
}

/// Sessions, links, tries.
async fn rows(app: &TestApp) -> (i64, i64, i64) {
    let counts = "select (select count(*) from sessions), (select count(*) from user_links), (select count(*) from tries)";
    sqlx::query_as(counts).fetch_one(&mut database(app).await).await.unwrap()
}
