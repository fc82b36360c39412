//! Limits on requests: by person, by network, by how many streams are open; and what is refused goes on record.

use crate::app::{Browser, Setup, TestApp, eventually};
use crate::identity::{PASSWORD, database, recorded, signed_in};
use futures::future::join_all;
use reqwest::{Method, Response};

/// The app with the limits that people meet.
async fn limited() -> TestApp {
    let arguments = vec!["--rate-limit-factor".to_owned(), "1".to_owned()];
    TestApp::set_up(Setup { arguments, ..Setup::default() }).await
}

/// The answers to `count` requests at once, so that they come faster than what is used up grows again.
async fn flood(app: &TestApp, browser: &Browser, method: Method, path: &str, count: usize) -> Vec<Response> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = || {
        let request =
            client.request(method.clone(), format!("{}{path}", app.url)).header("accept", "text/html");
        let request = request.header("cookie", cookies.join("; "));
        browser.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    };
    join_all((0..count).map(|_| async { request().send().await.unwrap() })).await
}

/// Those that were refused for their number.
fn refused(answers: Vec<Response>) -> Vec<Response> {
    answers.into_iter().filter(|answer| answer.status() == 429).collect()
}

async fn metrics(app: &TestApp) -> String {
    app.browser().open("/metrics").await.text
}

#[tokio::test]
async fn a_person_who_asks_too_often_waits_and_nobody_else() {
    let app = limited().await;
    let (mut anna, mut bert) = (app.owner("anna").await, app.owner("bert").await);
    let refused = refused(flood(&app, &anna, Method::GET, "/search?q=mia", 200).await).pop().unwrap();
    assert!(refused.headers().contains_key("retry-after"));
    let page = refused.text().await.unwrap();
    assert!(page.contains("That was a lot in a short time.") && page.contains("</nav>"), "{page}");
    assert_eq!(anna.open("/dashboard").await.status, 200, "other classes go on");
    assert_eq!(bert.open("/search?q=mia").await.status, 200, "others go on, in the same network too");
    // However many were refused, it is on record once.
    eventually("it is on record", async || recorded(&app, "anna").await.len() > 1).await;
    assert_eq!(recorded(&app, "anna").await, ["agencies.created", "identity.refused"]);
    assert_eq!(recorded(&app, "bert").await, ["agencies.created"]);
    assert!(metrics(&app).await.contains("refusals_total{reason=\"rate\",class=\"searches\"}"));
}

/// An owner with thirty tabs, each of which fetches itself again a few times.
#[tokio::test]
async fn thirty_tabs_are_not_too_many() {
    let app = limited().await;
    let anna = app.owner("anna").await;
    assert!(refused(flood(&app, &anna, Method::GET, "/accounts", 100).await).is_empty());
}

#[tokio::test]
async fn strangers_share_what_their_network_may_do_at_the_door() {
    let app = limited().await;
    let mut here = app.browser();
    here.headers.insert("x-forwarded-for", "192.0.2.7".to_owned());
    let path = crate::app::function_path("set_theme");
    assert!(!refused(flood(&app, &here, Method::POST, &path, 250).await).is_empty());
    here.headers.insert("x-forwarded-for", "192.0.2.8".to_owned());
    assert!(refused(flood(&app, &here, Method::POST, &path, 50).await).is_empty());
}

#[tokio::test]
async fn a_network_that_floods_is_refused_before_anything_is_done_for_it() {
    let app = limited().await;
    let mut there = app.browser();
    there.headers.insert("x-forwarded-for", "2001:db8::1".to_owned());
    let mut refused = refused(flood(&app, &there, Method::GET, "/health", 600).await);
    let page = refused.pop().unwrap().text().await.unwrap();
    assert!(page.contains("<h1>Please wait</h1>"), "{page}");
    assert_eq!(app.browser().open("/health").await.status, 200);
    assert!(metrics(&app).await.contains("refusals_total{reason=\"rate\",class=\"probes\"}"));
}

#[tokio::test]
async fn streams_are_limited_by_how_many_are_open() {
    let app = limited().await;
    let anna = app.owner("anna").await;
    let open = async || flood(&app, &anna, Method::GET, "/live", 1).await.pop().unwrap();
    let mut all = flood(&app, &anna, Method::GET, "/live", 60).await;
    assert!(all.iter().all(|stream| stream.status() == 200));
    assert_eq!(open().await.status(), 429);
    let mut other = app.owner("bert").await;
    assert_eq!(other.request(Method::GET, "/live", None, "").await.status(), 200);
    // The one that is closed makes room.
    all.pop();
    eventually("there is room again", async || open().await.status() == 200).await;
}

#[tokio::test]
async fn what_a_role_does_not_allow_is_on_record_once() {
    let app = limited().await;
    app.owner("anna").await;
    let mut db = database(&app).await;
    sqlx::query("update members set role = 'chatter'").execute(&mut db).await.unwrap();
    let mut chatter = signed_in(&app, "anna", PASSWORD).await;
    for _ in 0..3 {
        assert_eq!(chatter.open("/settings/delete").await.status, 403);
        assert_eq!(chatter.call("add_creator", &[("name", "Mia")]).await.status, 403);
    }
    let page = chatter.submit_form("/settings/devices", "sign_out", &[]).await;
    assert!(page.path.starts_with("/sign-in"), "{page:?}");
    let refused = async || {
        let kept: Vec<(String,)> =
            sqlx::query_as("select detail->>'of' from audit where event = 'identity.refused' order by 1")
                .fetch_all(&mut database(&app).await)
                .await
                .unwrap();
        kept.into_iter().map(|(of,)| of).collect::<Vec<_>>()
    };
    eventually("both are on record", async || refused().await.len() >= 2).await;
    assert_eq!(refused().await, ["changes", "pages"]);
    assert!(metrics(&app).await.contains("refusals_total{reason=\"role\",class=\"changes\"} 3"));
}

#[tokio::test]
async fn a_post_from_another_site_is_counted() {
    let app = limited().await;
    let mut stranger = app.browser();
    stranger.headers.insert("sec-fetch-site", "cross-site".to_owned());
    let path = crate::app::function_path("set_theme");
    assert_eq!(stranger.status(Method::POST, &path, &[]).await, 403);
    assert!(metrics(&app).await.contains("refusals_total{reason=\"cross_site\",class=\"changes\"} 1"));
}

/// A load test switches all of it off.
#[tokio::test]
async fn nothing_is_limited_with_a_factor_of_nought() {
    let arguments = vec!["--rate-limit-factor".to_owned(), "0".to_owned()];
    let app = TestApp::set_up(Setup { arguments, ..Setup::default() }).await;
    assert!(refused(flood(&app, &app.browser(), Method::GET, "/health", 600).await).is_empty());
}
