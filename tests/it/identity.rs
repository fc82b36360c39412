//! Signing up, in and out, through the real router.

use crate::app::TestApp;

#[tokio::test]
async fn an_owner_signs_up_out_and_in_again() {
    let app = TestApp::start().await;
    let mut browser = app.owner("anna").await;
    browser.submit_form("/sign-up", "Sign out", &[]).await;
    let page = browser
        .submit("/sign-in", &[("email", "Anna@Example.com"), ("password", "correct horse battery")])
        .await;
    assert!(page.path.starts_with("/dashboard") && page.status == 200, "{page:?}");
}

#[tokio::test]
async fn a_bad_form_keeps_what_was_typed_except_the_password() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let typed = [
        ("agency", "North \"& Co\""),
        ("name", "Anna"),
        ("email", "nonsense"),
        ("password", "correct horse battery"),
    ];
    let page = browser.submit("/sign-up", &typed).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Type the whole address"), "{}", page.text);
    assert!(page.text.contains("North &quot;&amp; Co&quot;"), "{}", page.text);
    assert!(!page.text.contains("correct horse"), "{}", page.text);
}
