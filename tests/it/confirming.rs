//! What a borrowed session must not do asks again who one is.

use crate::app::{TestApp, audited, function_path, owner_agency};
use crate::identity::PASSWORD;
use chrono::{DateTime, Duration, Utc};
use reqwest::Method;

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn who_signed_in_a_while_ago_confirms_who_they_are_and_comes_back() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    clock.advance(Duration::minutes(9));
    assert_eq!(anna.open("/settings/delete").await.path, "/settings/delete");
    clock.advance(Duration::minutes(2));
    let asked = anna.open("/settings/delete").await;
    assert_eq!(asked.path, "/confirm?next=%2Fsettings%2Fdelete");
    let wrong = anna.submit(&asked.path, &[("password", "not the password")]).await;
    assert!(wrong.text.contains("This is not your password"), "{}", wrong.text);
    assert_eq!(wrong.path, asked.path);
    let page = anna.submit(&asked.path, &[("password", PASSWORD)]).await;
    assert_eq!((page.path.as_str(), page.status), ("/settings/delete", 200));
    let agency = owner_agency(&app, "anna").await;
    crate::app::eventually("both are on record", async || {
        let events = audited(&app, agency).await;
        let has = |name: &str| events.iter().any(|(event, _)| event == name);
        has("identity.confirmed") && has("identity.password_refused")
    })
    .await;
}

#[tokio::test]
async fn a_form_that_came_too_late_is_sent_again_with_what_had_been_typed() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    anna.open("/settings/delete").await;
    clock.advance(Duration::minutes(11));
    let path = function_path("delete_agency");
    let refused = anna.call("delete_agency", &[("name", "North Studio")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Confirm first that it is you"), "{}", refused.text);
    let typed = [("name", "North Studi")];
    let answer = anna.request(Method::POST, &path, Some(&typed), "/settings/delete").await;
    let asked = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(asked, "/confirm?next=%2Fsettings%2Fdelete");
    let wrong = anna.submit(&asked, &[("password", "not the password")]).await;
    assert!(wrong.text.contains("This is not your password"), "{}", wrong.text);
    // What had been typed outlives the wrong password, which the same browser corrects.
    let kept = wrong.text.split("name=\"kept\"").nth(1).unwrap();
    let kept = kept.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(!kept.is_empty() && !kept.contains("North"), "{kept}");
    let typed = [("password", PASSWORD), ("next", "/settings/delete"), ("kept", &kept)];
    let answer = anna.request(Method::POST, &function_path("confirm"), Some(&typed), &asked).await;
    assert_eq!(answer.headers()["location"], "/settings/delete");
    let page = anna.open("/settings/delete").await;
    assert!(
        page.text.contains("value=\"North Studi\"") && page.text.contains("send it again"),
        "{}",
        page.text
    );
}

/// A clock that went back makes no old proof a new one: nobody knows any more how old the session itself is.
#[tokio::test]
async fn a_clock_that_jumped_proves_nothing() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    clock.advance(Duration::hours(-2));
    assert!(anna.open("/settings/delete").await.path.starts_with("/sign-in"));
}

#[tokio::test]
async fn confirming_is_limited_like_signing_in_and_leads_to_pages_of_ours() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let anna = app.owner("anna").await;
    clock.advance(Duration::minutes(11));
    for _ in 0..5 {
        assert_eq!(anna.call("confirm", &[("password", "not the password")]).await.status, 422);
    }
    assert_eq!(anna.call("confirm", &[("password", PASSWORD)]).await.status, 429);
    let mut bert = app.owner("bert").await;
    let evil = [("password", PASSWORD), ("next", "//evil.example")];
    let answer = bert.request(Method::POST, &function_path("confirm"), Some(&evil), "/confirm").await;
    assert_eq!(answer.headers()["location"], "/dashboard");
}
