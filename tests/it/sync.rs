//! Syncing against the real sandbox: every figure equals its ledger, whatever happens on the way.

use crate::app::{Setup, TestApp};
use crate::earnings::new_agency;
use crate::platform_world::until;
use creatorcrm::earnings::check_rollups;
use creatorcrm::platform::{AccountRef, PlatformKind};
use serde_json::json;
use std::time::Duration;

async fn assert_rollups(app: &TestApp) {
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
}

#[tokio::test]
async fn a_first_sync_equals_the_ledger_to_the_cent() {
    let app = TestApp::with_sandbox().await;
    let agency = new_agency(&app.db).await;
    let handles = app.handles().await;
    let own = app.connect_one(agency, &handles[0]).await;
    let managed = app.connect(agency, "agency").await;
    assert_eq!(managed.len(), 2, "one grant reaches two creators");
    for account in managed.iter().chain([&own]) {
        app.synced(account).await;
        app.assert_equals_ledger(account).await;
        assert!(!app.figures(account).await.earnings.is_empty());
        assert!(!app.figures(account).await.ppv.is_empty());
        assert_eq!(app.sync_field(account, "problem").await, None);
        assert_eq!(app.sync_field(account, "state").await.as_deref(), Some("idle"));
    }
    assert_rollups(&app).await;
}

#[tokio::test]
async fn progress_is_true_while_the_first_sync_lasts_and_after_it() {
    let app = TestApp::with_sandbox().await;
    let agency = new_agency(&app.db).await;
    let handle = app.handles().await.remove(0);
    let account = app.grant(agency, &handle).await.remove(0);
    let progress =
        async || creatorcrm::sync::progress(&mut app.see(agency).await, account.account).await.unwrap();
    assert!(progress().await.is_none(), "nobody wanted it yet");
    app.order("faults", json!({"kind": "slow", "params": {"ms": 40}})).await;
    app.want(&account).await;
    let mut seen = Vec::new();
    let whole = until("the first sync is over", async || {
        let now = progress().await?;
        seen.push((now.earnings, now.days().unwrap_or_default().0));
        now.is_complete().then_some(now)
    })
    .await;
    assert!(seen.windows(2).all(|pair| pair[0] <= pair[1]), "it never goes back: {seen:?}");
    let steps: std::collections::BTreeSet<_> = seen.iter().map(|(_, days)| days).collect();
    assert!(steps.len() >= 3, "it is told as it goes: {seen:?}");
    let (days, all) = whole.days().unwrap();
    assert_eq!(days, all);
    assert_eq!(usize::try_from(whole.earnings).unwrap(), app.ledger(&account).await.earnings.len());
}

#[tokio::test]
async fn later_sales_refunds_and_changes_of_status_arrive() {
    let app = TestApp::with_sandbox().await;
    let agency = new_agency(&app.db).await;
    let handle = app.handles().await.remove(0);
    let account = app.connect_one(agency, &handle).await;
    app.synced(&account).await;
    for source in ["tip", "message", "subscription", "post"] {
        app.order("earnings", json!({"creator": handle, "source": source, "count": 3})).await;
    }
    app.sync_again(&account).await;
    app.until_equal(&account).await;

    let sold =
        app.order("earnings", json!({"creator": handle, "source": "tip", "gross": 5000, "count": 2})).await;
    let id = |index: usize| sold["earnings"][index]["transactionOrderId"].clone();
    app.order("refund", json!({"transactionOrderId": id(0), "gross": 1200})).await;
    app.order("refund", json!({"transactionOrderId": id(1), "kind": "chargeback"})).await;
    app.sync_again(&account).await;
    app.until_equal(&account).await;

    let pending = |figures: crate::figures::Figures| {
        figures.earnings.values().filter(|row| row[5] == "pending").count()
    };
    assert!(pending(app.figures(&account).await) > 0);
    app.order("advance", json!({"seconds": 8 * 24 * 3600})).await;
    assert_eq!(pending(app.ledger(&account).await), 0, "a week later all of it can be paid out");
    app.sync_again(&account).await;
    app.until_equal(&account).await;
    assert_rollups(&app).await;
}

#[tokio::test]
async fn unread_chats_are_those_that_the_platform_counts() {
    let app = TestApp::with_sandbox().await;
    let agency = new_agency(&app.db).await;
    let account = app.connect_one(agency, &app.handles().await[0]).await;
    app.synced(&account).await;
    let platform = app.app.platforms.get(PlatformKind::Fanvue).unwrap();
    let token = app.consent(&account.handle).await.access;
    let counted = async || platform.unread_chats(&token, &AccountRef::Own).await.unwrap().to_string();
    let before = counted().await;
    assert_eq!(app.sync_field(&account, "unread_chats").await, Some(before.clone()));
    assert!(app.sync_field(&account, "unread_at").await.is_some());
    // A fan writes: one call of its own, counted against what the platform allows.
    for _ in 0..30 {
        app.order("message", json!({"creator": account.handle, "text": "hi", "fromCreator": false})).await;
    }
    app.sync_again(&account).await;
    let after = counted().await;
    assert_ne!(after, before);
    until("the count is the platform's", async || {
        let stored = app.sync_field(&account, "unread_chats").await;
        (stored.as_ref() == Some(&after)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_account_whose_platform_hangs_does_not_hold_up_another() {
    let patience =
        creatorcrm::platform::Timeouts { connect: Duration::from_secs(1), total: Duration::from_secs(20) };
    let sandbox = Some(creatorcrm_sandbox::Config::for_tests());
    let app = TestApp::set_up(Setup { sandbox, patience, ..Setup::default() }).await;
    let agency = new_agency(&app.db).await;
    let handles = app.handles().await;
    app.order("faults", json!({"kind": "timeout", "creator": handles[0], "path": "/insights"})).await;
    let stuck = app.connect_one(agency, &handles[0]).await;
    let free = app.connect_one(agency, &handles[1]).await;
    app.synced(&free).await;
    app.assert_equals_ledger(&free).await;
    assert_eq!(app.sync_field(&stuck, "last_finished_at").await, None);
    assert_eq!(app.sync_field(&stuck, "state").await.as_deref(), Some("running"));
}
