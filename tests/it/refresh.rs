//! Refreshing: a pair is stored before it is used, trouble keeps the old one, only a refused refresh ends a connection.

use crate::app::{Setup, TestApp};
use crate::connect::{ask, audited};
use crate::consent::{clear_faults, connect, fault};
use creatorcrm::auth::SystemScope;
use creatorcrm::connections::{self, Access};
use creatorcrm::error::{Error, Result};
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::vault::{Place, SealedToken};
use creatorcrm_sandbox::Config;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::Duration;

/// An app that only serves, with one connected account, so that nothing refreshes but what the test asks for.
async fn one_account() -> (TestApp, SystemScope, AccountId) {
    let setup = Setup { sandbox: Some(Config::for_tests()), works: false, ..Setup::default() };
    let app = TestApp::set_up(setup).await;
    connect(&mut app.owner("anna").await, "mia.larsson").await;
    let agency: AgencyId = ask::<uuid::Uuid>(&app, "select agency_id from accounts").await.into();
    let account: AccountId = ask::<uuid::Uuid>(&app, "select id from accounts").await.into();
    (app, SystemScope::for_agency(agency, "test"), account)
}

async fn access(app: &TestApp, scope: &SystemScope, account: AccountId) -> Result<Access> {
    connections::access(&app.app.db, &app.app.vault, &app.app.platforms, scope, account).await
}

async fn change(app: &TestApp, statement: &str) {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.unwrap();
}

const USED_UP: &str = "update connections set access_expires_at = now(), refresh_due_at = now()";

/// The access token as it is stored now.
async fn stored(app: &TestApp) -> String {
    let (agency, id) = (
        ask::<uuid::Uuid>(app, "select agency_id from connections").await,
        ask::<uuid::Uuid>(app, "select id from connections").await,
    );
    let sealed: SealedToken = ask::<Vec<u8>>(app, "select access_token from connections").await.into();
    let place = Place { agency, table: "connections", row: &id.to_string(), column: "access_token" };
    app.app.vault.open(place, &sealed).unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn whoever_needs_a_token_gets_one_that_is_stored_already() {
    let (app, scope, account) = one_account().await;
    let before = stored(&app).await;
    assert_eq!(
        access(&app, &scope, account).await.unwrap().token.secret().expose_secret(),
        before,
        "still good"
    );
    change(&app, USED_UP).await;
    let many = futures::future::join_all((0..6).map(|_| access(&app, &scope, account))).await;
    let now = stored(&app).await;
    assert_ne!(now, before);
    for access in many {
        let access = access.unwrap();
        assert_eq!(access.token.secret().expose_secret(), now);
        access.client.me(&access.token).await.unwrap();
    }
    assert_eq!(state(&app).await["counters"]["refreshRequests"], 1, "six asked, one refreshed");
}

#[tokio::test]
async fn a_pair_that_cannot_be_stored_is_not_used_and_the_chain_lives_on() {
    let (app, scope, account) = one_account().await;
    let before = stored(&app).await;
    change(&app, USED_UP).await;
    change(
        &app,
        "create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$;
         create trigger full_disk before update of refresh_token on connections for each row execute function full_disk()",
    )
    .await;
    assert!(matches!(access(&app, &scope, account).await, Err(Error::Internal(_))));
    assert_eq!(stored(&app).await, before);
    change(&app, "drop trigger full_disk on connections").await;
    let access = access(&app, &scope, account).await.unwrap();
    access.client.me(&access.token).await.unwrap();
    assert_eq!(state(&app).await["dead"], 0);
}

#[tokio::test]
async fn trouble_keeps_the_old_pair_and_backs_off() {
    let (app, scope, account) = one_account().await;
    let before = stored(&app).await;
    for (number, kind) in ["5xx", "timeout", "truncated_json", "429"].into_iter().enumerate() {
        change(&app, USED_UP).await;
        fault(&app, json!({"kind": kind, "path": "/oauth2/token", "count": 1, "params": {"retryAfter": 30}}))
            .await;
        let refused = access(&app, &scope, account).await;
        assert!(matches!(refused, Err(Error::Upstream(_))), "{kind}: {:?}", refused.map(|_| ()));
        assert_eq!(stored(&app).await, before, "{kind}");
        let row: String = ask(
            &app,
            "select concat_ws(' ', refresh_failures, health, refresh_due_at > now(), refresh_started_at is null) from connections",
        )
        .await;
        let health = if kind == "429" { "rate_limited" } else { "platform_down" };
        assert_eq!(row, format!("{} {health} t t", number + 1), "{kind}");
    }
    let wait: bool = ask(&app, "select refresh_due_at > now() + interval '25 s' from connections").await;
    assert!(wait, "the platform asked for 30 s");
    clear_faults(&app).await;
    change(&app, USED_UP).await;
    access(&app, &scope, account).await.unwrap();
    let row: String = ask(&app, "select concat_ws(' ', refresh_failures, health) from connections").await;
    assert_eq!(row, "0 connected");
    assert_eq!(audited(&app, "connections.lost").await, 0);
}

#[tokio::test]
async fn a_dead_chain_is_told_once_to_the_log_and_to_the_owner_and_is_left_alone_then() {
    let (app, scope, account) = one_account().await;
    fault(&app, json!({"kind": "chain_death"})).await;
    change(&app, USED_UP).await;
    let many = futures::future::join_all((0..5).map(|_| access(&app, &scope, account))).await;
    assert!(many.iter().all(|done| matches!(done, Err(Error::Conflict(_)))));
    assert_eq!(ask::<String>(&app, "select health from connections").await, "needs_reconnect");
    assert_eq!(audited(&app, "connections.lost").await, 1);
    let mail: String = ask(
        &app,
        "select string_agg(recipient || ': ' || subject, '; ') from mails where subject like 'Reconnect%'",
    )
    .await;
    assert_eq!(mail, "anna@example.com: Reconnect Mia Larsson on Fanvue");
    let alert: String =
        ask(&app, "select string_agg(kind || ': ' || (evidence ->> 'names'), '; ') from alerts").await;
    assert_eq!(alert, "connection_broken: Mia Larsson");
    let asked = state(&app).await["counters"]["refreshRequests"].clone();
    assert!(matches!(access(&app, &scope, account).await, Err(Error::Conflict(_))));
    assert_eq!(state(&app).await["counters"]["refreshRequests"], asked, "a dead chain is not asked again");

    let mut owner = app.owner("berta").await;
    assert!(
        !owner.open("/connections").await.text.contains("Needs reconnecting"),
        "that is another agency's"
    );
    connect(&mut owner, "mia.larsson").await;
}

#[tokio::test]
async fn a_refused_token_makes_a_refresh_due_and_nothing_worse() {
    let (app, scope, account) = one_account().await;
    fault(&app, json!({"kind": "token_expiry", "params": {"seconds": 0}})).await;
    let old = access(&app, &scope, account).await.unwrap();
    let error = old.client.me(&old.token).await.unwrap_err();
    connections::note_failure(&app.app.db, &scope, old.connection, &error).await.unwrap();
    assert_eq!(ask::<String>(&app, "select health from connections").await, "connected");
    let new = access(&app, &scope, account).await.unwrap();
    new.client.me(&new.token).await.unwrap();
}

/// How the sandbox sees its grants.
pub async fn state(app: &TestApp) -> serde_json::Value {
    let url = format!("{}/control/state", app.sandbox().base_url());
    let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
    client.get(url).send().await.unwrap().json().await.unwrap()
}
