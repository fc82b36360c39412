//! Signed-in devices, and changing the password.

use crate::app::{Browser, Setup, TestApp, eventually};
use crate::identity::{PASSWORD, database, is_in, recorded, signed_in};
use chrono::{DateTime, Duration, Utc};
use creatorcrm::auth::SessionStore;
use reqwest::Method;
use sqlx::Row;
use tower_sessions::SessionStore as _;
use tower_sessions::session::{Id, Record};

const NEW_PASSWORD: &str = "a whole new password";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";

fn noon() -> DateTime<Utc> {
    "2026-11-12T12:00:00Z".parse().unwrap()
}

/// Anna on a second device, with Firefox at another address.
async fn on_firefox(app: &TestApp) -> Browser {
    let mut browser = app.browser();
    browser.headers.insert("user-agent", FIREFOX.to_owned());
    browser.headers.insert("x-forwarded-for", "192.0.2.7".to_owned());
    browser.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    browser
}

#[tokio::test]
async fn a_person_sees_and_ends_their_devices() {
    let app = TestApp::start().await;
    let mut here = app.owner("anna").await;
    let mut there = on_firefox(&app).await;
    let page = here.open("/settings/devices").await.text;
    for words in ["This device", "Firefox on Linux", "192.0.2.7", "Sign out all others"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert_eq!(page.matches("name=\"device\"").count(), 1, "this device is not signed out from here");
    let page = here.submit_form("/settings/devices", "name=\"device\"", &[]).await;
    assert!(page.text.contains("That device is signed out."), "{}", page.text);
    assert!(!page.text.contains("Firefox on Linux"), "{}", page.text);
    eventually("the other device is signed out", async || !is_in(&mut there).await).await;
    assert!(is_in(&mut here).await);
    assert!(recorded(&app, "anna").await.contains(&"identity.devices_signed_out".to_owned()));
}

#[tokio::test]
async fn a_device_that_is_gone_already_is_told() {
    let app = TestApp::start().await;
    let mut here = app.owner("anna").await;
    on_firefox(&app).await;
    let device = device_of(&app, "anna", "%Firefox%").await;
    let path = crate::app::function_path("end_device");
    for told in ["That device is signed out.", "That device was signed out already."] {
        here.request(Method::POST, &path, Some(&[("device", &device)]), "/settings/devices").await;
        let page = here.open("/settings/devices").await;
        assert!(page.text.contains(told), "{told} in {}", page.text);
    }
}

/// The device of `name` with such a user agent, as forms name it.
async fn device_of(app: &TestApp, name: &str, user_agent: &str) -> String {
    let row = sqlx::query(
        "select encode(id_hash, 'hex') from sessions s join users u on u.id = s.user_id
         where u.name = $1 and s.user_agent like $2",
    );
    row.bind(name).bind(user_agent).fetch_one(&mut database(app).await).await.unwrap().get(0)
}

#[tokio::test]
async fn a_device_of_somebody_else_is_not_found() {
    let app = TestApp::start().await;
    let (mut anna, bert) = (app.owner("anna").await, app.owner("bert").await);
    let device = device_of(&app, "anna", "%").await;
    assert_eq!(bert.call("end_device", &[("device", &device)]).await.status, 404);
    assert_eq!(bert.call("end_device", &[("device", "nonsense")]).await.status, 404);
    assert_eq!(bert.call("end_other_devices", &[]).await.status, 200);
    assert!(is_in(&mut anna).await);
}

/// The other process keeps sessions for five seconds; it hears of the end at once.
#[tokio::test]
async fn a_session_ended_in_one_process_is_gone_in_the_others_at_once() {
    let app = TestApp::start().await;
    let beside = Setup { database_url: Some(app.database_url.clone()), ..Setup::default() };
    let second = TestApp::set_up(beside).await;
    let here = app.owner("anna").await;
    let mut there = Browser::new(&second.url);
    there.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert!(is_in(&mut there).await);
    assert_eq!(here.call("end_other_devices", &[]).await.status, 200);
    let begun = tokio::time::Instant::now();
    eventually("the session is gone", async || !is_in(&mut there).await).await;
    assert!(begun.elapsed().as_secs() < 3, "it took {:?}", begun.elapsed());
}

/// A request that was under way when its session was ended must not bring it back.
#[tokio::test]
async fn an_ended_session_stays_ended() {
    let app = TestApp::start().await;
    let store = SessionStore::new(app.db.clone());
    let expiry_date = time::OffsetDateTime::from_unix_timestamp(noon().timestamp()).unwrap();
    let mut record = Record { id: Id(7), data: Default::default(), expiry_date };
    store.create(&mut record).await.unwrap();
    assert_ne!(record.id, Id(7), "a session that begins has a new id");
    assert!(store.load(&record.id).await.unwrap().is_some());
    store.delete(&record.id).await.unwrap();
    store.save(&record).await.unwrap();
    assert!(store.load(&record.id).await.unwrap().is_none());
}

/// A session that is being renewed is the person's all the while: whoever ends it then ends it for good.
#[tokio::test]
async fn a_session_ended_while_it_is_renewed_stays_ended() {
    let app = TestApp::start().await;
    let mut here = app.owner("anna").await;
    let before = here.cookies["session"].clone();
    for ended in [false, true] {
        let mut db = database(&app).await;
        if ended {
            // As when another device ends all others between the two statements of a renewal.
            let trap = "create function trap() returns trigger language plpgsql as
                          'begin delete from sessions where id_hash = new.id_hash; return null; end';
                        create trigger trap after update of id_hash on sessions for each row
                          when (old.id_hash is distinct from new.id_hash) execute function trap()";
            sqlx::raw_sql(trap).execute(&mut db).await.unwrap();
        }
        here.submit("/settings/agencies", &[("name", "Lumen Agency")]).await;
        assert_eq!(is_in(&mut here).await, !ended);
        let left: i64 = sqlx::query_scalar("select count(*) from sessions").fetch_one(&mut db).await.unwrap();
        assert_eq!(left, i64::from(!ended));
    }
    assert_ne!(here.cookies.get("session"), Some(&before));
}

/// The password was changed between its proof and the session that begins with it.
#[tokio::test]
async fn a_sign_in_does_not_outlive_its_password() {
    let app = TestApp::start().await;
    app.owner("anna").await;
    // As a reset does, the moment after the password was found to fit: signing in forgives what was counted.
    let trap = "create function trap() returns trigger language plpgsql as
                  'begin update users set password_set_at = password_set_at + interval ''1 second''; return null; end';
                create trigger trap after delete on tries for each statement execute function trap()";
    sqlx::raw_sql(trap).execute(&mut database(&app).await).await.unwrap();
    let mut browser = app.browser();
    browser.submit("/sign-in", &[("email", "anna@example.com"), ("password", PASSWORD)]).await;
    assert!(!is_in(&mut browser).await);
}

#[tokio::test]
async fn when_a_device_was_last_seen_is_noted_every_few_minutes() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut here = app.owner("anna").await;
    let cookie = here.cookies["session"].clone();
    let seen = async || -> DateTime<Utc> {
        sqlx::query("select last_seen_at from sessions")
            .fetch_one(&mut database(&app).await)
            .await
            .unwrap()
            .get(0)
    };
    clock.advance(Duration::minutes(4));
    here.open("/dashboard").await;
    assert_eq!(seen().await, noon());
    clock.advance(Duration::minutes(2));
    here.headers.insert("user-agent", FIREFOX.to_owned());
    let response = here.request(Method::GET, "/dashboard", None, "").await;
    assert!(response.headers().contains_key("set-cookie"), "the cookie lives on too");
    assert_eq!(seen().await, noon() + Duration::minutes(6));
    assert_eq!(here.cookies["session"], cookie);
    assert!(here.open("/settings/devices").await.text.contains("Firefox on Linux"));
}

#[tokio::test]
async fn a_session_ends_after_two_weeks_without_a_visit() {
    let (app, clock) = TestApp::start_at(noon()).await;
    let mut here = app.owner("anna").await;
    for _ in 0..3 {
        clock.advance(Duration::days(13));
        assert!(is_in(&mut here).await);
    }
    clock.advance(Duration::days(14));
    assert!(!is_in(&mut here).await);
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let mut here = app.owner("anna").await;
    let mut there = on_firefox(&app).await;
    let before = here.cookies["session"].clone();
    let typed = [("current_password", "not the password"), ("new_password", NEW_PASSWORD)];
    let page = here.submit("/settings/password", &typed).await;
    assert!(page.text.contains("This is not your current password"), "{}", page.text);
    let typed = [("current_password", PASSWORD), ("new_password", "short")];
    let page = here.submit("/settings/password", &typed).await;
    assert!(page.text.contains("Use at least 10 characters"), "{}", page.text);
    let typed = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    let page = here.submit("/settings/password", &typed).await;
    assert_eq!(page.path, "/settings/password");
    assert!(page.text.contains("Your other devices are signed out."), "{}", page.text);
    assert_ne!(here.cookies["session"], before, "the session goes on under a new id");
    assert!(is_in(&mut here).await);
    let mut stolen = app.browser();
    stolen.cookies.insert("session".to_owned(), before);
    assert!(!is_in(&mut stolen).await);
    eventually("the other device is signed out", async || !is_in(&mut there).await).await;
    signed_in(&app, "anna", NEW_PASSWORD).await;
    let mail = app.browser().open("/dev/mail").await.text;
    assert!(mail.contains("Your password was changed"), "{mail}");
    assert!(recorded(&app, "anna").await.contains(&"identity.password_changed".to_owned()));
}

/// Whoever finds a browser signed in guesses no faster there than at the door.
#[tokio::test]
async fn a_wrong_current_password_counts_like_a_failed_sign_in() {
    let app = TestApp::start().await;
    let here = app.owner("anna").await;
    let typed = [("current_password", "not the password"), ("new_password", NEW_PASSWORD)];
    for _ in 0..5 {
        assert_eq!(here.call("change_password", &typed).await.status, 422);
    }
    let typed = [("current_password", PASSWORD), ("new_password", NEW_PASSWORD)];
    let refused = here.call("change_password", &typed).await;
    assert_eq!(refused.status, 429);
    // It is not on record as a sign-in.
    eventually("the refusals are recorded", async || recorded(&app, "anna").await.len() == 6).await;
    assert_eq!(recorded(&app, "anna").await[1..], ["identity.password_refused"; 5]);
    let right = [("email", "anna@example.com"), ("password", PASSWORD)];
    assert_eq!(app.browser().call("sign_in", &right).await.status, 429);
}

/// Anna is Bert's chatter, and has an agency of her own.
async fn bert_and_his_chatter(app: &TestApp) -> (Browser, Browser, String) {
    let (anna, mut bert) = (app.owner("anna").await, app.owner("bert").await);
    bert.open("/dashboard").await;
    let mut db = database(app).await;
    sqlx::query(
        "insert into members (agency_id, user_id, role, joined_at)
         select m.agency_id, a.id, 'chatter', now() from members m join users b on b.id = m.user_id and b.name = 'bert', users a
         where a.name = 'anna'",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from users where name = 'anna'").fetch_one(&mut db).await.unwrap();
    (anna, bert, id.to_string())
}

#[tokio::test]
async fn an_owner_ends_a_members_sessions_in_this_agency_and_sees_no_other() {
    let app = TestApp::start().await;
    let (mut at_home, mut bert, anna) = bert_and_his_chatter(&app).await;
    let page = format!("/team/{anna}/devices");
    let shown = bert.open(&page).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("anna is not signed in to this agency anywhere."), "{shown:?}");
    // Her own agency's session is not Bert's to end, whatever he sends.
    let hers: String = sqlx::query_scalar(
        "select encode(id_hash, 'hex') from sessions s join users u on u.id = s.user_id where u.name = 'anna'",
    )
    .fetch_one(&mut database(&app).await)
    .await
    .unwrap();
    let answer = bert.call("end_member_device", &[("member", &anna), ("device", &hers)]).await;
    assert_eq!(answer.status, 404);
    bert.call("end_member_devices", &[("member", &anna)]).await;
    assert!(is_in(&mut at_home).await);

    let mut at_work = on_firefox(&app).await;
    at_work.submit_form("/settings/agencies", "switch_agency", &[]).await;
    let shown = bert.open(&page).await;
    assert!(shown.text.contains("Firefox on Linux") && shown.text.contains("192.0.2.7"), "{shown:?}");
    assert_eq!(shown.text.matches("Sign out Firefox").count(), 1, "{shown:?}");
    let shown = bert.submit_form(&page, "aria-label=\"Sign out Firefox", &[]).await;
    assert!(shown.text.contains("That device is signed out."), "{shown:?}");
    assert!(!is_in(&mut at_work).await);
    assert!(is_in(&mut at_home).await);
    assert_eq!(recorded(&app, "bert").await.last().unwrap(), "identity.member_signed_out");
}

#[tokio::test]
async fn only_owners_of_the_members_agency_sign_them_out() {
    let app = TestApp::start().await;
    let (mut at_home, mut bert, anna) = bert_and_his_chatter(&app).await;
    let mut carla = app.owner("carla").await;
    assert_eq!(carla.open(&format!("/team/{anna}/devices")).await.status, 404);
    let answer = carla.call("end_member_devices", &[("member", &anna)]).await;
    assert_eq!(answer.status, 404);
    sqlx::query(
        "update members set role = 'manager' where user_id = (select id from users where name = 'bert')",
    )
    .execute(&mut database(&app).await)
    .await
    .unwrap();
    eventually("he is a manager now", async || bert.open("/settings/security").await.status == 403).await;
    assert_eq!(bert.open(&format!("/team/{anna}/devices")).await.status, 403);
    assert!(is_in(&mut at_home).await);
}
