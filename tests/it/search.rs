//! Search finds what somebody may open, by the beginnings of words, and nothing else.

use crate::app::{Browser, TestApp, owner_agency};
use crate::earnings::{new_account, record_now, tip};
use creatorcrm::platform::{Earning, FanRef};

async fn hits(browser: &mut Browser, typed: &str) -> Vec<String> {
    let text = browser.open(&format!("/search/found?q={typed}")).await.text;
    text.split("<span class=\"truncate\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_creators_accounts_and_fans_are_found_by_the_beginnings_of_words() {
    let app = TestApp::start().await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    owner.submit("/creators/new", &[("name", "Mia Hart")]).await;
    let account = new_account(&app.db, agency, "Mia Main").await;
    let fan = |id: &str, name: &str, gross: i64| Earning {
        fan: Some(FanRef {
            id: id.to_owned(),
            handle: Some(format!("{id}_x")),
            display_name: Some(name.to_owned()),
        }),
        ..tip(id, "2026-02-27T10:00:00Z", gross, id)
    };
    record_now(&app.db, agency, account, &[fan("f1", "Leo Miller", 100), fan("f2", "Mike Leonard", 900)])
        .await;
    assert_eq!(hits(&mut owner, "mi").await, ["Mia Hart", "Mia Main", "Mike Leonard", "Leo Miller"]);
    assert_eq!(hits(&mut owner, "LEO+mil").await, ["Leo Miller"]);
    assert_eq!(hits(&mut owner, "@f2_x").await, ["Mike Leonard"]);
    assert_eq!(hits(&mut owner, "ia").await, Vec::<String>::new());
    assert_eq!(hits(&mut owner, "dash").await, ["Dashboard"]);
    assert!(hits(&mut owner, "").await.contains(&"Accounts".to_owned()));
    assert_eq!(hits(&mut owner, "%25").await, Vec::<String>::new());
    // A fan who is renamed is found by the new name alone.
    record_now(&app.db, agency, account, &[fan("f1", "Otto", 100)]).await;
    assert_eq!(hits(&mut owner, "leo").await, ["Mike Leonard"]);
    assert_eq!(hits(&mut owner, "otto").await, ["Otto"]);
    let page = owner.open("/search?q=otto").await.text;
    assert!(page.contains(&format!("/accounts/{account}/subscribers?show=all&amp;q=%40f1_x")), "{page}");
    let found = owner.open(&format!("/accounts/{account}/subscribers?show=all&q=%40f1_x")).await.text;
    assert!(found.contains("<span>Otto</span>"), "{found}");
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_open() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let account = new_account(&app.db, agency, "Mia Main").await;
    record_now(&app.db, agency, account, &[tip("t", "2026-02-27T10:00:00Z", 100, "mike")]).await;
    let mut other = app.owner("bert").await;
    assert_eq!(hits(&mut other, "mi").await, Vec::<String>::new());
    let mut tx = app.db.begin_system("test").await.unwrap();
    sqlx::query("update members set agency_id = $1, role = 'chatter' where user_id = (select id from users where name = 'bert')")
        .bind(agency)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.app.members.invalidate_all();
    assert_eq!(hits(&mut other, "mi").await, Vec::<String>::new());
    // Every role has a first page, and what is found is what they may open.
    assert_eq!(hits(&mut other, "dash").await, Vec::<String>::new());
    assert_eq!(hits(&mut other, "home").await, ["Home"]);
    assert_eq!(hits(&mut other, "cre").await, Vec::<String>::new());
    assert_eq!(
        app.browser().open("/search/found?q=mi").await.path,
        "/sign-in?next=%2Fsearch%2Ffound%3Fq%3Dmi"
    );
}
