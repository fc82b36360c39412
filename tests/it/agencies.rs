//! An agency's settings and its end.

use crate::accounts::connect;
use crate::app::{TestApp, audited, owner_agency};
use crate::earnings::new_account;
use creatorcrm::audit;
use creatorcrm::auth::SystemScope;

#[tokio::test]
async fn settings_are_checked_kept_and_on_record_with_what_they_were() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let form = "change_agency";
    let bad = [("name", " "), ("time_zone", "Atlantis"), ("currency", "dollars")];
    let page = owner.submit_form("/settings", form, &bad).await;
    for sentence in ["Type your agency&#x27;s name", "Choose a time zone", "Choose a currency"] {
        assert!(
            page.text.contains(sentence) || page.text.contains(&sentence.replace("&#x27;", "'")),
            "{}",
            page.text
        );
    }
    let good = [("name", "South Studio"), ("time_zone", "Europe/Berlin"), ("currency", "EUR")];
    let page = owner.submit_form("/settings", form, &good).await;
    assert!(page.text.contains("The settings are saved."), "{}", page.text);
    assert!(page.text.contains("value=\"South Studio\""), "{}", page.text);
    owner.submit_form("/settings", form, &good).await;
    let kept = audited(&app, agency).await;
    assert_eq!(kept.len(), 2, "nothing changed the second time: {kept:?}");
    let change = |from: &str, to: &str| serde_json::json!({"from": from, "to": to});
    let expected = serde_json::json!({
        "name": change("North Studio", "South Studio"),
        "time_zone": change("UTC", "Europe/Berlin"),
        "currency": change("USD", "EUR"),
    });
    assert_eq!(kept[1], ("agencies.changed".to_owned(), expected));
}

#[tokio::test]
async fn times_are_shown_in_the_agencys_zone() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia").await;
    crate::earnings::record_now(
        &app.db,
        agency,
        account,
        &[crate::earnings::tip("t", "2026-02-27T23:30:00Z", 500, "leo")],
    )
    .await;
    let path = format!("/accounts/{account}/earnings");
    assert!(owner.open(&path).await.text.contains("27 Feb 2026, 23:30 UTC"));
    let zone = [("name", "North Studio"), ("time_zone", "Europe/Berlin"), ("currency", "USD")];
    owner.submit_form("/settings", "change_agency", &zone).await;
    let text = owner.open(&path).await.text;
    assert!(text.contains("28 Feb 2026, 00:30<"), "{text}");
}

#[tokio::test]
async fn a_deleted_agency_is_closed_at_once_and_holds_no_token() {
    let app = TestApp::start().await;
    let (mut owner, mut elsewhere) = (app.owner("anna").await, app.browser());
    let typed = [("email", "anna@example.com"), ("password", "correct horse battery")];
    elsewhere.submit("/sign-in", &typed).await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia").await;
    connect(&app.db, agency, account, "connected").await;
    let mut other = app.owner("bert").await;
    let theirs = new_account(&app.db, owner_agency(&app, "bert").await, "Kim").await;
    connect(&app.db, owner_agency(&app, "bert").await, theirs, "connected").await;

    let wrong = owner.submit("/settings/delete", &[("name", "North")]).await;
    assert!(wrong.text.contains("exactly as it is"), "{}", wrong.text);
    let page = elsewhere.open("/accounts").await;
    assert!(page.text.contains("Mia"), "{page:?}");

    let page = owner.submit("/settings/delete", &[("name", "North Studio")]).await;
    assert!(page.path.starts_with("/sign-in") && page.text.contains("North Studio is deleted"), "{page:?}");
    let page = elsewhere.open("/accounts").await;
    assert!(page.path.starts_with("/sign-in") && !page.text.contains("Mia"), "{page:?}");
    assert!(other.open("/accounts").await.text.contains("Kim"));

    let scope = SystemScope::for_agency(agency, "test");
    let mut tx = app.db.begin(&scope).await.unwrap();
    let (tokens, connected, syncing): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from connections where access_token is not null or refresh_token is not null),
                (select count(*) from accounts where disconnected_at is null), (select count(*) from syncs where state <> 'stopped')",
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    assert_eq!((tokens, connected, syncing), (0, 0, 0));
    let kept = audited(&app, agency).await;
    assert_eq!(kept.last().unwrap().0, "agencies.deleted");
    assert!(audit::verify(&app.db, &scope).await.unwrap().is_ok());
    let mut tx =
        app.db.begin(&SystemScope::for_agency(owner_agency(&app, "bert").await, "test")).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from connections where access_token is not null")
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert_eq!(left, 1, "the other agency keeps its tokens");
}
