//! What strangers try: figures through the proxy, downloads from another site, links that were made up, a place in an agency
//! that is gone.

use crate::app::{Browser, TestApp};
use crate::connect::ask;
use crate::consent::{begin, connect, decide};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};

async fn status(app: &TestApp, method: Method, path: &str, headers: &[(&'static str, &str)]) -> u16 {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let url = format!("{}{path}", app.url);
    let response = Client::new().request(method, url).headers(headers).send().await.unwrap();
    response.status().as_u16()
}

fn cookies(browser: &Browser) -> String {
    let pairs: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("; ")
}

#[tokio::test]
async fn figures_are_not_told_through_the_proxy() {
    let app = TestApp::start().await;
    for path in ["/metrics", "/health/external"] {
        assert_eq!(status(&app, Method::GET, path, &[]).await, 200, "{path}");
        assert_eq!(status(&app, Method::GET, path, &[("x-forwarded-for", "1.2.3.4")]).await, 404, "{path}");
    }
    assert_eq!(status(&app, Method::GET, "/health", &[("x-forwarded-for", "1.2.3.4")]).await, 200);
}

#[tokio::test]
async fn another_site_cannot_have_an_export_put_on_record() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    connect(&mut owner, "mia.larsson").await;
    let account: uuid::Uuid = ask(&app, "select id from accounts").await;
    let path = format!("/accounts/{account}/earnings.csv");
    let cookie = cookies(&owner);
    let from_elsewhere = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(status(&app, Method::GET, &path, &from_elsewhere).await, 403);
    assert_eq!(status(&app, Method::HEAD, &path, &[("cookie", &cookie)]).await, 403);
    let exports = "select count(*) from audit where event = 'earnings.exported'";
    assert_eq!(ask::<i64>(&app, exports).await, 0);
    assert_eq!(status(&app, Method::GET, &path, &[("cookie", &cookie)]).await, 200);
    assert_eq!(ask::<i64>(&app, exports).await, 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_the_senders_mistake() {
    let app = TestApp::start().await;
    let owner = app.owner("anna").await;
    let answer = owner.call("remove_member", &[("member", "nobody")]).await;
    assert!(answer.status == 422 && answer.text.contains("cannot be read"), "{answer:?}");
}

#[tokio::test]
async fn a_made_up_link_gets_no_session() {
    let app = TestApp::start().await;
    let answer = app.browser().call("connect_by_link", &[("token", "made-up")]).await;
    assert_eq!(answer.status, 404);
    assert_eq!(ask::<i64>(&app, "select count(*) from sessions").await, 0);
}

#[tokio::test]
async fn an_agency_that_was_deleted_meanwhile_gets_no_tokens() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let address = begin(&mut owner).await;
    let callback = decide(&address, "mia.larsson", "allow", &[]).await;
    let shown = owner.submit("/settings/delete", &[("name", "North Studio")]).await;
    assert!(shown.text.contains("is deleted"), "{shown:?}");
    owner.open(&callback).await;
    let tokens =
        "select count(*) from connections where access_token is not null or refresh_token is not null";
    assert_eq!(ask::<i64>(&app, tokens).await, 0);
    assert_eq!(ask::<i64>(&app, "select count(*) from accounts").await, 0);
}
