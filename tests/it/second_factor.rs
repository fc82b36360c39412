//! The second step of signing in: an app's codes, recovery codes, who must have one, and what if it is lost.

use crate::app::{Browser, Setup, Shown, TestApp, audited, eventually, function_path, owner_agency};
use crate::identity::{PASSWORD, database, is_in};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::clock::{Clock, StoppedClock};
use creatorcrm::ids::AgencyId;
use futures::future::join_all;
use reqwest::Method;
use std::sync::Arc;
use totp_rs::{Builder, Secret};
use tower_sessions::SessionStore as _;
use tower_sessions::session::{Id, Record};

pub fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// The code that an app with this key shows at `now`.
fn code(key: &str, now: DateTime<Utc>) -> String {
    let secret = Secret::try_from_base32(key).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("test").build().unwrap();
    totp.generate(now.timestamp().unsigned_abs()).to_string()
}

/// What stands in `<code>` on a page.
fn in_code(page: &Shown) -> Vec<String> {
    page.text.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect()
}

/// Sets up an app: its key, and the recovery codes.
pub async fn enrol(browser: &mut Browser, clock: &StoppedClock) -> (String, Vec<String>) {
    let page = browser.submit_form("/settings/second-factor", "begin_app", &[]).await;
    assert_eq!(page.path, "/settings/second-factor/app", "{}", page.text);
    assert!(page.text.contains("<svg viewBox"), "{}", page.text);
    let key = in_code(&page).remove(0).replace(' ', "");
    let shown = browser.submit_form(&page.path, "confirm_app", &[("code", &code(&key, clock.now()))]).await;
    assert_eq!(shown.path, "/settings/second-factor/codes", "{}", shown.text);
    (key, in_code(&shown))
}

/// A new browser of `name`, whose password fitted.
async fn half_in(app: &TestApp, name: &str) -> Browser {
    let mut browser = app.browser();
    let email = format!("{name}@example.com");
    let page = browser.submit("/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
    assert!(page.path.starts_with("/sign-in/second"), "{}: {}", page.path, page.text);
    browser
}

async fn second(browser: &mut Browser, code: &str) -> Shown {
    browser.submit_form("/sign-in/second", "second_step", &[("code", code)]).await
}

async fn mailed(app: &TestApp, subject: &str) -> i64 {
    let count = sqlx::query_scalar("select count(*) from mails where subject = $1").bind(subject);
    count.fetch_one(&mut database(app).await).await.unwrap()
}

async fn events(app: &TestApp, agency: AgencyId) -> Vec<String> {
    audited(app, agency).await.into_iter().map(|(event, _)| event).collect()
}

#[tokio::test]
async fn an_app_is_set_up_and_asked_for_from_then_on() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    let mut elsewhere = crate::identity::signed_in(&app, "anna", PASSWORD).await;
    let page = anna.submit_form("/settings/second-factor", "begin_app", &[]).await;
    let wrong = anna.submit_form(&page.path, "confirm_app", &[("code", "000000")]).await;
    assert!(wrong.text.contains("This code does not fit"), "{}", wrong.text);
    assert!(is_in(&mut elsewhere).await, "nothing is protected before the first code");
    assert_eq!(in_code(&wrong)[0], in_code(&page)[0], "the key stays while it waits");
    let (key, codes) = enrol(&mut anna, &clock).await;
    assert_eq!(codes.len(), 10);
    assert!(is_in(&mut anna).await);
    eventually("who signed in without it is signed out", async || !is_in(&mut elsewhere).await).await;
    // Shown once.
    assert_eq!(anna.open("/settings/second-factor/codes").await.path, "/settings/second-factor");
    assert_eq!(mailed(&app, "Two-step sign-in: app added").await, 1);

    clock.advance(Duration::seconds(60));
    let mut other = half_in(&app, "anna").await;
    let page = second(&mut other, &code(&key, clock.now())).await;
    assert!(page.path.starts_with("/dashboard") && is_in(&mut other).await, "{page:?}");
    let agency = owner_agency(&app, "anna").await;
    let all = audited(&app, agency).await;
    assert!(all.iter().any(|(event, _)| event == "identity.app_added"));
    let signed_in: Vec<_> = all.iter().filter(|(event, _)| event == "identity.signed_in").collect();
    assert_eq!(signed_in.last().unwrap().1["second_step"], "app");
}

#[tokio::test]
async fn a_code_works_once_and_a_minute_around_its_own() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let (key, _) = enrol(&mut app.owner("anna").await, &clock).await;
    let first = code(&key, clock.now());
    let mut browser = half_in(&app, "anna").await;
    let again = second(&mut browser, &first).await;
    assert!(again.text.contains("This code does not fit"), "the code of the set-up again: {}", again.text);
    clock.advance(Duration::seconds(60));
    // The next one already: clocks differ.
    let ahead = code(&key, clock.now() + Duration::seconds(30));
    assert!(second(&mut browser, &ahead).await.path.starts_with("/dashboard"));
    let mut browser = half_in(&app, "anna").await;
    let older = code(&key, clock.now());
    assert!(second(&mut browser, &ahead).await.text.contains("This code does not fit"));
    assert!(second(&mut browser, &older).await.text.contains("This code does not fit"), "an older one");
    clock.advance(Duration::seconds(120));
    let late = code(&key, clock.now() - Duration::seconds(90));
    assert!(second(&mut browser, &late).await.text.contains("This code does not fit"));
}

/// Two processes, one code: one gets in.
#[tokio::test]
async fn of_two_who_come_with_one_code_at_once_one_gets_in() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let (key, codes) = enrol(&mut app.owner("anna").await, &clock).await;
    let beside = Setup {
        clock: Arc::new(clock.clone()),
        database_url: Some(app.database_url.clone()),
        ..Setup::default()
    };
    let beside = TestApp::set_up(beside).await;
    clock.advance(Duration::seconds(60));
    for typed in [code(&key, clock.now()), codes[0].clone()] {
        let browsers = [half_in(&app, "anna").await, half_in(&beside, "anna").await];
        let fields = [("code", typed.as_str())];
        let all = browsers.iter().map(|browser| browser.call("second_step", &fields));
        let mut answers: Vec<_> = join_all(all).await.into_iter().map(|it| it.status).collect();
        answers.sort_unstable();
        assert_eq!(answers, [200, 422], "{typed}");
    }
    assert_eq!(mailed(&app, "A recovery code was used").await, 1);
}

#[tokio::test]
async fn a_session_that_waits_for_the_second_step_opens_nothing() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    let (key, _) = enrol(&mut anna, &clock).await;
    clock.advance(Duration::seconds(60));
    let mut half = half_in(&app, "anna").await;
    for path in creatorcrm::server::router::paths().into_iter().filter(|path| !path.contains('{')) {
        let nobody = app.browser().open(path).await;
        let seen = half.open(path).await;
        if path == "/sign-in/second" || path.starts_with("/metrics") || path.starts_with("/dev") {
            continue;
        }
        assert_eq!((seen.status, seen.path), (nobody.status, nobody.path), "{path}");
    }
    assert_eq!(half.call("begin_app", &[]).await.status, 401);
    assert!(anna.open("/settings/devices").await.text.contains("This device"));
    assert!(
        !anna.open("/settings/devices").await.text.contains("Sign out all others"),
        "it is no device yet"
    );
    let before = half.cookies["session"].clone();
    clock.advance(Duration::minutes(9));
    second(&mut half, &code(&key, clock.now())).await;
    assert!(is_in(&mut half).await);
    assert_ne!(half.cookies["session"], before, "the session goes on under a new id");
    let mut stolen = app.browser();
    stolen.cookies.insert("session".to_owned(), before);
    assert!(!is_in(&mut stolen).await);

    let late = half_in(&app, "anna").await;
    clock.advance(Duration::minutes(11));
    let answer = late.call("second_step", &[("code", &code(&key, clock.now()))]).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
}

#[tokio::test]
async fn wrong_codes_are_limited_for_the_person_whatever_the_session() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let (key, _) = enrol(&mut app.owner("anna").await, &clock).await;
    clock.advance(Duration::seconds(60));
    for number in 0..5 {
        let mut half = half_in(&app, "anna").await;
        half.headers.insert("x-forwarded-for", format!("192.0.2.{number}"));
        assert_eq!(half.call("second_step", &[("code", "000000")]).await.status, 422);
    }
    let half = half_in(&app, "anna").await;
    let right = code(&key, clock.now());
    assert_eq!(half.call("second_step", &[("code", &right)]).await.status, 429, "the right one too");
    clock.advance(Duration::minutes(16));
    let half = half_in(&app, "anna").await;
    assert_eq!(half.call("second_step", &[("code", &code(&key, clock.now()))]).await.status, 200);
    let all = events(&app, owner_agency(&app, "anna").await).await;
    assert_eq!(all.iter().filter(|event| *event == "identity.second_factor_refused").count(), 5);
}

#[tokio::test]
async fn a_recovery_code_works_once_and_new_ones_end_the_old() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    let (_, codes) = enrol(&mut anna, &clock).await;
    let mut half = half_in(&app, "anna").await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    assert!(second(&mut half, &typed).await.path.starts_with("/dashboard"));
    let mut half = half_in(&app, "anna").await;
    assert!(second(&mut half, &codes[0]).await.text.contains("This code does not fit"));
    assert!(anna.open("/settings/second-factor").await.text.contains("9 are left"));
    let page = anna.submit_form("/settings/second-factor", "make_recovery_codes", &[]).await;
    let new = in_code(&page);
    assert_eq!(new.len(), 10);
    assert!(second(&mut half, &codes[1]).await.text.contains("This code does not fit"));
    assert!(second(&mut half, &new[0]).await.path.starts_with("/dashboard"));
    // Another person's codes are worth nothing.
    let mut bert = app.owner("bert").await;
    enrol(&mut bert, &clock).await;
    let mut half = half_in(&app, "bert").await;
    assert!(second(&mut half, &new[1]).await.text.contains("This code does not fit"));
}

#[tokio::test]
async fn a_new_password_by_mail_leaves_the_second_step() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let (key, _) = enrol(&mut app.owner("anna").await, &clock).await;
    crate::team::confirm_everybody(&app).await;
    let half = half_in(&app, "anna").await;
    clock.advance(Duration::seconds(60));
    let link = crate::mailed_links::reset_link(&app, "anna@example.com").await;
    let token = link.rsplit('/').next().unwrap();
    let typed = [("token", token), ("password", "another horse entirely")];
    assert_eq!(app.browser().call("reset_password", &typed).await.status, 200);
    let typed = code(&key, clock.now());
    eventually("who waited with the old password waits for nothing any more", async || {
        half.call("second_step", &[("code", &typed)]).await.status == 409
    })
    .await;
    let mut browser = app.browser();
    let typed = [("email", "anna@example.com"), ("password", "another horse entirely")];
    let page = browser.submit("/sign-in", &typed).await;
    assert!(page.path.starts_with("/sign-in/second"), "{}", page.path);
}

/// Whoever signed up with somebody else's address set it up: it is not the owner's, who comes by the first mail.
#[tokio::test]
async fn what_protects_an_address_that_was_never_confirmed_goes_with_a_new_password() {
    let (app, clock) = TestApp::start_at(noon()).await;
    enrol(&mut app.owner("anna").await, &clock).await;
    clock.advance(Duration::seconds(60));
    let link = crate::mailed_links::reset_link(&app, "anna@example.com").await;
    let typed = [("token", link.rsplit('/').next().unwrap()), ("password", "another horse entirely")];
    assert_eq!(app.browser().call("reset_password", &typed).await.status, 200);
    let typed = [("email", "anna@example.com"), ("password", "another horse entirely")];
    let page = app.browser().submit("/sign-in", &typed).await;
    assert!(page.path.starts_with("/dashboard"), "{}", page.path);
}

/// The process ends between the steps; another one goes on.
#[tokio::test]
async fn another_process_goes_on_with_the_second_step() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let (key, _) = enrol(&mut app.owner("anna").await, &clock).await;
    clock.advance(Duration::seconds(60));
    let half = half_in(&app, "anna").await;
    let setup = Setup {
        clock: Arc::new(clock.clone()),
        database_url: Some(app.database_url.clone()),
        ..Setup::default()
    };
    drop(app);
    let app = TestApp::set_up(setup).await;
    let mut browser = app.browser();
    browser.cookies = half.cookies.clone();
    let page = second(&mut browser, &code(&key, clock.now())).await;
    assert!(page.path.starts_with("/dashboard"), "{page:?}");
}

/// What a borrowed session must not do: adding a factor of its own, or taking the person's away.
#[tokio::test]
async fn factors_change_with_a_fresh_proof_only() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    clock.advance(Duration::minutes(11));
    assert_eq!(anna.call("begin_app", &[]).await.status, 403);
    let path = function_path("confirm");
    anna.request(Method::POST, &path, Some(&[("password", PASSWORD)]), "/confirm").await;
    let (key, codes) = enrol(&mut anna, &clock).await;
    clock.advance(Duration::minutes(11));
    for function in ["remove_app", "make_recovery_codes", "begin_passkey"] {
        assert_eq!(anna.call(function, &[]).await.status, 403, "{function}");
    }
    // With a factor, the password alone proves nothing.
    assert_eq!(anna.call("confirm", &[("password", PASSWORD)]).await.status, 422);
    let typed = code(&key, clock.now());
    anna.request(Method::POST, &path, Some(&[("code", &typed)]), "/confirm").await;
    let page = anna.submit_form("/settings/second-factor", "remove_app", &[]).await;
    assert!(page.text.contains("The app is removed"), "{}", page.text);
    assert_eq!(mailed(&app, "Two-step sign-in: app removed").await, 1);
    let left: i64 = sqlx::query_scalar("select count(*) from recovery_codes")
        .fetch_one(&mut database(&app).await)
        .await
        .unwrap();
    assert_eq!(left, 0, "with the last factor go the codes, such as {}", codes[0]);
    crate::identity::signed_in(&app, "anna", PASSWORD).await;
}

/// The last wall: whatever forgets the second step stores no session of a person who has a factor.
#[tokio::test]
async fn no_session_is_stored_for_a_person_who_did_not_pass_the_step() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut anna = app.owner("anna").await;
    let (user, set_at): (String, i64) = sqlx::query_as(
        "select id::text, (extract(epoch from password_set_at) * 1000000)::bigint from users where name = 'anna'",
    )
    .fetch_one(&mut database(&app).await)
    .await
    .unwrap();
    let stored = async |passed: bool| {
        let mut data = std::collections::HashMap::from([
            ("user_id".to_owned(), serde_json::json!(user)),
            ("password_set_at".to_owned(), serde_json::json!(set_at)),
        ]);
        if passed {
            data.insert("second_step".to_owned(), serde_json::json!(true));
        }
        let expiry_date = time::OffsetDateTime::now_utc() + time::Duration::days(1);
        let mut record = Record { id: Id::default(), data, expiry_date };
        app.app.sessions.create(&mut record).await.unwrap();
        app.app.sessions.load(&record.id).await.unwrap().is_some()
    };
    assert!(stored(false).await);
    enrol(&mut anna, &clock).await;
    assert!(!stored(false).await);
    assert!(stored(true).await);
}

// ------------------------------------------------------- required by role

/// Makes `name`, who signs up for it, a member of the agency in `role`.
async fn join(app: &TestApp, name: &str, agency: AgencyId, role: &str) -> Browser {
    let mut browser = app.owner(name).await;
    let mut db = database(app).await;
    let moved =
        "update members set agency_id = $1, role = $2 where user_id = (select id from users where name = $3)";
    sqlx::query(moved).bind(agency).bind(role).bind(name).execute(&mut db).await.unwrap();
    // The database dates a change of role by its own clock.
    sqlx::query("update members set role_since = joined_at").execute(&mut db).await.unwrap();
    app.app.members.invalidate_all();
    browser.open("/").await;
    browser
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_has_days_of_grace_and_then_nothing_else() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let mut bert = join(&app, "bert", agency, "manager").await;
    let mut carla = join(&app, "carla", agency, "chatter").await;
    let typed = [("roles[1]", "manager"), ("grace_days", "7")];
    let page = owner.submit_form("/settings/security", "require_second_factor", &typed).await;
    assert!(page.text.contains("What you require is saved"), "{}", page.text);
    let page = bert.open("/dashboard").await;
    assert!(
        page.text.contains("Set up two-step sign-in") && page.text.contains("7 days are left"),
        "{}",
        page.text
    );
    assert!(!carla.open("/dashboard").await.text.contains("Set up two-step sign-in"));
    clock.advance(Duration::days(6) + Duration::hours(1));
    assert!(bert.open("/dashboard").await.text.contains("by tomorrow"));
    // Required again, it counts from the first time.
    let path = function_path("confirm");
    owner.request(Method::POST, &path, Some(&[("password", PASSWORD)]), "/confirm").await;
    owner.submit_form("/settings/security", "require_second_factor", &typed).await;
    clock.advance(Duration::days(1));
    for path in ["/dashboard", "/accounts", "/settings/devices", "/search"] {
        let page = bert.open(path).await;
        assert!(page.path.starts_with("/settings/second-factor?next="), "{path} leads to {}", page.path);
        assert!(page.text.contains("Set up two-step sign-in to go on"), "{}", page.text);
    }
    assert_eq!(bert.status(Method::GET, "/accounts", &[]).await, 403);
    let refused = bert.call("set_theme", &[("theme", "dark")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("requires two-step sign-in"), "{}", refused.text);
    assert!(owner.open("/dashboard").await.path.starts_with("/dashboard"));
    assert!(carla.open("/dashboard").await.path.starts_with("/dashboard"));
    // The way out: proving who one is, and setting it up.
    bert.request(Method::POST, &path, Some(&[("password", PASSWORD)]), "/confirm").await;
    enrol(&mut bert, &clock).await;
    assert!(bert.open("/accounts").await.path.starts_with("/accounts"));
}

#[tokio::test]
async fn who_is_held_back_may_go_to_another_agency_or_leave() {
    let (app, _clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let mut bert = app.owner("bert").await;
    let add = "insert into members (agency_id, user_id, role, joined_at)
               select $1, id, 'manager', '2026-01-01' from users where name = 'bert'";
    sqlx::query(add).bind(agency).execute(&mut database(&app).await).await.unwrap();
    let typed = [("roles[1]", "manager"), ("grace_days", "0")];
    owner.submit_form("/settings/security", "require_second_factor", &typed).await;
    app.app.members.invalidate_all();
    bert.open("/dashboard").await;
    bert.submit_form("/settings/agencies", &agency.to_string(), &[]).await;
    assert!(bert.open("/dashboard").await.path.starts_with("/settings/second-factor"));
    let own = bert.open("/settings/agencies").await;
    let page = bert.submit_form(&own.path, "switch_agency", &[]).await;
    assert!(page.path.starts_with("/dashboard"), "his own agency requires nothing: {}", page.path);
    bert.submit_form("/settings/agencies", &agency.to_string(), &[]).await;
    let page = bert.submit_form("/settings/second-factor", "Sign out", &[]).await;
    assert!(page.path.starts_with("/sign-in"), "{}", page.path);
}

#[tokio::test]
async fn grace_counts_from_joining_when_that_is_later() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let typed = [("roles[2]", "chatter"), ("grace_days", "3")];
    owner.submit_form("/settings/security", "require_second_factor", &typed).await;
    clock.advance(Duration::days(10));
    let mut late = join(&app, "carla", agency, "chatter").await;
    assert!(late.open("/dashboard").await.text.contains("3 days are left"));
    let typed = [("roles[2]", "chatter"), ("grace_days", "4")];
    assert_eq!(owner.call("require_second_factor", &typed).await.status, 403, "not without a fresh proof");
}

// ------------------------------------------------------- lost

async fn user_id(app: &TestApp, name: &str) -> String {
    let id = sqlx::query_scalar("select id::text from users where name = $1").bind(name);
    id.fetch_one(&mut database(app).await).await.unwrap()
}

#[tokio::test]
async fn an_owner_resets_what_a_member_lost() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let owner = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    let mut bert = join(&app, "bert", agency, "manager").await;
    let (_, codes) = enrol(&mut bert, &clock).await;
    let half = half_in(&app, "bert").await;
    let member = user_id(&app, "bert").await;
    assert_eq!(bert.call("reset_second_factor", &[("member", &member)]).await.status, 403);
    let stranger = app.owner("dora").await;
    assert_eq!(stranger.call("reset_second_factor", &[("member", &member)]).await.status, 404);
    let own = user_id(&app, "anna").await;
    assert_eq!(owner.call("reset_second_factor", &[("member", &own)]).await.status, 409);
    assert_eq!(owner.call("reset_second_factor", &[("member", &member)]).await.status, 200);
    eventually("every session ended", async || !is_in(&mut bert).await).await;
    let waits = async || half.call("second_step", &[("code", &codes[0])]).await.status;
    eventually("nor is the second step waited for", async || waits().await == 409).await;
    assert_eq!(mailed(&app, "Your two-step sign-in was reset").await, 1);
    let all = events(&app, agency).await;
    assert!(all.contains(&"identity.second_factor_reset".to_owned()), "{all:?}");
    crate::identity::signed_in(&app, "bert", PASSWORD).await;
    assert_eq!(owner.call("reset_second_factor", &[("member", &member)]).await.status, 409, "nothing left");
    clock.advance(Duration::minutes(11));
    assert_eq!(owner.call("reset_second_factor", &[("member", &member)]).await.status, 403, "not fresh");
}

/// The owner of one agency cannot take away what protects another: docs/decisions/0014-lost-second-factor.md.
#[tokio::test]
async fn a_person_of_two_agencies_is_reset_when_owners_of_both_ask() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let owner = app.owner("anna").await;
    let hostile = app.owner("mallory").await;
    let agency = owner_agency(&app, "anna").await;
    let mut bert = join(&app, "bert", agency, "manager").await;
    let there = owner_agency(&app, "mallory").await;
    let add = "insert into members (agency_id, user_id, role, joined_at)
               select $1, id, 'chatter', '2026-11-12' from users where name = 'bert'";
    sqlx::query(add).bind(there).execute(&mut database(&app).await).await.unwrap();
    enrol(&mut bert, &clock).await;
    let member = user_id(&app, "bert").await;
    for _ in 0..2 {
        let answer = hostile.call("reset_second_factor", &[("member", &member)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert!(is_in(&mut bert).await, "one owner's word changes nothing");
    assert!(half_in(&app, "bert").await.open("/sign-in/second").await.text.contains("One more step"));
    assert!(mailed(&app, "Reset of your two-step sign-in was asked for").await >= 1);
    // The word grows old.
    clock.advance(Duration::days(8));
    let (owner, hostile) = (again(&app, owner, "anna").await, again(&app, hostile, "mallory").await);
    assert_eq!(owner.call("reset_second_factor", &[("member", &member)]).await.status, 200);
    half_in(&app, "bert").await;
    assert_eq!(hostile.call("reset_second_factor", &[("member", &member)]).await.status, 200);
    crate::identity::signed_in(&app, "bert", PASSWORD).await;
    for agency in [agency, there] {
        eventually("both agencies have it on record", async || {
            events(&app, agency).await.contains(&"identity.second_factor_reset".to_owned())
        })
        .await;
    }
}

/// The same person, who signs in anew.
async fn again(app: &TestApp, before: Browser, name: &str) -> Browser {
    drop(before);
    crate::identity::signed_in(app, name, PASSWORD).await
}
