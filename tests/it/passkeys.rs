//! Passkeys, by an authenticator in software: as the second step, and as the whole sign-in.

use crate::app::{Browser, Setup, Shown, TestApp, audited, function_path, owner_agency};
use crate::identity::{PASSWORD, database, is_in};
use crate::second_factor::{enrol, noon};
use crate::soft_passkey::SoftPasskey;
use chrono::Duration;
use creatorcrm::clock::StoppedClock;
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;

const SITE: &str = "http://localhost:3999";

/// Passkeys need a domain.
async fn start() -> (TestApp, StoppedClock) {
    let clock = StoppedClock::at(noon());
    let arguments = ["--public-url", SITE].map(str::to_owned).to_vec();
    let app = TestApp::set_up(Setup { clock: Arc::new(clock.clone()), arguments, ..Setup::default() }).await;
    (app, clock)
}

/// What an island gets from the server function `name`: the ceremony's token, and what to ask for.
async fn begin(browser: &Browser, name: &str) -> (String, Value) {
    let answer = browser.call(name, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let ceremony: Value = serde_json::from_str(&answer.text).unwrap();
    (ceremony["token"].as_str().unwrap().to_owned(), ceremony["options"].clone())
}

/// Sends a passkey's form, as the browser does.
async fn send(browser: &mut Browser, function: &str, from: &str, fields: &[(&str, &str)]) -> Shown {
    let path = function_path(function);
    let answer = browser.request(Method::POST, &path, Some(fields), from).await;
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    browser.open(&location).await
}

/// Adds a passkey to the person of `browser`.
async fn add(browser: &mut Browser, name: &str) -> (SoftPasskey, Shown) {
    let (token, options) = begin(browser, "begin_passkey").await;
    let (passkey, answer) = SoftPasskey::create(SITE, &options);
    let fields = [("name", name), ("token", token.as_str()), ("credential", answer.as_str())];
    let shown = send(browser, "add_passkey", "/settings/second-factor", &fields).await;
    (passkey, shown)
}

async fn half_in(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    let page = browser.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert!(page.path.starts_with("/sign-in/second"), "{}: {}", page.path, page.text);
    assert!(page.text.contains("Use a passkey"), "{}", page.text);
    browser
}

#[tokio::test]
async fn a_passkey_is_added_and_is_the_second_step_or_the_whole_sign_in() {
    let (app, _clock) = start().await;
    let mut anna = app.owner("anna").await;
    let (mut phone, shown) = add(&mut anna, "Anna's phone").await;
    assert_eq!(
        shown.path, "/settings/second-factor/codes",
        "the first factor brings recovery codes: {}",
        shown.text
    );
    let page = anna.open("/settings/second-factor").await;
    assert!(page.text.contains("phone") && page.text.contains("not used yet"), "{}", page.text);

    let mut half = half_in(&app).await;
    let (token, options) = begin(&half, "begin_passkey_sign_in").await;
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1, "{options}");
    let answer = phone.sign(&options);
    let fields = [("token", token.as_str()), ("credential", answer.as_str())];
    let page = send(&mut half, "second_step_by_passkey", "/sign-in/second", &fields).await;
    assert!(page.path.starts_with("/dashboard") && is_in(&mut half).await, "{page:?}");

    // Without an email or a password: the key tells whose it is.
    let mut new = app.browser();
    assert!(new.open("/sign-in").await.text.contains("Sign in with a passkey"));
    let (token, options) = begin(&new, "begin_passkey_sign_in").await;
    assert_eq!(options["userVerification"], "required");
    let answer = phone.sign(&options);
    let fields = [("token", token.as_str()), ("credential", answer.as_str()), ("next", "/settings/devices")];
    let page = send(&mut new, "sign_in_by_passkey", "/sign-in", &fields).await;
    assert_eq!(page.path, "/settings/devices", "{}", page.text);
    // The same answer again, and to another question.
    let again = app.browser().call("sign_in_by_passkey", &fields).await;
    assert_eq!(again.status, 409, "{}", again.text);
    let (token, _) = begin(&app.browser(), "begin_passkey_sign_in").await;
    let fields = [("token", token.as_str()), ("credential", answer.as_str())];
    assert_eq!(app.browser().call("sign_in_by_passkey", &fields).await.status, 409);
    let all = audited(&app, owner_agency(&app, "anna").await).await;
    let by_passkey = all.iter().filter(|(_, detail)| detail["second_step"] == "passkey").count();
    assert_eq!(by_passkey, 2);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_proves_nothing() {
    let (app, clock) = start().await;
    let mut anna = app.owner("anna").await;
    let (mut phone, _) = add(&mut anna, "Phone").await;
    let refused = async |passkey: &mut SoftPasskey, why: &str| {
        let (token, options) = begin(&app.browser(), "begin_passkey_sign_in").await;
        let answer = passkey.sign(&options);
        let fields = [("token", token.as_str()), ("credential", answer.as_str())];
        let status = app.browser().call("sign_in_by_passkey", &fields).await.status;
        assert_eq!(status, 409, "{why}");
    };
    phone.origin = "http://localhost.evil.example".to_owned();
    refused(&mut phone, "another site").await;
    phone.origin = SITE.to_owned();
    phone.verifies = false;
    refused(&mut phone, "nobody touched or unlocked it").await;
    phone.verifies = true;
    // Made for a question of ours, but never added.
    let (_, options) = begin(&anna, "begin_passkey").await;
    let (mut other, _) = SoftPasskey::create(SITE, &options);
    refused(&mut other, "a key that nobody added").await;
    // Too late.
    let (token, options) = begin(&app.browser(), "begin_passkey_sign_in").await;
    let answer = phone.sign(&options);
    clock.advance(Duration::minutes(6));
    let fields = [("token", token.as_str()), ("credential", answer.as_str())];
    assert_eq!(app.browser().call("sign_in_by_passkey", &fields).await.status, 409);
    // A question that was asked of the other kind of sign-in.
    let half = half_in(&app).await;
    let (token, options) = begin(&app.browser(), "begin_passkey_sign_in").await;
    let answer = phone.sign(&options);
    let fields = [("token", token.as_str()), ("credential", answer.as_str())];
    assert_eq!(half.call("second_step_by_passkey", &fields).await.status, 409);
    // A counter that goes back is a copy of the key.
    let (token, options) = begin(&half, "begin_passkey_sign_in").await;
    phone.counter = 40;
    let answer = phone.sign(&options);
    let fields = [("token", token.as_str()), ("credential", answer.as_str())];
    assert_eq!(half.call("second_step_by_passkey", &fields).await.status, 200);
    phone.counter = 3;
    refused(&mut phone, "a copy").await;
}

#[tokio::test]
async fn passkeys_have_names_and_are_removed_by_their_owner_alone() {
    let (app, clock) = start().await;
    let mut anna = app.owner("anna").await;
    let (mut phone, _) = add(&mut anna, "Phone").await;
    let (_, shown) = add(&mut anna, "Key ring").await;
    assert_eq!(shown.path, "/settings/second-factor", "the codes are there already: {}", shown.text);
    let ids: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("select id, name from passkeys order by created_at, id")
            .fetch_all(&mut database(&app).await)
            .await
            .unwrap();
    let phone_id = ids.iter().find(|(_, name)| name == "Phone").unwrap().0.to_string();
    let bert = app.owner("bert").await;
    assert_eq!(bert.call("remove_passkey", &[("passkey", &phone_id)]).await.status, 404);
    assert_eq!(bert.call("rename_passkey", &[("passkey", &phone_id), ("name", "Mine")]).await.status, 404);
    assert_eq!(anna.call("rename_passkey", &[("passkey", &phone_id), ("name", " ")]).await.status, 422);
    assert_eq!(
        anna.call("rename_passkey", &[("passkey", &phone_id), ("name", "Old phone")]).await.status,
        200
    );
    assert!(anna.open("/settings/second-factor").await.text.contains("Old phone"));
    // It proves who one is, for what needs a fresh proof.
    clock.advance(Duration::minutes(11));
    let asked = anna.open("/settings/delete").await;
    assert!(asked.path.starts_with("/confirm") && asked.text.contains("Use a passkey"), "{}", asked.text);
    let (token, options) = begin(&anna, "begin_passkey_proof").await;
    let answer = phone.sign(&options);
    let fields = [("token", token.as_str()), ("credential", answer.as_str()), ("next", "/settings/delete")];
    let page = send(&mut anna, "confirm_by_passkey", &asked.path, &fields).await;
    assert_eq!(page.path, "/settings/delete");
    assert_eq!(anna.call("remove_passkey", &[("passkey", &phone_id)]).await.status, 200);
    let (token, options) = begin(&app.browser(), "begin_passkey_sign_in").await;
    let answer = phone.sign(&options);
    let fields = [("token", token.as_str()), ("credential", answer.as_str())];
    assert_eq!(app.browser().call("sign_in_by_passkey", &fields).await.status, 409);
}

#[tokio::test]
async fn where_people_type_an_ip_address_passkeys_are_not_offered() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    assert!(!app.browser().open("/sign-in").await.text.contains("passkey"));
    assert!(!anna.open("/settings/second-factor").await.text.contains("Add a passkey"));
    assert_eq!(anna.call("begin_passkey", &[]).await.status, 409);
    enrol(&mut anna, &clock).await;
}
