//! People with several agencies.

use crate::app::TestApp;
use crate::identity::{database, recorded};
use sqlx::Row;

async fn agency_of(app: &TestApp, agency_name: &str) -> String {
    let row = sqlx::query("select agency_id::text from agencies where name = $1").bind(agency_name);
    row.fetch_one(&mut database(app).await).await.unwrap().get(0)
}

#[tokio::test]
async fn an_owner_starts_another_agency_and_switches_between_them() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    let page = browser.open("/settings/agencies").await.text;
    assert!(page.contains("You are here") && page.contains("Owner"), "{page}");
    let first_id = browser.cookies["session"].clone();
    let page = browser.submit("/settings/agencies", &[("name", "  Lumen Agency ")]).await;
    assert!(page.path.starts_with("/dashboard"), "{}", page.path);
    assert!(page.text.contains("Lumen Agency is ready. You are its owner."), "{}", page.text);
    let second_id = browser.cookies["session"].clone();
    assert_ne!(first_id, second_id, "what the session may has changed");
    let here = browser.open("/settings/agencies").await.text;
    assert!(here.contains("Switch to North Studio") && !here.contains("Switch to Lumen Agency"), "{here}");
    browser.submit_form("/settings/agencies", "Switch to North Studio", &[]).await;
    assert_ne!(browser.cookies["session"], second_id);
    let here = browser.open("/settings/agencies").await.text;
    assert!(here.contains("Switch to Lumen Agency") && !here.contains("Switch to North Studio"), "{here}");
    let mut stolen = app.browser();
    stolen.cookies.insert("session".to_owned(), second_id);
    assert!(stolen.open("/dashboard").await.path.starts_with("/sign-in"));
    let expected = ["agencies.created", "agencies.created", "identity.switched_here"];
    let mut events = recorded(&app, "anna").await;
    events.sort();
    assert_eq!(events, expected);
}

#[tokio::test]
async fn an_agency_that_is_not_ones_own_is_not_found() {
    let app = TestApp::start().await;
    let anna = app.owner("anna").await;
    let mut bert = app.owner("bert").await;
    bert.submit("/settings/agencies", &[("name", "Lumen Agency")]).await;
    let lumen = agency_of(&app, "Lumen Agency").await;
    assert_eq!(anna.call("switch_agency", &[("agency", &lumen)]).await.status, 404);
    bert.submit_form("/settings/agencies", "Switch to North Studio", &[]).await;
    let removed = "update members set removed_at = now() where agency_id = $1::uuid";
    sqlx::query(removed).bind(&lumen).execute(&mut database(&app).await).await.unwrap();
    assert_eq!(bert.call("switch_agency", &[("agency", &lumen)]).await.status, 404);
}

#[tokio::test]
async fn a_new_agency_needs_a_name() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    let page = browser.submit("/settings/agencies", &[("name", "  ")]).await;
    assert!(
        page.text.contains("Type the agency&#x27;s name") || page.text.contains("Type the agency's name"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_person_owns_twenty_agencies_at_most() {
    let app = TestApp::start().await;
    let mut anna = app.owner("anna").await;
    for number in 2..=20 {
        let name = format!("Studio {number}");
        assert!(anna.submit("/settings/agencies", &[("name", &name)]).await.path.starts_with("/dashboard"));
    }
    let page = anna.submit("/settings/agencies", &[("name", "Studio 21")]).await;
    assert!(page.text.contains("You own 20 agencies, which is as many as one person can"), "{page:?}");
}
