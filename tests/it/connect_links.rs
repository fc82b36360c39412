//! Links by which creators connect themselves.

use crate::app::{Browser, Setup, TestApp};
use crate::connect::{ask, audited};
use crate::consent::{choice, clear_faults, decide, fault};
use chrono::{Duration, Utc};
use creatorcrm::clock::StoppedClock;
use creatorcrm_sandbox::Config;
use serde_json::json;
use std::sync::Arc;

/// Makes a link for `note`; its path.
async fn make(owner: &mut Browser, note: &str) -> String {
    let made =
        owner.submit_form("/connections/new", "make_connect_link", &[("note", note), ("days", "3")]).await;
    let start = made.text.find("/connect/").unwrap_or_else(|| panic!("no link on {made:?}"));
    made.text[start..].chars().take_while(|c| !matches!(c, '<' | '"' | '&')).collect()
}

/// From the link to the consent page, which answers for `identity`.
async fn consent(creator: &mut Browser, link: &str, identity: &str) -> String {
    let page = creator.submit(link, &[]).await;
    assert!(page.path.contains("/oauth2/auth?"), "{page:?}");
    decide(&page.path, identity, "allow", &[]).await
}

#[tokio::test]
async fn a_creator_connects_herself_once_and_is_told_who_asks_for_what() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let link = make(&mut owner, "Mia from Stockholm").await;
    let again = owner.open("/connections").await;
    assert!(!again.text.contains(&link), "the link is shown once");
    assert!(again.text.contains("Mia from Stockholm"), "{}", again.text);

    let mut mia = app.browser();
    let page = mia.open(&link).await;
    for words in
        ["North Studio asks to see your Fanvue account", "To show what the account earns", "How to end it"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("Mia from Stockholm"), "the note is the agency's own");
    let callback = consent(&mut mia, &link, "mia.larsson").await;
    let done = mia.open(&callback).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.path.starts_with("/connect/done/") && done.text.contains("Thank you"), "{done:?}");
    assert!(done.text.contains("the figures of Mia Larsson"), "{done:?}");
    assert_eq!(app.browser().open(&done.path).await.status, 404, "it is hers alone");

    let used = app.browser().open(&link).await;
    assert_eq!(used.status, 410);
    assert!(!used.text.contains("North Studio") && !used.text.contains("Mia"), "{}", used.text);
    assert_eq!(ask::<String>(&app, "select name from accounts").await, "Mia Larsson");
    for event in ["links.made", "links.used", "connections.connected"] {
        assert_eq!(audited(&app, event).await, 1, "{event}");
    }
    let who: String =
        ask(&app, "select actor || ' ' || host(ip) from audit where event = 'links.used'").await;
    assert_eq!(who, "creator link 127.0.0.1");
}

#[tokio::test]
async fn links_that_were_taken_back_or_are_too_old_say_so_and_nothing_else() {
    let clock = StoppedClock::at(Utc::now());
    let setup =
        Setup { clock: Arc::new(clock.clone()), sandbox: Some(Config::for_tests()), ..Setup::default() };
    let app = TestApp::set_up(setup).await;
    let mut owner = app.owner("anna").await;
    let link = make(&mut owner, "Mia").await;
    let revoked = owner.submit_form("/connections", "revoke_connect_link", &[]).await;
    assert!(revoked.text.contains("The link for Mia no longer works."), "{revoked:?}");
    let old = make(&mut owner, "Nora").await;
    clock.advance(Duration::days(3));
    for (link, words) in [(&link, "taken back"), (&old, "too old")] {
        let page = app.browser().open(link).await;
        assert_eq!(page.status, 410);
        assert!(page.text.contains(words) && !page.text.contains("North Studio"), "{page:?}");
    }
    assert_eq!(app.browser().open("/connect/made-up").await.status, 404);
}

#[tokio::test]
async fn a_link_taken_back_on_the_way_leaves_no_grant() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let link = make(&mut owner, "Mia").await;
    let mut mia = app.browser();
    let callback = consent(&mut mia, &link, "mia.larsson").await;
    owner.submit_form("/connections", "revoke_connect_link", &[]).await;
    assert_eq!(mia.open(&callback).await.status, 410);
    assert_eq!(ask::<i64>(&app, "select count(*) from connections").await, 0);
}

#[tokio::test]
async fn a_creator_who_says_no_or_too_little_may_open_the_link_again() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let link = make(&mut owner, "Mia").await;
    let mut mia = app.browser();
    let page = mia.submit(&link, &[]).await;
    let denied = mia.open(&decide(&page.path, "mia.larsson", "deny", &[]).await).await;
    assert_eq!(denied.status, 200);
    assert!(
        denied.text.contains("open the link again") && !denied.text.contains("/connections"),
        "{denied:?}"
    );
    let page = mia.submit(&link, &[]).await;
    let less = decide(&page.path, "mia.larsson", "allow", &[("scope", "offline_access read:self")]).await;
    assert_eq!(mia.open(&less).await.status, 403);
    let callback = consent(&mut mia, &link, "mia.larsson").await;
    assert_eq!(mia.open(&callback).await.status, 200);
    assert_eq!(ask::<i64>(&app, "select count(*) from accounts").await, 1);
}

#[tokio::test]
async fn an_agency_behind_a_link_chooses_in_its_own_browser_after_the_platform_recovered() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let link = make(&mut owner, "Northlight").await;
    let mut creator = app.browser();
    let callback = consent(&mut creator, &link, "agency").await;
    fault(&app, json!({"kind": "5xx", "path": "/users/me"})).await;
    let shown = creator.open(&callback).await;
    assert_eq!(shown.status, 502);
    clear_faults(&app).await;
    let id: uuid::Uuid = ask(&app, "select id from connections").await;
    let page = format!("/connect/choose/{id}");
    assert_eq!(app.browser().open(&page).await.status, 404);
    let shown = creator.submit_form(&page, "finish_by_link", &[]).await;
    assert_eq!(shown.path, page);
    let picked = choice(&shown, "Theo Marsh");
    let mut eve = app.browser();
    let (accounts, connection) =
        (("accounts[]".to_owned(), picked.clone()), ("connection".to_owned(), id.to_string()));
    let action = crate::app::attribute(shown.text.split("<form").nth(1).unwrap(), "action").unwrap();
    assert_eq!(eve.status(reqwest::Method::POST, &action, &[accounts, connection]).await, 404);
    let done = creator.submit_form(&page, "choose_by_link", &[("accounts[]", &picked)]).await;
    assert!(done.path.starts_with("/connect/done/"), "{done:?}");
    assert_eq!(ask::<i64>(&app, "select count(*) from accounts where via_agency").await, 1);
}
