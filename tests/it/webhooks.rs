//! Webhooks: what is signed is stored once and acted on at once; what is not leaves no trace.

use crate::app::{Setup, TestApp};
use crate::earnings::new_agency;
use crate::platform_world::until;
use chrono::Utc;
use creatorcrm::clock::{Clock, SystemClock};
use creatorcrm::earnings::check_rollups;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "sandbox-webhook-secret";

fn signature(at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v0={hex}")
}

async fn post(app: &TestApp, platform: &str, signature: Option<String>, body: String) -> u16 {
    let mut request = reqwest::Client::new().post(format!("{}/webhooks/{platform}", app.url)).body(body);
    if let Some(signature) = signature {
        request = request.header("x-fanvue-signature", signature);
    }
    request.send().await.unwrap().status().as_u16()
}

async fn post_signed(app: &TestApp, body: &Value) -> u16 {
    let body = body.to_string();
    post(app, "fanvue", Some(signature(SystemClock.now().timestamp(), &body)), body).await
}

/// `(stored, waiting)`.
async fn events(app: &TestApp) -> (i64, i64) {
    let mut tx = app.db.begin_system("test").await.unwrap();
    sqlx::query_as("select count(*), count(*) filter (where processed_at is null) from webhook_events")
        .fetch_one(tx.conn())
        .await
        .unwrap()
}

async fn metric(app: &TestApp, line: &str) -> f64 {
    let text = app.browser().open("/metrics").await.text;
    let value = text.lines().find_map(|it| it.strip_prefix(line)?.trim().parse().ok());
    value.unwrap_or(0.0)
}

fn payment(id: &str, creator: &str) -> Value {
    json!({
        "id": id, "type": "creator.payment.succeeded", "timestamp": Utc::now().to_rfc3339(),
        "data": {"object": "payment", "id": "p", "gross": 500, "creator": {"uuid": creator}, "fan": {"uuid": "f"}},
    })
}

#[tokio::test]
async fn what_is_not_signed_by_the_platform_leaves_no_trace_but_a_counter() {
    let app = TestApp::with_sandbox().await;
    let refused = r#"webhooks_total{platform="fanvue",outcome="refused"}"#;
    let body = payment("e1", "c").to_string();
    let now = SystemClock.now().timestamp();
    let good = signature(now, &body);
    let before = metric(&app, refused).await;
    for (signature, body) in [
        (None, body.clone()),
        (Some("t=1,v0=00".to_owned()), body.clone()),
        (Some(good.clone()), body.replace("500", "501")),
        (Some(signature(now - 310, &body)), body.clone()),
        (Some(signature(now + 330, &body)), body.clone()),
        (Some(good.replace("v0=", "v0=0")), body.clone()),
    ] {
        assert_eq!(post(&app, "fanvue", signature, body).await, 401);
    }
    assert_eq!(events(&app).await, (0, 0));
    assert_eq!(metric(&app, refused).await - before, 6.0);
    assert_eq!(post(&app, "fanvue", Some(signature(now - 290, &body)), body.clone()).await, 204);
    assert_eq!(events(&app).await.0, 1);
}

#[tokio::test]
async fn what_cannot_be_a_notification_is_refused_without_a_fault_of_ours() {
    let app = TestApp::with_sandbox().await;
    let now = SystemClock.now().timestamp();
    for body in ["", "[]", "{\"id\":", "{\"id\": \"a\\u0000b\", \"type\": \"x\"}"] {
        assert_eq!(post(&app, "fanvue", Some(signature(now, body)), body.to_owned()).await, 400, "{body}");
    }
    let large = format!("{{\"id\": \"{}\"}}", "x".repeat(300 * 1024));
    assert_eq!(post(&app, "fanvue", Some(signature(now, &large)), large).await, 413);
    assert_eq!(post(&app, "friendster", None, String::new()).await, 404);
    assert_eq!(events(&app).await, (0, 0));
}

#[tokio::test]
async fn a_notification_that_comes_again_is_taken_once() {
    let app = TestApp::with_sandbox().await;
    for _ in 0..3 {
        assert_eq!(post_signed(&app, &payment("e1", "nobody's")).await, 204);
    }
    assert_eq!(events(&app).await.0, 1);
    // One about an account that nobody has is done with too.
    until("it is acted on", async || (events(&app).await == (1, 0)).then_some(())).await;
}

#[tokio::test]
async fn a_notification_is_acted_on_within_100_ms() {
    let app = TestApp::with_sandbox().await;
    for number in 1..=12 {
        assert_eq!(post_signed(&app, &payment(&format!("e{number}"), "somebody's")).await, 204);
        until("it is acted on", async || (events(&app).await == (number, 0)).then_some(())).await;
    }
    let mut tx = app.db.begin_system("test").await.unwrap();
    let quickest: f64 = sqlx::query_scalar(
        "select min(extract(epoch from processed_at - received_at))::float8 from webhook_events",
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    // The quickest, since tests share two cores with whatever else runs there; without the database's notifications a job
    // would wait for the worker's next look, half a second on average.
    assert!(quickest < 0.1, "{quickest} s");
}

#[tokio::test]
async fn sales_and_refunds_arrive_by_webhook_in_every_agency_that_has_the_account() {
    let app = TestApp::with_sandbox().await;
    let agency = new_agency(&app.db).await;
    let other = new_agency(&app.db).await;
    let handle = app.handles().await.remove(0);
    let accounts = [app.connect_one(agency, &handle).await, app.connect_one(other, &handle).await];
    for account in &accounts {
        app.synced(account).await;
    }
    for source in ["tip", "message", "subscription"] {
        app.order("earnings", json!({"creator": handle, "source": source, "gross": 900})).await;
    }
    let sold = app.order("earnings", json!({"creator": handle, "source": "tip", "gross": 5000})).await;
    let id = sold["earnings"][0]["transactionOrderId"].clone();
    app.order("refund", json!({"transactionOrderId": id})).await;
    for account in &accounts {
        app.until_equal(account).await;
    }
    assert_eq!(check_rollups(&app.db).await.unwrap(), []);
}

#[tokio::test]
async fn a_flood_of_notifications_is_one_job_and_loses_nothing() {
    let app = TestApp::set_up(Setup {
        sandbox: Some(creatorcrm_sandbox::Config::for_tests()),
        works: false,
        ..Setup::default()
    })
    .await;
    for number in 0..60 {
        assert_eq!(post_signed(&app, &payment(&format!("e{number}"), "c1")).await, 204);
    }
    assert_eq!(events(&app).await, (60, 60));
    let mut pg = <sqlx::PgConnection as sqlx::Connection>::connect(&app.database_url).await.unwrap();
    let jobs: i64 = sqlx::query_scalar("select count(*) from graphile_worker._private_jobs")
        .fetch_one(&mut pg)
        .await
        .unwrap();
    assert_eq!(jobs, 1);
}

#[tokio::test]
async fn old_notifications_are_forgotten_and_waiting_ones_never() {
    use creatorcrm::jobs::Job;
    use creatorcrm::webhooks::ForgetWebhooks;
    let app = TestApp::with_sandbox().await;
    let mut tx = app.db.begin_system("test").await.unwrap();
    sqlx::query(
        "insert into webhook_events (platform, event_id, kind, payload, received_at, processed_at) values
           ('fanvue', 'old', 'x', '{}', now() - interval '31 days', now() - interval '31 days'),
           ('fanvue', 'waiting', 'x', '{}', now() - interval '31 days', null),
           ('fanvue', 'recent', 'x', '{}', now() - interval '29 days', now())",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    ForgetWebhooks {}.run(&app.app).await.unwrap();
    let mut tx = app.db.begin_system("test").await.unwrap();
    let left: Vec<String> = sqlx::query_scalar("select event_id from webhook_events order by event_id")
        .fetch_all(tx.conn())
        .await
        .unwrap();
    assert_eq!(left, ["recent", "waiting"]);
}
