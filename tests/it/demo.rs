//! The demo agency: made once, through the same doors as everybody.

use crate::app::{Browser, TestApp};
use crate::connect::{ask, audited};
use creatorcrm::demo::prepare;

#[tokio::test]
async fn the_demo_agency_has_every_sandbox_creator_and_can_be_signed_in_to() {
    let app = TestApp::with_sandbox().await;
    let demo = prepare(&app.app).await.unwrap();
    assert_eq!((demo.accounts, demo.new), (12, 12));
    let counts: String = ask(
        &app,
        "select concat_ws(' ', count(*), count(*) filter (where via_agency), count(distinct creator_id), count(distinct connection_id))
         from accounts",
    )
    .await;
    assert_eq!(counts, "12 2 12 11");
    assert_eq!(audited(&app, "connections.connected").await, 11);

    let again = prepare(&app.app).await.unwrap();
    assert_eq!((again.accounts, again.new), (12, 0));
    let mut browser: Browser = app.browser();
    let typed = [("email", demo.email), ("password", demo.password)];
    let page = browser.submit("/sign-in", &typed).await;
    assert!(page.path.starts_with("/dashboard"), "{page:?}");
    let printed = demo.to_string();
    assert!(
        printed.contains("password: northern lights demo\n")
            || printed.ends_with("password: northern lights demo")
    );
}

#[tokio::test]
async fn what_a_person_disconnected_in_the_demo_comes_back_and_nothing_else_changes() {
    let app = TestApp::with_sandbox().await;
    prepare(&app.app).await.unwrap();
    let account: uuid::Uuid = ask(&app, "select id from accounts where handle = 'ivy.chen'").await;
    let mut browser = app.browser();
    browser
        .submit("/sign-in", &[("email", "demo@creatorcrm.example"), ("password", "northern lights demo")])
        .await;
    browser.submit_form(&format!("/accounts/{account}/disconnect"), "disconnect_account", &[]).await;
    let again = prepare(&app.app).await.unwrap();
    assert_eq!((again.accounts, again.new), (12, 1));
    assert_eq!(ask::<i64>(&app, "select count(*) from accounts").await, 12);
}

#[tokio::test]
async fn beside_a_real_platform_there_is_no_demo() {
    let app = TestApp::start().await;
    let refused = prepare(&app.app).await.unwrap_err().to_string();
    assert!(refused.contains("FANVUE_AUTHORIZE_URL"), "{refused}");
}
