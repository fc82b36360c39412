//! Links sent by mail: confirming an address, choosing a new password. Each works once.

use crate::app::{Browser, TestApp, attribute, eventually};
use crate::identity::{PASSWORD, database, is_in, recorded, signed_in};
use chrono::{DateTime, Duration, Utc};
use futures::future::join_all;
use sqlx::Row;

const NEW_PASSWORD: &str = "a whole new password";

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// The paths of mailed links to `/{kind}/…`, newest mail first.
async fn links(app: &TestApp, kind: &str) -> Vec<String> {
    let mail = app.browser().open("/dev/mail").await.text;
    let hrefs = mail.split("<a ").skip(1).filter_map(|tag| attribute(tag, "href"));
    let paths = hrefs.filter_map(|href| href.strip_prefix(&app.url).map(str::to_owned));
    paths.filter(|path| path.starts_with(&format!("/{kind}/"))).collect()
}

/// Asks for a link to choose a new password, and waits for the mail.
pub async fn reset_link(app: &TestApp, email: &str) -> String {
    let before = links(app, "reset-password").await;
    app.browser().submit("/forgotten-password", &[("email", email)]).await;
    let mut new = None;
    eventually("the mail is there", async || {
        new = links(app, "reset-password").await.into_iter().find(|link| !before.contains(link));
        new.is_some()
    })
    .await;
    new.unwrap()
}

async fn asks_to_confirm(browser: &mut Browser) -> bool {
    browser.open("/dashboard").await.text.contains("Confirm your address")
}

#[tokio::test]
async fn a_new_owner_confirms_the_address() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    assert!(asks_to_confirm(&mut browser).await);
    let link = links(&app, "verify-email").await.pop().unwrap();
    // A mail scanner opens the page, as often as it likes.
    for _ in 0..2 {
        let page = app.browser().open(&link).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Is anna@example.com your address?"), "{}", page.text);
    }
    assert!(asks_to_confirm(&mut browser).await);
    // The button may be pressed in another browser, where nobody is signed in; and twice.
    let mut other = app.browser();
    let path = crate::app::function_path("verify_email");
    let token = link.rsplit('/').next().unwrap();
    for _ in 0..2 {
        let response = other.request(reqwest::Method::POST, &path, Some(&[("token", token)]), &link).await;
        assert_eq!(response.headers()["location"], "/");
    }
    assert!(other.open("/").await.text.contains("Thank you, your address is confirmed."));
    assert!(!asks_to_confirm(&mut browser).await);
    let used = browser.open(&link).await;
    assert_eq!(used.status, 410);
    assert!(used.text.contains("Your address is confirmed. There is nothing left to do."), "{}", used.text);
    assert_eq!(recorded(&app, "anna").await, ["agencies.created", "identity.address_confirmed"]);
}

#[tokio::test]
async fn a_confirmation_comes_too_late_and_is_sent_again() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut browser = app.owner("anna").await;
    let old = links(&app, "verify-email").await.pop().unwrap();
    clock.advance(Duration::hours(24));
    let late = app.browser().open(&old).await;
    assert_eq!(late.status, 410);
    assert!(late.text.contains("This link no longer works"), "{}", late.text);
    let answer = app.browser().call("verify_email", &[("token", old.rsplit('/').next().unwrap())]).await;
    assert_eq!(answer.status, 409);
    assert!(asks_to_confirm(&mut browser).await);
    let page = browser.submit_form("/settings/devices", "Send again", &[]).await;
    assert_eq!(page.path, "/settings/devices");
    assert!(page.text.contains("A new link is on its way to anna@example.com"), "{}", page.text);
    let new = links(&app, "verify-email").await.into_iter().find(|link| *link != old).unwrap();
    app.browser().submit(&new, &[]).await;
    assert!(!asks_to_confirm(&mut browser).await);
    assert_eq!(browser.call("send_confirmation", &[]).await.status, 200);
    assert_eq!(links(&app, "verify-email").await.len(), 2, "there was nothing left to confirm");
}

#[tokio::test]
async fn sending_again_has_its_limit() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    for _ in 0..4 {
        browser.submit_form("/dashboard", "Send again", &[]).await;
    }
    let page = browser.submit_form("/dashboard", "Send again", &[]).await;
    assert!(page.text.contains("Too many tries. Please come back in 60 minutes."), "{}", page.text);
    assert_eq!(links(&app, "verify-email").await.len(), 5);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_every_device_signed_out() {
    let app = TestApp::start().await;
    let (mut first, mut second) = (app.owner("anna").await, signed_in(&app, "anna", PASSWORD).await);
    let link = reset_link(&app, "anna@example.com").await;
    assert!(is_in(&mut first).await, "asking changes nothing");
    let mut browser = app.browser();
    let short = browser.submit(&link, &[("password", "short")]).await;
    assert_eq!(short.path, link);
    assert!(short.text.contains("Use at least 10 characters"), "{}", short.text);
    let done = browser.submit(&link, &[("password", NEW_PASSWORD)]).await;
    assert_eq!(done.path, "/sign-in");
    assert!(done.text.contains("every device is signed out"), "{}", done.text);
    for browser in [&mut first, &mut second] {
        eventually("the session is over", async || !is_in(browser).await).await;
    }
    let old = [("email", "anna@example.com"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("sign_in", &old).await.status, 422);
    // Whoever has the link gets the mail.
    let mut anna = signed_in(&app, "anna", NEW_PASSWORD).await;
    assert!(!asks_to_confirm(&mut anna).await);
    let mail = app.browser().open("/dev/mail").await.text;
    assert!(mail.contains("Your password was changed"), "{mail}");
    assert!(recorded(&app, "anna").await.contains(&"identity.password_reset".to_owned()));
}

#[tokio::test]
async fn a_reset_link_works_once() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let (link, unused) =
        (reset_link(&app, "anna@example.com").await, reset_link(&app, "anna@example.com").await);
    let token = link.rsplit('/').next().unwrap();
    // Pressed several times at once, with different passwords: one of them counts.
    let passwords: Vec<_> = (0..4).map(|number| format!("new password {number}")).collect();
    let presses = passwords.iter().map(|password| {
        let browser = app.browser();
        async move { browser.call("reset_password", &[("token", token), ("password", password)]).await.status }
    });
    let answers = join_all(presses).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 3, "{answers:?}");
    let winner = answers.iter().position(|status| *status == 200).unwrap();
    signed_in(&app, "anna", &passwords[winner]).await;
    // The other link ended with it.
    for link in [&link, &unused] {
        let page = app.browser().open(link).await;
        assert_eq!(page.status, 410);
        assert!(page.text.contains("This link was used"), "{}", page.text);
        assert!(
            page.text.contains(r#"href="/sign-in""#) && page.text.contains(r#"href="/forgotten-password""#)
        );
    }
}

/// Who presses twice in a browser sees that it worked, and where to go.
#[tokio::test]
async fn pressing_twice_tells_that_the_new_password_is_set() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let link = reset_link(&app, "anna@example.com").await;
    let (mut first, mut second) = (app.browser(), app.browser());
    assert_eq!(second.open(&link).await.status, 200);
    first.submit(&link, &[("password", NEW_PASSWORD)]).await;
    let path = crate::app::function_path("reset_password");
    let typed = [("token", link.rsplit('/').next().unwrap()), ("password", NEW_PASSWORD)];
    let response = second.request(reqwest::Method::POST, &path, Some(&typed), &link).await;
    let back = response.headers()["location"].to_str().unwrap().to_owned();
    let page = second.open(&back).await;
    assert!(page.text.contains("your new password is set: sign in with it"), "{}", page.text);
}

#[tokio::test]
async fn a_reset_link_works_for_an_hour() {
    let (app, clock) = TestApp::start_at(noon()).await;
    app.owner("anna").await;
    let link = reset_link(&app, "anna@example.com").await;
    clock.advance(Duration::minutes(59));
    assert_eq!(app.browser().open(&link).await.status, 200);
    clock.advance(Duration::minutes(1));
    let page = app.browser().open(&link).await;
    assert_eq!(page.status, 410);
    assert!(page.text.contains("Your password is as it was."), "{}", page.text);
    let typed = [("token", link.rsplit('/').next().unwrap()), ("password", NEW_PASSWORD)];
    assert_eq!(app.browser().call("reset_password", &typed).await.status, 409);
    signed_in(&app, "anna", PASSWORD).await;
}

/// A link of one purpose does not serve another, and a made-up one serves none.
#[tokio::test]
async fn a_link_serves_its_own_purpose() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let verify = links(&app, "verify-email").await.pop().unwrap();
    let token = verify.rsplit('/').next().unwrap();
    for token in [token, "made-up"] {
        let typed = [("token", token), ("password", NEW_PASSWORD)];
        assert_eq!(app.browser().call("reset_password", &typed).await.status, 409);
        assert_eq!(app.browser().open(&format!("/reset-password/{token}")).await.status, 410);
    }
    assert_eq!(app.browser().open("/verify-email/made-up").await.status, 410);
}

#[tokio::test]
async fn the_database_keeps_no_token() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let link = reset_link(&app, "anna@example.com").await;
    let token = link.rsplit('/').next().unwrap();
    let mut db = database(&app).await;
    let kept = sqlx::query("select count(*) from user_links where token_hash = sha256($1::bytea)")
        .bind(token.as_bytes())
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(kept.get::<i64, _>(0), 1, "the hash is");
    for table in ["user_links", "mails", "audit", "sessions", "tries", "graphile_worker._private_jobs"] {
        let found = format!("select count(*) from {table} t where t::text like '%' || $1 || '%'");
        let found = sqlx::query(sqlx::AssertSqlSafe(found)).bind(token).fetch_one(&mut db).await.unwrap();
        assert_eq!(found.get::<i64, _>(0), 0, "{table}");
    }
}
