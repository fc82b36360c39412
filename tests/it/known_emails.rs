//! Whether an email has an account is told to nobody who could not know it anyway: docs/decisions/0013-known-emails.md.

use crate::app::{Shown, TestApp, eventually};
use crate::identity::{PASSWORD, database, recorded};
use sqlx::Row;

/// What a page says, without what differs from one rendering to the next.
fn said(page: &Shown) -> String {
    let parts: Vec<_> = page.text.split("nonce=\"").collect();
    let rest = parts.iter().skip(1).map(|part| part.split_once('"').unwrap().1);
    parts.iter().take(1).copied().chain(rest).collect()
}

#[tokio::test]
async fn an_unknown_email_and_a_wrong_password_look_the_same() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let mut pages = Vec::new();
    let mut answers = Vec::new();
    for email in ["anna@example.com", "nobody@example.com"] {
        let typed = [("email", email), ("password", "not the password")];
        let page = app.browser().submit("/sign-in", &typed).await;
        assert!(page.text.contains("Email and password do not fit together"), "{}", page.text);
        pages.push(said(&page).replace(email, "EMAIL"));
        let answer = app.browser().call("sign_in", &typed).await;
        answers.push((answer.status, answer.text));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, 422);
}

#[tokio::test]
async fn asking_for_a_new_password_looks_the_same() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let mut pages = Vec::new();
    for email in ["anna@example.com", "nobody@example.com"] {
        let page = app.browser().submit("/forgotten-password", &[("email", email)]).await;
        assert!(page.text.contains("has an account here, a link"), "{}", page.text);
        pages.push(said(&page).replace(email, "EMAIL"));
    }
    assert_eq!(pages[0], pages[1]);
    // Both asked for a job; one of them found a user.
    eventually("the known one gets mail", async || mails(&app, "anna@example.com").await == 2).await;
    eventually("no job is left", async || jobs(&app).await == 0).await;
    assert_eq!(mails(&app, "nobody@example.com").await, 0);
}

async fn mails(app: &TestApp, to: &str) -> i64 {
    let count = sqlx::query("select count(*) from mails where recipient = $1").bind(to);
    count.fetch_one(&mut database(app).await).await.unwrap().get(0)
}

async fn jobs(app: &TestApp) -> i64 {
    let count =
        sqlx::query("select count(*) from graphile_worker.jobs where task_identifier = 'send_reset_link'");
    count.fetch_one(&mut database(app).await).await.unwrap().get(0)
}

/// Signing up must tell; so asking counts as guessing, and nothing of the account is touched.
#[tokio::test]
async fn signing_up_with_a_known_email_counts_as_a_guess() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    let typed =
        [("agency", "X"), ("name", "X"), ("email", "Anna@example.com"), ("password", "another password")];
    for _ in 0..4 {
        let answer = app.browser().call("sign_up", &typed).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("has an account already"), "{}", answer.text);
    }
    // The fifth mail in an hour would be the fifth to this address; none was sent, but each try was counted.
    assert_eq!(app.browser().call("sign_up", &typed).await.status, 429);
    assert_eq!(mails(&app, "anna@example.com").await, 1);
    assert_eq!(recorded(&app, "anna").await, ["agencies.created"]);
    let right = [("email", "anna@example.com"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("sign_in", &right).await.status, 200);
}
