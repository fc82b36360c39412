//! Creators: adding, naming, archiving, and what their accounts earn together.

use crate::app::{TestApp, audited, owner_agency};
use crate::earnings::{new_account, record_now, tip};
use chrono::{Duration, Utc};
use creatorcrm::platform::Earning;

#[tokio::test]
async fn a_creator_is_added_renamed_archived_and_brought_back() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    assert!(owner.open("/creators").await.text.contains("No creators yet"));
    let page = owner.submit("/creators/new", &[("name", " ")]).await;
    assert!(page.text.contains("Type a name"), "{}", page.text);
    let page = owner.submit("/creators/new", &[("name", "Mia")]).await;
    assert!(page.text.contains("Mia is added.") && page.text.contains("No account yet"), "{}", page.text);
    let path = page.path;
    owner.submit_form(&format!("{path}/edit"), "rename_creator", &[("name", "Mia Hart")]).await;
    assert!(owner.open("/creators?q=har").await.text.contains("Mia Hart"));
    let page = owner.submit_form(&format!("{path}/edit"), "archive_creator", &[]).await;
    assert!(page.text.contains("Mia Hart is archived"), "{}", page.text);
    assert!(!owner.open("/creators").await.text.contains("Mia Hart"));
    assert!(owner.open("/creators/archived").await.text.contains("Mia Hart"));
    let page = owner.submit_form(&path, "restore_creator", &[]).await;
    assert!(page.text.contains("Mia Hart is back."), "{}", page.text);
    assert!(owner.open("/creators").await.text.contains("Mia Hart"));
    let events: Vec<_> = audited(&app, agency).await.into_iter().map(|(event, _)| event).collect();
    assert_eq!(events[1..], ["creators.added", "creators.renamed", "creators.archived", "creators.restored"]);
}

#[tokio::test]
async fn her_accounts_are_counted_together_and_currencies_apart() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let path = owner.submit("/creators/new", &[("name", "Mia")]).await.path;
    let at = |days: i64| (Utc::now() - Duration::days(days)).format("%Y-%m-%dT12:00:00Z").to_string();
    for (index, name) in ["Mia One", "Mia Two"].into_iter().enumerate() {
        let account = new_account(&app.db, agency, name).await;
        let euro = Earning { currency: "EUR".to_owned(), ..tip("e", &at(1), 500, "leo") };
        record_now(
            &app.db,
            agency,
            account,
            &[tip("n", &at(2), 1000, "leo"), tip("b", &at(40), 400, "leo"), euro],
        )
        .await;
        let id = account.to_string();
        let page =
            owner.submit_form(&format!("{path}/edit"), "give_creator_account", &[("account", &id)]).await;
        assert!(page.text.contains("The account is hers."), "{index}: {}", page.text);
    }
    let text = owner.open(&path).await.text;
    assert!(text.contains("$16.00") && text.contains("from $6.40") && text.contains("€8.00"), "{text}");
    assert!(text.contains("Mia One") && text.contains("Mia Two"), "{text}");
    let text = owner.open("/creators").await.text;
    assert!(text.contains("@miaone on Fanvue") && text.contains("2 accounts"), "{text}");
    // Another agency sees none of it.
    let mut other = app.owner("bert").await;
    assert_eq!(other.open(&path).await.status, 404);
    assert!(!other.open("/creators").await.text.contains("Mia"));
}

#[tokio::test]
async fn another_agencys_account_is_not_given_away() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let path = owner.submit("/creators/new", &[("name", "Mia")]).await.path;
    app.owner("bert").await;
    let theirs = new_account(&app.db, owner_agency(&app, "bert").await, "Kim").await.to_string();
    // The form offers accounts only when some are free.
    new_account(&app.db, owner_agency(&app, "anna").await, "Free").await;
    let page =
        owner.submit_form(&format!("{path}/edit"), "give_creator_account", &[("account", &theirs)]).await;
    assert!(page.text.contains("There is nothing here"), "{}", page.text);
}
