//! The proof of docs/decisions/0010-refresh.md: four processes that are killed at random moments, and one whose clock stands
//! still years away, refresh 200 connections with tokens of five seconds for a minute. No chain dies, no connection is lost.

use crate::app::{Setup, TestApp};
use crate::connect::{ask, audited};
use crate::consent::decide;
use crate::refresh::state;
use chrono::TimeZone;
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::StoppedClock;
use creatorcrm::connections::{access, keep_fresh};
use creatorcrm::db::Db;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::platform::{Authorization, PkceVerifier, Platforms, TokenPair, Url};
use creatorcrm::random::{Random, SystemRandom};
use creatorcrm::vault::Place;
use creatorcrm_sandbox::Config;
use futures::StreamExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::{ExposeSecret, SecretString};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

const CONNECTIONS: usize = 200;
const WORKERS: usize = 4;
const LIFETIME: u32 = 5;
const STORM: Duration = Duration::from_secs(60);
/// Without kills a token of five seconds is refreshed some 20 times in a minute; a loaded machine does less.
const AT_LEAST: u64 = 6;
const SEED: u64 = 0x5eed_2026;

/// Consent of one creator, and the pair that it gives.
async fn granted(platforms: &Platforms, redirect_uri: &Url, number: usize) -> TokenPair {
    const CREATORS: [&str; 4] = ["mia.larsson", "noraquinn", "ivy.chen", "dani.cruz"];
    let client = platforms.iter().next().unwrap();
    let random: &dyn Random = &SystemRandom;
    let pkce = PkceVerifier::from_random(random.bytes());
    let page = client.authorize_url(&Authorization {
        state: "storm",
        pkce: &pkce,
        redirect_uri,
        prompt_login: false,
    });
    let callback: Url = decide(page.as_str(), CREATORS[number % 4], "allow", &[]).await.parse().unwrap();
    let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    client.exchange_code(&SecretString::from(code), &pkce, redirect_uri).await.unwrap()
}

/// A connection and its account, as connecting leaves them behind; not to be synced, so that only refreshing is looked at.
async fn seed(app: &TestApp, scope: &SystemScope, agency: AgencyId, number: usize, pair: &TokenPair) {
    let mut tx = app.db.begin(scope).await.unwrap();
    let (connection, account): (uuid::Uuid, uuid::Uuid) = (tx.new_id(), tx.new_id());
    let row = connection.to_string();
    let seal = |column, secret: &SecretString| {
        let place = Place { agency: agency.0, table: "connections", row: &row, column };
        app.app.vault.seal(place, secret).unwrap()
    };
    sqlx::query(
        "with connection as (
           insert into connections (agency_id, id, platform, platform_user_id, display_name, access_token, refresh_token,
             access_expires_at, refresh_due_at, health, health_since, connected_at)
           values ($1, $2, 'fanvue', $4, $4, $5, $6, now() + make_interval(secs => $7), now(), 'connected', now(), now()))
         insert into accounts (agency_id, id, platform, platform_account_id, connection_id, name, handle, connected_at)
         values ($1, $3, 'fanvue', $4, $2, $4, $4, now())",
    )
    .bind(agency)
    .bind(connection)
    .bind(account)
    .bind(format!("person {number}"))
    .bind(seal("access_token", pair.access.secret()))
    .bind(seal("refresh_token", pair.refresh.as_ref().unwrap()))
    .bind(f64::from(LIFETIME))
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// `creatorcrm worker`, as an operator starts it.
fn worker(app: &TestApp) -> Child {
    Command::new(env!("CARGO_BIN_EXE_creatorcrm"))
        .arg("worker")
        .args(&app.arguments)
        .env_clear()
        .env("DATABASE_URL", &app.database_url)
        .env("ENCRYPTION_KEY", "ab".repeat(32))
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Kills a random worker every one or two seconds and starts another in its place; how many were killed.
async fn storm(app: &TestApp, workers: &mut [Child]) -> usize {
    let mut dice = StdRng::seed_from_u64(SEED);
    let (end, mut killed) = (Instant::now() + STORM, 0);
    while Instant::now() < end {
        sleep(Duration::from_millis(dice.random_range(1000..2000))).await;
        let victim = &mut workers[dice.random_range(0..WORKERS)];
        victim.kill().await.unwrap();
        *victim = worker(app);
        killed += 1;
    }
    killed
}

/// Waits until no refresh is left that was cut off: those who are still there have repeated it.
async fn settled(app: &TestApp) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let late: i64 = ask(
            app,
            "select count(*) from connections where health = 'connected' and access_expires_at < now() + interval '1 s'",
        )
        .await;
        if late == 0 {
            return;
        }
        assert!(Instant::now() < deadline, "{late} connections have no good token");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_chain_dies_while_processes_are_killed_and_a_clock_stands_still() {
    let config = Config { token_lifetime: LIFETIME, months: 1, fan_scale: 0.05, ..Config::for_tests() };
    let app = TestApp::set_up(Setup { sandbox: Some(config), works: false, ..Setup::default() }).await;
    let agency = crate::earnings::new_agency(&app.db).await;
    let scope = SystemScope::for_agency(agency, "test");
    let redirect_uri: Url = format!("{}/oauth/fanvue/callback", app.url).parse().unwrap();
    let all = (0..CONNECTIONS).map(|number| {
        let (app, scope, redirect_uri) = (&app, &scope, &redirect_uri);
        async move {
            let pair = granted(&app.app.platforms, redirect_uri, number).await;
            seed(app, scope, agency, number, &pair).await;
        }
    });
    futures::stream::iter(all).buffer_unordered(8).collect::<Vec<()>>().await;

    let years_away = Arc::new(StoppedClock::at(chrono::Utc.with_ymd_and_hms(2031, 5, 5, 5, 5, 5).unwrap()));
    let skewed = Db::connect(&app.database_url, 10, years_away, Arc::new(SystemRandom)).await.unwrap();
    let stop = CancellationToken::new();
    let (vault, platforms) = (app.app.vault.clone(), app.app.platforms.clone());
    let keeper = tokio::spawn(keep_fresh(skewed, vault, platforms, stop.clone()));
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| worker(&app)).collect();
    let killed = storm(&app, &mut workers).await;
    for victim in &mut workers[1..] {
        victim.kill().await.unwrap();
    }
    settled(&app).await;
    check(&app, &scope, killed).await;
    stop.cancel();
    keeper.await.unwrap();
}

async fn check(app: &TestApp, scope: &SystemScope, killed: usize) {
    let state = state(app).await;
    let grants = state["grants"].as_array().unwrap();
    let refreshes: Vec<u64> = grants.iter().map(|grant| grant["refreshes"].as_u64().unwrap()).collect();
    println!(
        "{killed} kills; {} refreshes, {} to {} per connection",
        refreshes.iter().sum::<u64>(),
        refreshes.iter().min().unwrap(),
        refreshes.iter().max().unwrap()
    );
    assert_eq!((grants.len(), state["dead"].as_u64()), (CONNECTIONS, Some(0)), "a chain died");
    assert!(
        killed >= 25 && refreshes.iter().all(|count| *count >= AT_LEAST),
        "{killed} kills, {refreshes:?}"
    );
    let lost: i64 = ask(app, "select count(*) from connections where health <> 'connected'").await;
    assert_eq!((lost, audited(app, "connections.lost").await), (0, 0));
    let accounts: Vec<uuid::Uuid> = ask(app, "select array_agg(id) from accounts").await;
    assert_eq!(accounts.len(), CONNECTIONS);
    for account in accounts {
        let access =
            access(&app.app.db, &app.app.vault, &app.app.platforms, scope, AccountId(account)).await.unwrap();
        let me = access.client.me(&access.token).await;
        assert!(me.is_ok(), "the stored token of {account} does not work: {me:?}");
        assert!(!access.token.secret().expose_secret().is_empty());
    }
}
