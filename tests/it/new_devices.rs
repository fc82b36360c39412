//! Mail about signing in from a browser that is new for the person.

use crate::app::{Browser, TestApp};
use crate::identity::{PASSWORD, database, recorded};
use chrono::{DateTime, Duration, Utc};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// Signs Anna in with Firefox at `ip`, in a new browser unless it is given.
async fn sign_in(app: &TestApp, browser: Option<Browser>, ip: &str) -> Browser {
    let mut browser = browser.unwrap_or_else(|| app.browser());
    browser.cookies.remove("session");
    browser.headers.insert("user-agent", FIREFOX.to_owned());
    browser.headers.insert("x-forwarded-for", ip.to_owned());
    browser.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    browser
}

/// How many mails about new browsers there were.
async fn told(app: &TestApp) -> usize {
    let mail = app.browser().open("/dev/mail").await.text;
    mail.matches(">New sign-in</h2>").count()
}

#[tokio::test]
async fn a_sign_in_in_a_new_browser_is_told_by_mail() {
    let (app, _clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    assert_eq!(told(&app).await, 0, "who signs up knows");
    let firefox = sign_in(&app, None, "192.0.2.7").await;
    assert_eq!(told(&app).await, 1);
    let mail = app.browser().open("/dev/mail").await.text;
    for part in ["12 Nov 2026, 12:00 UTC", "Firefox on Linux", "192.0.2.7", "/settings/devices"] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    assert!(recorded(&app, "anna").await.contains(&"identity.new_device".to_owned()));
    // The same browser elsewhere, and the same kind of browser at the same place without its cookie, are known.
    sign_in(&app, Some(firefox), "198.51.100.1").await;
    sign_in(&app, None, "198.51.100.1").await;
    assert_eq!(told(&app).await, 1);
    let hashes: i64 = sqlx::query_scalar("select count(*) from known_devices where length(token_hash) = 32")
        .fetch_one(&mut database(&app).await)
        .await
        .unwrap();
    assert_eq!(hashes, 3);
}

#[tokio::test]
async fn a_few_an_hour_are_mailed_and_all_are_on_record() {
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    for number in 1..=7 {
        sign_in(&app, None, &format!("192.0.2.{number}")).await;
    }
    assert_eq!(told(&app).await, 4);
    let new = recorded(&app, "anna").await.into_iter().filter(|event| event == "identity.new_device");
    assert_eq!(new.count(), 7);
    clock.advance(Duration::minutes(61));
    sign_in(&app, None, "192.0.2.99").await;
    assert_eq!(told(&app).await, 5);
}

#[tokio::test]
async fn a_browser_is_forgotten_after_half_a_year() {
    use creatorcrm::identity::SweepIdentity;
    use creatorcrm::jobs::Job;
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    let firefox = sign_in(&app, None, "192.0.2.7").await;
    clock.advance(Duration::days(181));
    serde_json::from_str::<SweepIdentity>("{}").unwrap().run(&app.app).await.unwrap();
    sign_in(&app, Some(firefox), "192.0.2.7").await;
    assert_eq!(told(&app).await, 2);
}
