//! Workers that die, and workers side by side: what they leave is complete, and counted once.

use crate::app::{Setup, TestApp};
use crate::earnings::new_agency;
use crate::platform_world::{Connected, until};
use creatorcrm::earnings::check_rollups;
use serde_json::json;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// An app whose jobs only other processes do, its platform a little slow so that there is time to die in.
async fn app_without_worker() -> TestApp {
    let sandbox = Some(creatorcrm_sandbox::Config::for_tests());
    let app = TestApp::set_up(Setup { sandbox, works: false, ..Setup::default() }).await;
    app.order("faults", json!({"kind": "slow", "params": {"ms": 15}})).await;
    app
}

/// The real program, working beside the app under test. Killed when dropped.
struct Worker(Child);

impl Worker {
    fn start(app: &TestApp) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_creatorcrm"));
        command.arg("worker").args(&app.arguments).env_clear();
        command.env("DATABASE_URL", &app.database_url).env("ENCRYPTION_KEY", "ab".repeat(32));
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// SIGKILL: it has no time to hand anything back.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// SIGTERM, and how it ended.
    fn stop(&mut self) -> std::process::ExitStatus {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.0.wait().unwrap()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn rows(app: &TestApp, of: &Connected) -> i64 {
    app.sync_field(of, "earnings_count").await.unwrap().parse().unwrap()
}

async fn assert_equal(app: &TestApp, accounts: &[Connected]) {
    app.clear_faults().await;
    for account in accounts {
        app.synced(account).await;
        app.assert_equals_ledger(account).await;
    }
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
}

#[tokio::test]
async fn a_worker_killed_at_random_moments_leaves_nothing_undone_or_done_twice() {
    let app = app_without_worker().await;
    let agency = new_agency(&app.db).await;
    let handles = app.handles().await;
    let accounts = [app.connect_one(agency, &handles[0]).await, app.connect_one(agency, &handles[1]).await];
    for _ in 0..6 {
        let mut worker = Worker::start(&app);
        let before = rows(&app, &accounts[0]).await;
        // It dies at a random moment after its first page, or while it recovers what the one before left.
        let [byte] = app.db.random().bytes::<1>();
        let more = tokio::time::timeout(
            Duration::from_secs(12),
            until("a page is stored", async || (rows(&app, &accounts[0]).await > before).then_some(())),
        );
        drop(more.await);
        tokio::time::sleep(Duration::from_millis(u64::from(byte))).await;
        worker.kill();
    }
    let _worker = Worker::start(&app);
    assert_equal(&app, &accounts).await;
}

#[tokio::test]
async fn workers_side_by_side_double_nothing() {
    let app = app_without_worker().await;
    let agency = new_agency(&app.db).await;
    let handles = app.handles().await;
    let mut accounts = app.connect(agency, "agency").await;
    accounts.push(app.connect_one(agency, &handles[0]).await);
    let _workers = [Worker::start(&app), Worker::start(&app), Worker::start(&app)];
    assert_equal(&app, &accounts).await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_hands_its_jobs_back() {
    let app = app_without_worker().await;
    let agency = new_agency(&app.db).await;
    let account = app.connect_one(agency, &app.handles().await[0]).await;
    app.order("faults", json!({"kind": "slow", "params": {"ms": 2000}, "path": "/chats"})).await;
    let mut worker = Worker::start(&app);
    until("chats are being read", async || app.sync_field(&account, "fans_done_at").await).await;
    let begun = tokio::time::Instant::now();
    assert!(worker.stop().success());
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    let mut pg = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database_url).await.unwrap();
    let held: i64 =
        sqlx::query_scalar("select count(*) from graphile_worker._private_jobs where locked_at is not null")
            .fetch_one(&mut pg)
            .await
            .unwrap();
    assert_eq!(held, 0, "no job is still held");
    let _worker = Worker::start(&app);
    assert_equal(&app, &[account]).await;
}
