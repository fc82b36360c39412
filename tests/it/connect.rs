//! Connecting accounts through the real router and the real sandbox: what comes of it, and every way in which it does not.

use crate::app::{Browser, Setup, Shown, TestApp};
use crate::consent::{begin, choice, clear_faults, connect, decide, fault};
use chrono::{Duration, Utc};
use creatorcrm::clock::StoppedClock;
use creatorcrm_sandbox::Config;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::sync::Arc;

/// One figure or text from the app's database, as a superuser.
pub async fn ask<T>(app: &TestApp, statement: &str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_one(&mut db).await.unwrap().get(0)
}

/// How often `event` stands in the audit log.
pub async fn audited(app: &TestApp, event: &str) -> i64 {
    ask(app, &format!("select count(*) from audit where event = '{event}'")).await
}

async fn grants(app: &TestApp) -> i64 {
    ask(app, "select count(*) from connections where disconnected_at is null").await
}

/// The reasons of refusals in the audit log, in order.
async fn refusals(app: &TestApp) -> Vec<String> {
    let all: Option<Vec<String>> = ask(
        app,
        "select array_agg(detail->>'reason' order by seq) from audit where event = 'connections.refused'",
    )
    .await;
    all.unwrap_or_default()
}

fn says(shown: &Shown, status: u16, sentence: &str) {
    assert_eq!(shown.status, status, "{shown:?}");
    assert!(shown.text.contains(sentence), "{sentence:?} is not on {shown:?}");
}

#[tokio::test]
async fn a_creators_account_is_connected_and_its_sync_begins() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let shown = connect(&mut owner, "mia.larsson").await;
    says(&shown, 200, "Mia Larsson connected. The newest figures come first.");
    assert_eq!(shown.path, "/connections");
    let row: String = ask(
        &app,
        "select concat_ws(' ', a.name, a.handle, a.via_agency, r.name, c.health, c.display_name, s.wanted_at is not null)
         from accounts a join connections c on c.id = a.connection_id join creators r on r.id = a.creator_id
         join syncs s on s.account_id = a.id",
    )
    .await;
    assert_eq!(row, "Mia Larsson mia.larsson f Mia Larsson connected Mia Larsson t");
    let sealed: bool = ask(
        &app,
        "select position('sbx_' in encode(access_token, 'escape')) = 0 and position('sbx_' in encode(refresh_token, 'escape')) = 0
         from connections",
    )
    .await;
    assert!(sealed, "both tokens are sealed");
    assert_eq!(audited(&app, "connections.connected").await, 1);
}

#[tokio::test]
async fn before_people_are_sent_away_every_permission_stands_with_its_reason() {
    let app = TestApp::with_sandbox().await;
    let page = app.owner("anna").await.open("/connections/new").await;
    let client = app.app.platforms.iter().next().unwrap().clone();
    for scope in client.platform().oauth.scopes {
        assert!(page.text.contains(scope.name) && page.text.contains(scope.why), "{}", scope.name);
    }
}

#[tokio::test]
async fn a_no_on_the_consent_page_keeps_nothing_and_cannot_be_turned_into_a_yes() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let address = begin(&mut owner).await;
    let denied = decide(&address, "mia.larsson", "deny", &[]).await;
    says(
        &owner.open(&denied).await,
        200,
        "You did not allow it on Fanvue&#x27;s page".replace("&#x27;", "'").as_str(),
    );
    let allowed = decide(&address, "mia.larsson", "allow", &[]).await;
    says(&owner.open(&allowed).await, 409, "This was used already");
    assert_eq!(grants(&app).await, 0);
    assert_eq!(refusals(&app).await, ["denied", "used_state"]);
}

#[tokio::test]
async fn a_state_is_good_once_for_ten_minutes_in_its_own_session_only() {
    let clock = StoppedClock::at(Utc::now());
    let setup =
        Setup { clock: Arc::new(clock.clone()), sandbox: Some(Config::for_tests()), ..Setup::default() };
    let app = TestApp::set_up(setup).await;
    let mut owner = app.owner("anna").await;
    says(&owner.open("/oauth/fanvue/callback?state=made-up&code=x").await, 400, "not one of ours");
    says(&owner.open("/oauth/fanvue/callback?code=x").await, 400, "not one of ours");
    says(&owner.open("/oauth/friendster/callback?code=x").await, 404, "Not found");

    let address = begin(&mut owner).await;
    let callback = decide(&address, "mia.larsson", "allow", &[]).await;
    let mut stranger = app.owner("eve").await;
    says(&stranger.open(&callback).await, 403, "begun in another browser");
    says(&app.browser().open(&callback).await, 403, "begun in another browser");
    says(&owner.open(&callback).await, 200, "Mia Larsson connected");
    says(&owner.open(&callback).await, 409, "This was used already");

    let address = begin(&mut owner).await;
    clock.advance(Duration::minutes(10));
    let callback = decide(&address, "noraquinn", "allow", &[]).await;
    says(&owner.open(&callback).await, 410, "This took too long");
    assert_eq!(grants(&app).await, 1);
    assert_eq!(refusals(&app).await, ["other_session", "expired_state"]);
}

#[tokio::test]
async fn two_presses_and_two_tabs_come_to_one_connection() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let (first, second) = (begin(&mut owner).await, begin(&mut owner).await);
    let callbacks = [
        decide(&first, "mia.larsson", "allow", &[]).await,
        decide(&second, "mia.larsson", "allow", &[]).await,
    ];
    let opened = callbacks.iter().flat_map(|callback| [callback, callback]).map(|callback| {
        let mut browser = Browser::new(&app.url);
        browser.cookies = owner.cookies.clone();
        async move { browser.open(callback).await.status }
    });
    let mut statuses = futures::future::join_all(opened).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 409, 409]);
    assert_eq!(grants(&app).await, 1);
    let counts: String =
        ask(&app, "select concat_ws(' ', (select count(*) from accounts), (select count(*) from creators))")
            .await;
    assert_eq!(counts, "1 1");
}

#[tokio::test]
async fn a_missing_permission_is_named_and_nothing_is_kept() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    for (scope, why) in [
        ("openid offline_access read:self read:fan read:creator read:chat", "To show what the account earns"),
        ("openid read:self read:insights read:fan read:creator read:chat", "while you are away"),
    ] {
        let address = begin(&mut owner).await;
        let callback = decide(&address, "mia.larsson", "allow", &[("scope", scope)]).await;
        says(&owner.open(&callback).await, 403, why);
    }
    assert_eq!(grants(&app).await, 0);
    let tokens: i64 = ask(
        &app,
        "select count(*) from connections where access_token is not null or refresh_token is not null",
    )
    .await;
    assert_eq!(tokens, 0);
}

#[tokio::test]
async fn of_an_agencys_grant_somebody_chooses() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    connect(&mut owner, "noraquinn").await;
    let shown = connect(&mut owner, "agency").await;
    assert!(shown.path.starts_with("/connections/") && shown.path.ends_with("/choose"), "{shown:?}");
    says(&shown, 200, "Connected otherwise");
    let theo = choice(&shown, "Theo Marsh");
    let nothing = owner.submit_form(&shown.path, "choose_accounts", &[]).await;
    says(&nothing, 200, "Choose at least one account");
    let done = owner.submit_form(&shown.path, "choose_accounts", &[("accounts[]", &theo)]).await;
    says(&done, 200, "Theo Marsh connected");
    let again = connect(&mut owner, "agency").await;
    says(&again, 200, "Already here");
    says(&again, 200, "Connected otherwise");
    let rows: String = ask(
        &app,
        "select string_agg(a.handle || ' ' || a.via_agency || ' ' || c.display_name, ', ' order by a.handle)
         from accounts a join connections c on c.id = a.connection_id",
    )
    .await;
    assert!(rows.starts_with("noraquinn false Nora Quinn, theo.marsh true "), "{rows}");
}

#[tokio::test]
async fn the_same_person_again_renews_the_connection_and_keeps_the_account() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    connect(&mut owner, "mia.larsson").await;
    let before: uuid::Uuid = ask(&app, "select id from accounts").await;
    let shown = connect(&mut owner, "mia.larsson").await;
    says(&shown, 200, "Mia Larsson reconnected");
    assert_eq!(ask::<uuid::Uuid>(&app, "select id from accounts").await, before);
    assert_eq!(grants(&app).await, 1);

    let shown = owner.submit_form(&format!("/accounts/{before}/disconnect"), "disconnect_account", &[]).await;
    assert_eq!(grants(&app).await, 0, "{shown:?}");
    let left: i64 = ask(
        &app,
        "select count(*) from connections where coalesce(access_token, refresh_token) is not null or refresh_due_at is not null",
    )
    .await;
    assert_eq!(left, 0);
    assert_eq!(ask::<String>(&app, "select state from syncs").await, "stopped");
    connect(&mut owner, "mia.larsson").await;
    let row: String = ask(
        &app,
        "select concat_ws(' ', id, disconnected_at is null, (select count(*) from creators)) from accounts",
    )
    .await;
    assert_eq!(row, format!("{before} t 1"));
    assert_eq!(audited(&app, "connections.reconnected").await, 2);
    assert_eq!(audited(&app, "connections.disconnected").await, 1);
}

#[tokio::test]
async fn reconnecting_takes_the_same_person_and_tells_whose_it_was_otherwise() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    connect(&mut owner, "mia.larsson").await;
    let consent = owner.submit_form("/connections", "reconnect", &[]).await;
    assert!(consent.path.contains("prompt=login"), "{}", consent.path);
    let callback = decide(&consent.path, "noraquinn", "allow", &[]).await;
    let shown = owner.open(&callback).await;
    says(&shown, 409, "You signed in to Fanvue as Nora Quinn, but this connection is Mia Larsson's");
    assert_eq!(ask::<i64>(&app, "select count(*) from accounts").await, 1);
    assert_eq!(grants(&app).await, 1);
    let consent = owner.submit_form("/connections", "reconnect", &[]).await;
    let callback = decide(&consent.path, "mia.larsson", "allow", &[]).await;
    says(&owner.open(&callback).await, 200, "Mia Larsson reconnected");
    assert_eq!(grants(&app).await, 1);
}

#[tokio::test]
async fn each_agency_has_its_own_grant_of_one_account() {
    let app = TestApp::with_sandbox().await;
    let (mut anna, mut berta) = (app.owner("anna").await, app.owner("berta").await);
    connect(&mut anna, "mia.larsson").await;
    says(&connect(&mut berta, "mia.larsson").await, 200, "Mia Larsson connected");
    assert_eq!(grants(&app).await, 2);
    assert_eq!(ask::<i64>(&app, "select count(distinct agency_id) from accounts").await, 2);
}

#[tokio::test]
async fn a_platform_in_trouble_before_it_says_whose_grant_it_is_loses_nothing() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    fault(&app, json!({"kind": "5xx", "path": "/users/me"})).await;
    let shown = connect(&mut owner, "mia.larsson").await;
    says(&shown, 502, "You allowed it, and that is kept");
    let list = owner.open("/connections").await;
    says(&list, 200, "/choose");
    let id: uuid::Uuid =
        ask(&app, "select id from connections where health = 'choosing' and platform_user_id is null").await;
    let page = format!("/connections/{id}/choose");
    says(&owner.submit_form(&page, "finish_connection", &[]).await, 200, "is in trouble");
    clear_faults(&app).await;
    says(&owner.submit_form(&page, "finish_connection", &[]).await, 200, "Mia Larsson connected");
    assert_eq!(grants(&app).await, 1);
}

#[tokio::test]
async fn an_unfinished_grant_can_be_removed() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    fault(&app, json!({"kind": "truncated_json", "path": "/users/me"})).await;
    connect(&mut owner, "mia.larsson").await;
    let shown = owner.submit_form("/connections", "remove_connection", &[]).await;
    says(&shown, 200, "Removed.");
    assert_eq!(grants(&app).await, 0);
    assert_eq!(ask::<i64>(&app, "select count(*) from connections where access_token is not null").await, 0);
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_leaves_nothing_behind() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    for (kind, status) in [("5xx", 502), ("429", 502), ("truncated_json", 502), ("unknown_values", 200)] {
        fault(&app, json!({"kind": kind, "path": "/oauth2/token", "count": 1})).await;
        let shown = connect(&mut owner, "mia.larsson").await;
        assert_eq!(shown.status, status, "{kind}: {shown:?}");
        assert_eq!(grants(&app).await, i64::from(status == 200), "{kind}");
    }
}

#[tokio::test]
async fn a_member_who_may_no_longer_connect_does_not() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    let address = begin(&mut owner).await;
    let callback = decide(&address, "mia.larsson", "allow", &[]).await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::raw_sql("update members set role = 'chatter'").execute(&mut db).await.unwrap();
    says(&owner.open(&callback).await, 403, "no longer allows");
    assert_eq!(grants(&app).await, 0);
}

#[tokio::test]
async fn a_creator_who_is_chosen_gets_the_account() {
    let app = TestApp::with_sandbox().await;
    let mut owner = app.owner("anna").await;
    connect(&mut owner, "mia.larsson").await;
    let creator: uuid::Uuid = ask(&app, "select id from creators").await;
    let chosen = creator.to_string();
    let consent = owner.submit_form("/connections/new", "connect_account", &[("creator", &chosen)]).await;
    let callback = decide(&consent.path, "noraquinn", "allow", &[]).await;
    owner.open(&callback).await;
    let counts: String =
        ask(&app, "select concat_ws(' ', count(*), count(distinct creator_id)) from accounts").await;
    assert_eq!(counts, "2 1");
    let foreign = uuid::Uuid::new_v4().to_string();
    let refused = owner.submit_form("/connections/new", "connect_account", &[("creator", &foreign)]).await;
    says(&refused, 200, "There is nothing here");
}

/// An API at which everybody is a fan.
async fn fans_only() -> String {
    use axum::routing::get;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let me = json!({"uuid": "f1", "handle": "leo9", "displayName": "Leo", "isCreator": false});
    let router = axum::Router::new().route("/users/me", get(move || async move { axum::Json(me) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn a_person_who_is_neither_creator_nor_agency_is_told_so() {
    let api = vec!["--fanvue-api-url".to_owned(), fans_only().await];
    let app =
        TestApp::set_up(Setup { arguments: api, sandbox: Some(Config::for_tests()), ..Setup::default() })
            .await;
    let mut owner = app.owner("anna").await;
    let shown = connect(&mut owner, "mia.larsson").await;
    says(
        &shown,
        422,
        "Leo is neither a creator&#x27;s nor an agency&#x27;s account".replace("&#x27;", "'").as_str(),
    );
    assert_eq!(grants(&app).await, 0);
}
