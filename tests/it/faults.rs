//! Every fault of the sandbox: what the app does, and that nothing is lost or counted twice.
//!
//! `send_times_out` is the inbox's: nothing is sent yet.

use crate::app::{Setup, TestApp};
use crate::earnings::new_agency;
use crate::platform_world::{Connected, until};
use creatorcrm::earnings::check_rollups;
use creatorcrm::platform::Timeouts;
use serde_json::{Value, json};
use std::time::Duration;

/// An app whose platform may take a second and a half; with a creator's name.
async fn impatient() -> (TestApp, String) {
    let patience = Timeouts { connect: Duration::from_millis(1500), total: Duration::from_millis(1500) };
    let sandbox = Some(creatorcrm_sandbox::Config::for_tests());
    let app = TestApp::set_up(Setup { sandbox, patience, ..Setup::default() }).await;
    let handle = app.handles().await.remove(0);
    (app, handle)
}

async fn connected(app: &TestApp, handle: &str) -> Connected {
    let agency = new_agency(&app.db).await;
    app.connect_one(agency, handle).await
}

/// The same, when these faults strike from its first sync on.
async fn connected_amid(app: &TestApp, handle: &str, faults: &[Value]) -> Connected {
    let agency = new_agency(&app.db).await;
    let account = app.grant(agency, handle).await.remove(0);
    for fault in faults {
        app.order("faults", fault.clone()).await;
    }
    app.want(&account).await;
    account
}

async fn assert_nothing_lost(app: &TestApp, account: &Connected) {
    app.until_equal(account).await;
    app.assert_equals_ledger(account).await;
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
}

/// The connection's health, and its note.
async fn health(app: &TestApp, account: &Connected) -> String {
    let mut tx = app.see(account.agency).await;
    sqlx::query_scalar("select health from connections where id = $1")
        .bind(account.connection)
        .fetch_one(tx.conn())
        .await
        .unwrap()
}

/// Waits until the sync says that something is wrong, and gives the sentence.
async fn problem(app: &TestApp, account: &Connected) -> String {
    until("the sync says what is wrong", async || app.sync_field(account, "problem").await).await
}

/// Ends all waiting for the platform: tests have no ten minutes.
async fn hurry(app: &TestApp, account: &Connected) {
    let mut tx = app.see(account.agency).await;
    sqlx::query(
        "update syncs set retry_at = null, next_due_at = now() where account_id = $1 and run is null",
    )
    .bind(account.account)
    .execute(tx.conn())
    .await
    .unwrap();
    sqlx::query("update connections set paused_until = null where id = $1")
        .bind(account.connection)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn health_is(app: &TestApp, account: &Connected, wanted: &str) {
    until(&format!("the connection is {wanted}"), async || {
        (health(app, account).await == wanted).then_some(())
    })
    .await;
}

/// The first sync meets `fault` wherever it goes; then the fault ends, and with it the trouble.
async fn struck_then_well(fault: Value, expected_health: &str, words: &str) {
    let (app, handle) = impatient().await;
    let account = connected_amid(&app, &handle, std::slice::from_ref(&fault)).await;
    let sentence = problem(&app, &account).await;
    assert!(sentence.contains(words), "{fault}: {sentence}");
    health_is(&app, &account, expected_health).await;
    assert!(app.sync_field(&account, "last_finished_at").await.is_none());
    app.clear_faults().await;
    hurry(&app, &account).await;
    app.synced(&account).await;
    assert_eq!(app.sync_field(&account, "problem").await, None);
    assert_eq!(app.sync_field(&account, "failures").await.as_deref(), Some("0"));
    health_is(&app, &account, "connected").await;
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn a_platform_with_faults_of_its_own_is_said_to_be_down_and_tried_again() {
    struck_then_well(json!({"kind": "server_error"}), "platform_down", "reports a fault of its own").await;
}

#[tokio::test]
async fn a_platform_that_does_not_answer_is_said_to_be_down_and_tried_again() {
    struck_then_well(json!({"kind": "timeout"}), "platform_down", "did not answer in time").await;
}

#[tokio::test]
async fn cut_off_answers_are_not_taken_for_the_truth() {
    struck_then_well(json!({"kind": "truncated_json"}), "platform_down", "cannot be read").await;
}

#[tokio::test]
async fn a_rate_limit_is_obeyed_by_the_whole_connection() {
    let fault = json!({"kind": "rate_limited", "params": {"retryAfter": 600}});
    let (app, handle) = impatient().await;
    let account = connected_amid(&app, &handle, &[fault]).await;
    assert!(problem(&app, &account).await.contains("slow down"));
    health_is(&app, &account, "rate_limited").await;
    let wait: f64 = {
        let mut tx = app.see(account.agency).await;
        sqlx::query_scalar(
            "select extract(epoch from least(s.retry_at, c.paused_until, s.next_due_at) - now())::float8
             from syncs s, connections c where s.account_id = $1 and c.id = $2",
        )
        .bind(account.account)
        .bind(account.connection)
        .fetch_one(tx.conn())
        .await
        .unwrap()
    };
    assert!((500.0..=600.0).contains(&wait), "everything waits as long as the platform said: {wait}");
    // Whoever wants it now is not obeyed before that: not a single call goes out.
    let asked = app.sandbox_state().await["counters"].clone();
    app.want(&account).await;
    until("the wish was looked at", async || {
        let due = app.sync_field(&account, "next_due_at = retry_at").await;
        (due.as_deref() == Some("true")).then_some(())
    })
    .await;
    assert_eq!(app.sandbox_state().await["counters"], asked);
    app.clear_faults().await;
    hurry(&app, &account).await;
    app.synced(&account).await;
    health_is(&app, &account, "connected").await;
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn short_rate_limits_in_between_only_slow_a_first_sync() {
    let (app, handle) = impatient().await;
    let account = connected_amid(
        &app,
        &handle,
        &[json!({"kind": "rate_limited", "count": 3, "params": {"retryAfter": 1}})],
    )
    .await;
    app.synced(&account).await;
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn slow_answers_are_waited_for() {
    let (app, handle) = impatient().await;
    let account =
        connected_amid(&app, &handle, &[json!({"kind": "slow", "count": 10, "params": {"ms": 150}})]).await;
    app.synced(&account).await;
    assert_eq!(app.sync_field(&account, "failures").await.as_deref(), Some("0"));
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn faults_here_and_there_lose_and_double_nothing() {
    let (app, handle) = impatient().await;
    // Each strikes a few times somewhere in the first sync, on top of the others.
    let faults = [
        json!({"kind": "server_error", "count": 2, "path": "/insights/earnings", "params": {"status": 500}}),
        json!({"kind": "truncated_json", "count": 2, "path": "/insights"}),
        json!({"kind": "timeout", "count": 1, "path": "/subscribers"}),
        json!({"kind": "server_error", "count": 2, "path": "/chats"}),
        json!({"kind": "rate_limited", "count": 1, "path": "/followers", "params": {"retryAfter": 1}}),
    ];
    let account = connected_amid(&app, &handle, &faults).await;
    until("all faults have struck", async || {
        hurry(&app, &account).await;
        app.sandbox_state().await["faults"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
    hurry(&app, &account).await;
    app.synced(&account).await;
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn one_stream_that_fails_does_not_hold_up_the_others() {
    let (app, handle) = impatient().await;
    let account = connected_amid(&app, &handle, &[json!({"kind": "server_error", "path": "/chats"})]).await;
    let sentence = problem(&app, &account).await;
    assert!(sentence.contains("paid messages"), "{sentence}");
    for stream in ["backfill_done_at", "subscribers_done_at", "fans_done_at"] {
        assert!(app.sync_field(&account, stream).await.is_some(), "{stream}");
    }
    health_is(&app, &account, "connected").await;
    app.clear_faults().await;
    hurry(&app, &account).await;
    app.synced(&account).await;
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn what_the_platform_newly_invents_is_kept_in_its_own_words() {
    let (app, handle) = impatient().await;
    let account = connected_amid(&app, &handle, &[json!({"kind": "unknown_values"})]).await;
    app.synced(&account).await;
    let ledger = app.ledger(&account).await;
    let ours = app.figures(&account).await;
    let sums = |figures: &crate::figures::Figures| {
        figures.earnings.values().map(|row| row[1].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(sums(&ours), sums(&ledger), "every amount counts, whatever it is called");
    assert_eq!(ours.earnings.len(), ledger.earnings.len());
    assert!(ours.earnings.values().all(|row| row[4] == "neverHeardOf" && row[5] == "neverHeardOf"));
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
    let mut tx = app.see(account.agency).await;
    let standing: Vec<Option<String>> =
        sqlx::query_scalar("select distinct subscription from fans").fetch_all(tx.conn()).await.unwrap();
    assert_eq!(standing, [Some("neverHeardOf".to_owned())]);
    drop(tx);
    // An unknown status counts as unsettled, so all of it is looked at again, and named as we know it.
    app.clear_faults().await;
    app.sync_again(&account).await;
    let recent = |figures: &crate::figures::Figures| -> Vec<Value> {
        let since = json!(chrono::Utc::now() - chrono::Duration::days(59));
        figures.earnings.values().filter(|row| row[0].as_str() > since.as_str()).cloned().collect()
    };
    until("recent earnings are named again", async || {
        (recent(&app.figures(&account).await) == recent(&app.ledger(&account).await)).then_some(())
    })
    .await;
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
}

#[tokio::test]
async fn a_token_that_ends_early_is_refreshed_and_the_sync_goes_on() {
    let (app, handle) = impatient().await;
    let account = connected_amid(&app, &handle, &[json!({"kind": "slow", "params": {"ms": 30}})]).await;
    until("the first sync is under way", async || app.sync_field(&account, "backfill_begun_at").await).await;
    app.order("faults", json!({"kind": "token_expiry", "creator": handle, "params": {"seconds": 0}})).await;
    app.synced(&account).await;
    assert_eq!(health(&app, &account).await, "connected");
    let state = app.sandbox_state().await;
    let refreshes: i64 =
        state["grants"].as_array().unwrap().iter().map(|it| it["refreshes"].as_i64().unwrap()).sum();
    assert_eq!(refreshes, 1);
    app.clear_faults().await;
    assert_nothing_lost(&app, &account).await;
}

/// The grant ends in the middle of the first sync; what is known stays, and a new grant goes on from there.
async fn ended_then_reconnected(kind: &str) {
    let (app, handle) = impatient().await;
    let account = connected_amid(&app, &handle, &[json!({"kind": "slow", "params": {"ms": 30}})]).await;
    until("the first sync is under way", async || app.sync_field(&account, "backfill_reached").await).await;
    app.order("faults", json!({"kind": kind, "creator": handle})).await;
    app.order("faults", json!({"kind": "token_expiry", "creator": handle, "params": {"seconds": 0}})).await;
    health_is(&app, &account, "needs_reconnect").await;
    assert!(problem(&app, &account).await.contains("reconnected"));
    let known = app.figures(&account).await;
    assert!(!known.earnings.is_empty() && check_rollups(&app.db).await.unwrap().is_empty());
    app.clear_faults().await;
    // The same account under a new grant.
    let again = app.reconnect(&account).await;
    app.synced(&again).await;
    assert_nothing_lost(&app, &again).await;
}

#[tokio::test]
async fn a_dead_chain_keeps_what_is_known_and_asks_for_a_new_grant() {
    ended_then_reconnected("chain_death").await;
}

#[tokio::test]
async fn a_consent_that_is_withdrawn_keeps_what_is_known_and_asks_for_a_new_grant() {
    ended_then_reconnected("consent_withdrawn").await;
}

#[tokio::test]
async fn a_platform_that_is_gone_altogether_is_waited_for() {
    let (mut app, handle) = impatient().await;
    let account = connected(&app, &handle).await;
    app.synced(&account).await;
    let known = app.figures(&account).await;
    app.stop_sandbox().await;
    app.want(&account).await;
    assert!(problem(&app, &account).await.contains("cannot be reached"));
    health_is(&app, &account, "platform_down").await;
    assert!(app.figures(&account).await == known, "what is known stays");
}

/// Sales whose webhooks meet `fault`, all of which arrive by webhook alone.
async fn webhooks_meet(fault: &str) {
    let (app, handle) = impatient().await;
    let account = connected(&app, &handle).await;
    app.synced(&account).await;
    app.order("faults", json!({"kind": fault, "count": 4})).await;
    for source in ["tip", "message", "subscription"] {
        app.order("earnings", json!({"creator": handle, "source": source, "gross": 700})).await;
    }
    app.until_equal(&account).await;
    until("every webhook is taken in the end", async || {
        let state = app.sandbox_state().await;
        let (faults, hooks) = (&state["faults"], &state["webhooks"]);
        assert_eq!(hooks["givenUp"], 0);
        let mut tx = app.db.begin_system("test").await.unwrap();
        let events: Vec<bool> = sqlx::query_scalar("select processed_at is not null from webhook_events")
            .fetch_all(tx.conn())
            .await
            .unwrap();
        let delivered = hooks["delivered"].as_u64() == Some(events.len() as u64);
        (faults.as_array().unwrap().is_empty() && delivered && events.iter().all(|done| *done)).then_some(())
    })
    .await;
    assert_nothing_lost(&app, &account).await;
}

#[tokio::test]
async fn late_webhooks_are_refused_until_they_come_with_a_new_signature() {
    webhooks_meet("webhook_late").await;
}

#[tokio::test]
async fn doubled_webhooks_count_once() {
    webhooks_meet("webhook_doubled").await;
}

#[tokio::test]
async fn webhooks_out_of_order_are_as_good_as_any() {
    webhooks_meet("webhook_out_of_order").await;
}

#[tokio::test]
async fn tampered_webhooks_are_refused_until_they_come_untouched() {
    webhooks_meet("webhook_tampered").await;
}
