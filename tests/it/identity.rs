//! Signing up, in and out, through the real router.

use crate::app::{Browser, TestApp, eventually};
use creatorcrm::audit;
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::ids::AgencyId;
use reqwest::Method;
use sqlx::{Connection, PgConnection, Row};
use std::sync::Arc;

pub const PASSWORD: &str = "correct horse battery";

/// Signs in as `name@example.com` in a new browser.
pub async fn signed_in(app: &TestApp, name: &str, password: &str) -> Browser {
    let mut browser = app.browser();
    let email = format!("{name}@example.com");
    let page = browser.submit("/sign-in", &[("email", &email), ("password", password)]).await;
    assert!(page.path.starts_with("/dashboard"), "{}: {}", page.path, page.text);
    browser
}

/// Whether this browser is signed in.
pub async fn is_in(browser: &mut Browser) -> bool {
    browser.request(Method::GET, "/settings/devices", None, "").await.status() == 200
}

pub async fn database(app: &TestApp) -> PgConnection {
    PgConnection::connect(&app.database_url).await.unwrap()
}

/// What is on record in the agency of `name`, oldest first.
pub async fn recorded(app: &TestApp, name: &str) -> Vec<String> {
    let rows = sqlx::query(
        "select a.event from audit a join members m on m.agency_id = a.agency_id join users u on u.id = m.user_id
         where u.name = $1 order by a.seq",
    )
    .bind(name)
    .fetch_all(&mut database(app).await)
    .await
    .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn an_owner_signs_up_out_and_in_again() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    browser.submit_form("/sign-up", "Sign out", &[]).await;
    assert!(!is_in(&mut browser).await);
    let page = browser.submit("/sign-in", &[("email", " Anna@Example.com"), ("password", PASSWORD)]).await;
    assert!(page.path.starts_with("/dashboard") && page.status == 200, "{page:?}");
}

#[tokio::test]
async fn a_bad_form_keeps_what_was_typed_except_the_password() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let typed =
        [("agency", "North \"& Co\""), ("name", "Anna"), ("email", "nonsense"), ("password", PASSWORD)];
    let page = browser.submit("/sign-up", &typed).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Type the whole address"), "{}", page.text);
    assert!(page.text.contains("North &quot;&amp; Co&quot;"), "{}", page.text);
    assert!(!page.text.contains("correct horse"), "{}", page.text);
}

#[tokio::test]
async fn signing_in_goes_on_to_pages_of_ours_only() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let cases = [
        ("/settings/devices?a=b", "/settings/devices?a=b"),
        ("", "/dashboard"),
        ("//evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("/\t/evil.example", "/dashboard"),
        ("\t//evil.example", "/dashboard"),
        ("/.//evil.example", "/dashboard"),
        ("https://evil.example/", "/dashboard"),
        ("javascript:alert(1)", "/dashboard"),
    ];
    for (next, expected) in cases {
        let mut browser = app.browser();
        let typed = [("email", "anna@example.com"), ("password", PASSWORD), ("next", next)];
        let path = crate::app::function_path("sign_in");
        let response = browser.request(Method::POST, &path, Some(&typed), "/sign-in").await;
        let location = response.headers()["location"].to_str().unwrap();
        assert_eq!(location, expected, "{next:?}");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_comes_back_after_signing_in() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let mut browser = app.browser();
    let asked = browser.open("/settings/devices?from=mail").await;
    assert_eq!(asked.path, "/sign-in?next=%2Fsettings%2Fdevices%3Ffrom%3Dmail");
    let page = browser.submit(&asked.path, &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(page.path, "/settings/devices?from=mail");
}

/// A referer of ours that a browser would read as another site's address leads nowhere.
#[tokio::test]
async fn a_form_goes_back_to_pages_of_ours_only() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    let path = crate::app::function_path("set_theme");
    let response = browser.request(Method::POST, &path, Some(&[("theme", "dark")]), "//evil.example/").await;
    assert_eq!(response.headers()["location"], "/");
}

/// Whoever planted a session's id in a browser before must not be signed in with it afterwards.
#[tokio::test]
async fn signing_in_gives_the_session_a_new_id() {
    const PLANTED: &str = "AAAAAAAAAAAAAAAAAAAAAA";
    let app = TestApp::start().await;
    app.owner("anna").await;
    sqlx::query(
        r#"insert into sessions (id_hash, data, created_at, last_seen_at, expires_at)
           values (sha256(decode(repeat('00', 16), 'hex')), '{"visits": true}', now(), now(), now() + interval '1 day')"#,
    )
    .execute(&mut database(&app).await)
    .await
    .unwrap();
    let planted = || {
        let mut browser = app.browser();
        browser.cookies.insert("session".to_owned(), PLANTED.to_owned());
        browser
    };
    let (mut anna, mut other) = (planted(), planted());
    anna.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert!(is_in(&mut anna).await);
    assert_ne!(anna.cookies["session"], PLANTED);
    assert!(!is_in(&mut other).await);
}

#[tokio::test]
async fn over_https_the_cookie_is_for_this_host_alone() {
    let arguments = ["--public-url", "https://crm.example"].map(str::to_owned);
    let app = TestApp::with(Arc::new(SystemClock), &arguments).await;
    let mut browser = app.browser();
    let typed =
        [("agency", "North"), ("name", "anna"), ("email", "anna@example.com"), ("password", PASSWORD)];
    let path = crate::app::function_path("sign_up");
    let response = browser.request(Method::POST, &path, Some(&typed), "/sign-up").await;
    let cookie = set_cookies(&response, "__Host-session").pop().unwrap();
    for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/", "; Max-Age=2592000"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(is_in(&mut browser).await);
    let path = crate::app::function_path("sign_out");
    let response = browser.request(Method::POST, &path, Some(&[]), "/dashboard").await;
    // A browser ignores one that is not `Secure`.
    let removals = set_cookies(&response, "__Host-session");
    assert!(removals.iter().any(|it| it.contains("Max-Age=0") && it.contains("Secure")), "{removals:?}");
    assert_eq!(response.headers()["strict-transport-security"], "max-age=63072000; includeSubDomains");
}

fn set_cookies(response: &reqwest::Response, name: &str) -> Vec<String> {
    let all = response.headers().get_all("set-cookie").iter().map(|it| it.to_str().unwrap().to_owned());
    all.filter(|it| it.starts_with(&format!("{name}="))).collect()
}

#[tokio::test]
async fn what_concerns_an_agency_is_on_its_record() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    browser.submit_form("/dashboard", "Sign out", &[]).await;
    let wrong = [("email", "anna@example.com"), ("password", "not the password")];
    assert_eq!(browser.call("sign_in", &wrong).await.status, 422);
    eventually("the failure is recorded", async || recorded(&app, "anna").await.len() == 3).await;
    signed_in(&app, "anna", PASSWORD).await;
    let expected =
        ["agencies.created", "identity.signed_out", "identity.sign_in_failed", "identity.signed_in"];
    assert_eq!(recorded(&app, "anna").await, expected);
    let row =
        sqlx::query("select agency_id, host(ip), actor from audit where event = 'identity.sign_in_failed'")
            .fetch_one(&mut database(&app).await)
            .await
            .unwrap();
    assert_eq!((row.get::<&str, _>(1), row.get::<&str, _>(2)), ("127.0.0.1", "visitor"));
    let scope = SystemScope::for_agency(AgencyId(row.get(0)), "test");
    assert_eq!(audit::verify(&app.db, &scope).await.unwrap().map(|whole| whole.changes), Ok(4));
}

#[tokio::test]
async fn who_belongs_to_no_agency_any_more_is_told_so_and_starts_one() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    sqlx::query("update members set removed_at = now()").execute(&mut database(&app).await).await.unwrap();
    let right = [("email", "anna@example.com"), ("password", PASSWORD)];
    let answer = app.browser().call("sign_in", &right).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text.contains("You belong to no agency any more"), "{}", answer.text);
    let mut anna = app.browser();
    let page = anna.submit("/sign-in", &right).await;
    assert!(page.text.contains("href=\"/start-again\""), "{page:?}");

    let wrong = [("email", "anna@example.com"), ("password", "not the password"), ("agency", "South Studio")];
    let page = anna.submit("/start-again", &wrong).await;
    assert!(page.text.contains("Email and password do not fit together"), "{page:?}");
    let typed = [right[0], right[1], ("agency", "South Studio")];
    let page = anna.submit("/start-again", &typed).await;
    assert!(page.path.starts_with("/dashboard") && page.text.contains("South Studio"), "{page:?}");
    // Once is enough: after that, one signs in.
    let answer = app.browser().call("start_again", &typed).await;
    assert_eq!(answer.status, 409);
}
