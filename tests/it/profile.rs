//! A person's own name and address.

use crate::app::{Browser, TestApp, attribute, function_path};
use crate::identity::{PASSWORD, is_in, recorded, signed_in};
use chrono::{DateTime, Duration, Utc};
use reqwest::Method;

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

async fn mail(app: &TestApp) -> String {
    app.browser().open("/dev/mail").await.text
}

/// The newest mailed link to `/{kind}/…`.
async fn link(app: &TestApp, kind: &str) -> String {
    let mail = mail(app).await;
    let hrefs = mail.split("<a ").skip(1).filter_map(|tag| attribute(tag, "href"));
    let mut paths = hrefs.filter_map(|href| href.strip_prefix(&app.url).map(str::to_owned));
    paths.find(|path| path.starts_with(&format!("/{kind}/"))).expect("a link was mailed")
}

async fn ask(browser: &mut Browser, email: &str) -> String {
    browser.submit_form("/settings/profile", "change_email", &[("email", email)]).await.text
}

#[tokio::test]
async fn a_name_is_changed_and_shown_everywhere() {
    let app = TestApp::start().await;
    let mut anna = app.owner("anna").await;
    let page = anna.submit_form("/settings/profile", "change_name", &[("name", " ")]).await;
    assert!(page.text.contains("Type your name"), "{page:?}");
    let page = anna.submit_form("/settings/profile", "change_name", &[("name", "Anna Kovács")]).await;
    assert!(page.text.contains("Your name is saved."), "{page:?}");
    assert!(anna.open("/dashboard").await.text.contains("Anna Kovács"));
}

#[tokio::test]
async fn an_address_changes_when_its_link_is_opened() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    let mut elsewhere = signed_in(&app, "anna", PASSWORD).await;
    assert!(ask(&mut anna, "anna@example.com").await.contains("This is your address already"));
    let told = ask(&mut anna, "New@Example.com").await;
    assert!(told.contains("A link is on its way to new@example.com."), "{told}");
    assert!(anna.open("/settings/profile").await.text.contains("It is anna@example.com now."));
    // A mail scanner opens it, and nothing happens.
    let to = link(&app, "change-email").await;
    assert!(app.browser().open(&to).await.text.contains("you sign in with new@example.com"));
    assert!(is_in(&mut elsewhere).await);

    clock.advance(Duration::hours(1));
    let page = anna.submit(&to, &[]).await;
    assert!(page.text.contains("Your address is new@example.com now."), "{page:?}");
    assert!(
        is_in(&mut anna).await && !is_in(&mut elsewhere).await,
        "this device stays, others are signed out"
    );
    assert!(mail(&app).await.contains("uses new@example.com from now on"));
    assert_eq!(anna.open(&to).await.status, 410, "a link works once");
    let mut again = app.browser();
    again.submit("/sign-in", &[("email", "new@example.com"), ("password", PASSWORD)]).await;
    assert!(is_in(&mut again).await);
    let mut old = app.browser();
    old.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert!(!is_in(&mut old).await);
}

#[tokio::test]
async fn somebody_elses_address_gets_the_same_answer_and_stays_theirs() {
    let app = TestApp::start().await;
    let (mut anna, _bert) = (app.owner("anna").await, app.owner("bert").await);
    let told = ask(&mut anna, "bert@example.com").await;
    assert!(told.contains("A link is on its way to bert@example.com."), "{told}");
    assert!(mail(&app).await.contains("This address has an account already"));
    // The address was free when it was asked for, and somebody else's when the link was opened.
    ask(&mut anna, "carla@example.com").await;
    let to = link(&app, "change-email").await;
    app.owner("carla").await;
    let page = anna.submit(&to, &[]).await;
    assert!(page.text.contains("This link no longer works"), "{page:?}");
    assert!(anna.open("/settings/profile").await.text.contains("It is anna@example.com now."));
    assert!(is_in(&mut signed_in(&app, "carla", PASSWORD).await).await);
}

/// Whoever took an account over and changed its address loses it to the person who has the old one.
#[tokio::test]
async fn the_old_address_takes_the_account_back() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut thief = app.owner("anna").await;
    ask(&mut thief, "thief@example.com").await;
    thief.submit(&link(&app, "change-email").await, &[]).await;
    let back = link(&app, "undo-email").await;
    // The newest mail is found by its time.
    clock.advance(Duration::minutes(1));
    ask(&mut thief, "thief2@example.com").await;
    thief.submit(&link(&app, "change-email").await, &[]).await;
    let thiefs = link(&app, "undo-email").await;

    // Nobody takes the old address while she can still go back to it.
    let taken = [("agency", "A"), ("name", "B"), ("email", "anna@example.com"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("sign_up", &taken).await.status, 422);
    clock.advance(Duration::hours(71));
    let mut anna = app.browser();
    let page = anna.submit(&back, &[]).await;
    assert!(page.path.starts_with("/forgotten-password"), "{page:?}");
    assert!(page.text.contains("Your address is anna@example.com again"), "{page:?}");
    assert!(!is_in(&mut thief).await);
    assert_eq!(thief.open(&thiefs).await.status, 410, "nor can they go back to theirs");
    let password = [("email", "anna@example.com"), ("password", PASSWORD)];
    assert_eq!(thief.call("sign_in", &password).await.status, 422, "nor sign in by what they know");
    let kept = recorded(&app, "anna").await;
    let changes: Vec<_> = kept.iter().filter(|event| event.contains("address_")).collect();
    let (asked, changed) = ("identity.address_asked", "identity.address_changed");
    assert_eq!(changes, [asked, changed, asked, changed, "identity.address_restored"]);
}

#[tokio::test]
async fn links_to_an_address_come_too_late() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    ask(&mut anna, "new@example.com").await;
    let to = link(&app, "change-email").await;
    clock.advance(Duration::hours(24));
    assert_eq!(anna.open(&to).await.status, 410);
    let token = to.rsplit('/').next().unwrap();
    anna.request(Method::POST, &function_path("confirm_new_email"), Some(&[("token", token)]), &to).await;
    assert!(anna.open("/settings/profile").await.text.contains("It is anna@example.com now."));
}

/// A session that somebody found open cannot take the account away.
#[tokio::test]
async fn changing_the_address_takes_a_fresh_proof() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    clock.advance(Duration::minutes(11));
    let page = anna.submit_form("/settings/profile", "change_email", &[("email", "new@example.com")]).await;
    assert!(page.path.starts_with("/confirm"), "{page:?}");
    assert!(!mail(&app).await.contains("new@example.com"));
}
