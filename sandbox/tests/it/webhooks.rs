//! Webhooks: signed, repeated until they are taken, and faulty on order.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use creatorcrm_sandbox::Config;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::client::{App, config};

/// What came in: how old the signature was, whether it was right, and the body.
#[derive(Clone, Debug)]
struct Received {
    age: i64,
    genuine: bool,
    webhook_id: String,
    body: Value,
}

#[derive(Clone, Default)]
struct Inbox {
    all: Arc<Mutex<Vec<Received>>>,
    refusals: Arc<Mutex<u32>>,
}

impl Inbox {
    async fn wait_for(&self, count: usize) -> Vec<Received> {
        for _ in 0..500 {
            let all = self.all.lock().unwrap().clone();
            if all.len() >= count {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("only {} webhooks came", self.all.lock().unwrap().len());
    }
}

/// Checks as an app should: anything old or unsigned is a 401.
#[expect(clippy::disallowed_methods, reason = "a receiver checks signatures against the real time")]
async fn receive(State(inbox): State<Inbox>, headers: HeaderMap, body: String) -> StatusCode {
    let signature = headers["x-fanvue-signature"].to_str().unwrap();
    let (time, mac) = signature.strip_prefix("t=").unwrap().split_once(",v0=").unwrap();
    let mut expected = Hmac::<Sha256>::new_from_slice(b"sandbox-webhook-secret").unwrap();
    expected.update(format!("{time}.{body}").as_bytes());
    let genuine = data_encoding::HEXLOWER.encode(&expected.finalize().into_bytes()) == mac;
    let age = chrono::Utc::now().timestamp() - time.parse::<i64>().unwrap();
    let webhook_id = headers["webhook-id"].to_str().unwrap().to_owned();
    let body = serde_json::from_str(&body).unwrap();
    inbox.all.lock().unwrap().push(Received { age, genuine, webhook_id, body });
    let mut refusals = inbox.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if genuine && age <= 300 { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

async fn app_with_inbox() -> (App, Inbox) {
    let inbox = Inbox::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhooks/fanvue", listener.local_addr().unwrap());
    let router = Router::new().route("/webhooks/fanvue", post(receive)).with_state(inbox.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let app = App::start(Config { webhook_url: Some(url), ..config() }).await;
    app.connect("mia.larsson").await;
    (app, inbox)
}

async fn tip(app: &App, gross: i64) -> Value {
    app.control("earnings", json!({"creator": "mia.larsson", "gross": gross})).await["earnings"][0].clone()
}

#[tokio::test]
async fn a_sale_is_announced_signed_and_in_the_envelope() {
    let (app, inbox) = app_with_inbox().await;
    let row = tip(&app, 1500).await;
    let got = inbox.wait_for(1).await.remove(0);
    assert!(got.genuine && got.age <= 5);
    assert_eq!(got.body["type"], "creator.payment.succeeded");
    assert_eq!(got.body["id"], json!(got.webhook_id));
    assert_eq!(got.body["data"]["gross"], 1500);
    assert_eq!(got.body["data"]["id"], row["transactionOrderId"]);
    assert!(got.body["data"].get("message_uuid").is_none(), "keys without a value are left out");
}

#[tokio::test]
async fn nobody_hears_of_creators_without_a_living_grant() {
    let (app, inbox) = app_with_inbox().await;
    app.control("earnings", json!({"creator": "ivy.chen"})).await;
    app.control("message", json!({"creator": "mia.larsson"})).await;
    let got = inbox.wait_for(1).await;
    assert_eq!(got[0].body["type"], "creator.message.received");
    assert!(got[0].body["data"].get("text").is_none(), "metadata only");
    app.control("faults", json!({"kind": "consent_withdrawn"})).await;
    tip(&app, 700).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(inbox.all.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_webhook_comes_again_and_the_same() {
    let (app, inbox) = app_with_inbox().await;
    *inbox.refusals.lock().unwrap() = 2;
    tip(&app, 900).await;
    let got = inbox.wait_for(3).await;
    assert!(got.iter().all(|one| one.body == got[0].body && one.genuine));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(app.state().await["webhooks"]["delivered"], 1);
}

#[tokio::test]
async fn doubled_late_and_tampered_webhooks_are_sent_on_order() {
    let (app, inbox) = app_with_inbox().await;
    app.control("faults", json!({"kind": "webhook_doubled", "count": 1})).await;
    tip(&app, 1000).await;
    let got = inbox.wait_for(2).await;
    assert_eq!(got[0].body["id"], got[1].body["id"]);

    app.control("faults", json!({"kind": "webhook_late", "count": 1})).await;
    tip(&app, 1100).await;
    let got = inbox.wait_for(4).await;
    assert!(got[2].genuine && got[2].age > 300, "late, though signed");
    assert!(got[3].age <= 5 && got[3].body == got[2].body, "then again in time");

    app.control("faults", json!({"kind": "webhook_tampered", "count": 1})).await;
    tip(&app, 1200).await;
    let got = inbox.wait_for(6).await;
    assert!(!got[4].genuine && got[5].genuine && got[4].body["id"] == got[5].body["id"]);
}

#[tokio::test]
async fn webhooks_out_of_order_on_order() {
    let (app, inbox) = app_with_inbox().await;
    app.control("faults", json!({"kind": "webhook_out_of_order", "count": 1})).await;
    tip(&app, 1).await;
    tip(&app, 2).await;
    let got = inbox.wait_for(2).await;
    let amounts: Vec<_> = got.iter().map(|one| one.body["data"]["gross"].as_i64().unwrap()).collect();
    assert_eq!(amounts, [2, 1]);
}
