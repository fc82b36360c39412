//! The world: the same from the same seed, consistent in itself, and the same through the API as in the ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use creatorcrm_sandbox::Config;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::{App, config};

#[tokio::test]
async fn the_same_seed_and_moment_give_the_same_history() {
    let (one, other) = (App::new().await, App::new().await);
    for creator in ["mia.larsson", "pip.hollow"] {
        assert_eq!(one.ledger(creator).await, other.ledger(creator).await);
    }
}

#[tokio::test]
async fn a_small_world_starts_at_once() {
    let started = Instant::now();
    App::new().await;
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_earnings_endpoint_gives_the_ledger_to_the_cent() {
    let app = App::new().await;
    for creator in ["mia.larsson", "lenahoff", "pip.hollow"] {
        let tokens = app.connect(creator).await;
        let rows = app.all(&tokens.access, "/insights/earnings?size=50").await;
        let ledger = app.ledger(creator).await;
        let expected = ledger["earnings"].as_array().unwrap();
        assert_eq!(rows.len(), expected.len());
        let by_id: BTreeMap<&str, &Value> =
            rows.iter().map(|row| (row["transactionOrderId"].as_str().unwrap(), row)).collect();
        for row in expected {
            let given = by_id[row["transactionOrderId"].as_str().unwrap()];
            for field in ["date", "gross", "net", "currency", "source"] {
                assert_eq!(given[field], row[field], "{field}");
            }
            assert_eq!(given["transactionOrderStatus"], row["status"]);
        }
        assert!(rows.is_sorted_by(|a, b| a["date"].as_str() >= b["date"].as_str()));
    }
}

#[tokio::test]
async fn history_is_consistent_in_itself() {
    let app = App::start(Config { fan_scale: 0.2, ..config() }).await;
    let mut currencies = BTreeMap::<String, usize>::new();
    let state = app.state().await;
    assert_eq!(state["creators"].as_array().unwrap().len(), 12);
    let mut reversals = 0;
    for creator in state["creators"].as_array().unwrap() {
        let ledger = app.ledger(creator["handle"].as_str().unwrap()).await;
        *currencies.entry(ledger["currency"].as_str().unwrap().to_owned()).or_default() += 1;
        let rows = ledger["earnings"].as_array().unwrap();
        let by_id: BTreeMap<&str, &Value> =
            rows.iter().map(|row| (row["transactionOrderId"].as_str().unwrap(), row)).collect();
        assert_eq!(by_id.len(), rows.len(), "ids are unique");
        for row in rows.iter().filter(|row| !row["reversedTransactionOrderId"].is_null()) {
            reversals += 1;
            let sale = by_id[row["reversedTransactionOrderId"].as_str().unwrap()];
            assert_eq!(sale["gross"].as_i64().unwrap(), -row["gross"].as_i64().unwrap());
            assert_eq!(sale["net"].as_i64().unwrap(), -row["net"].as_i64().unwrap());
            assert!(sale["date"].as_str() < row["date"].as_str());
        }
        let events = ledger["subscriberEvents"].as_array().unwrap();
        let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count() as u64;
        assert_eq!(count("new") - count("cancelled"), ledger["activeSubscribers"].as_u64().unwrap());
        let unlocked = ledger["pricedMessages"].as_array().unwrap();
        let unlocked = unlocked.iter().filter(|message| !message["purchasedAt"].is_null()).count();
        assert_eq!(unlocked, rows.iter().filter(|row| row["source"] == "message").count());
    }
    assert!(reversals > 3, "{reversals}");
    assert_eq!(currencies, BTreeMap::from([("EUR".into(), 1), ("USD".into(), 11)]));
}

#[tokio::test]
async fn the_subscriber_series_adds_up_to_the_subscribers() {
    let app = App::new().await;
    let tokens = app.connect("noraquinn").await;
    let days = app.all(&tokens.access, "/insights/subscribers?size=50").await;
    let active = app.ledger("noraquinn").await["activeSubscribers"].clone();
    assert_eq!(days.last().unwrap()["total"], active);
    let net: i64 = days
        .iter()
        .map(|day| {
            day["newSubscribersCount"].as_i64().unwrap() - day["cancelledSubscribersCount"].as_i64().unwrap()
        })
        .sum();
    assert_eq!(json!(net), active);
    assert!(days.is_sorted_by(|a, b| a["date"].as_str() < b["date"].as_str()));
}

#[tokio::test]
async fn money_becomes_payable_after_a_week() {
    let app = App::new().await;
    let tokens = app.connect("mia.larsson").await;
    app.control("earnings", json!({"creator": "mia.larsson", "gross": 5000})).await;
    let newest = async || app.ok(&tokens.access, "/insights/earnings?size=1").await["data"][0].clone();
    let before = newest().await;
    assert_eq!(
        (before["net"].as_i64(), before["transactionOrderStatus"].as_str()),
        (Some(4000), Some("pendingBalance"))
    );
    app.control("faults", json!({"kind": "token_expiry", "params": {"seconds": 30 * 86400}})).await;
    app.advance(7 * 86400).await;
    let tokens = app.connect("mia.larsson").await;
    let after = app.ok(&tokens.access, "/insights/earnings?size=1").await["data"][0].clone();
    assert_eq!(after["transactionOrderId"], before["transactionOrderId"]);
    assert_eq!(after["transactionOrderStatus"], "availableForPayout");
}

#[tokio::test]
async fn refunds_are_rows_of_their_own_and_end_when_nothing_is_left() {
    let app = App::new().await;
    let made =
        app.control("earnings", json!({"creator": "mia.larsson", "source": "message", "gross": 2000})).await;
    let sale = made["earnings"][0].clone();
    assert!(sale["messageUuid"].is_string());
    let id = &sale["transactionOrderId"];
    let part = app.control("refund", json!({"transactionOrderId": id, "gross": 500})).await;
    assert_eq!((&part["earning"]["gross"], &part["earning"]["net"]), (&json!(-500), &json!(-400)));
    let rest = app.control("refund", json!({"transactionOrderId": id, "kind": "chargeback"})).await;
    assert_eq!(
        (&rest["earning"]["gross"], &rest["earning"]["source"]),
        (&json!(-1500), &json!("chargeback"))
    );
    assert_eq!(&rest["earning"]["reversedTransactionOrderId"], id);
    let again =
        app.request(Method::POST, "/control/refund").json(&json!({"transactionOrderId": id})).send().await;
    assert!(again.unwrap().status().is_client_error());
}

#[tokio::test]
async fn a_living_world_moves_by_itself_and_lives_through_skipped_time() {
    let app = App::start(Config { live: true, events_per_minute: 6000.0, ..config() }).await;
    let rows = async |app: &App| {
        let state = app.state().await;
        state["creators"].as_array().unwrap().iter().map(|one| one["earnings"].as_u64().unwrap()).sum::<u64>()
    };
    let before = rows(&app).await;
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert!(rows(&app).await > before);

    let app = App::start(Config { live: true, events_per_minute: 0.0, ..config() }).await;
    let before = rows(&app).await;
    app.advance(40 * 86400).await;
    assert!(rows(&app).await > before + 10, "renewals fell due");
    let ledger = app.ledger("mia.larsson").await;
    assert!(
        ledger["earnings"].as_array().unwrap().is_sorted_by(|a, b| a["date"].as_str() <= b["date"].as_str())
    );
}

#[tokio::test]
async fn the_summary_agrees_with_the_rows() {
    let app = App::new().await;
    let tokens = app.connect("lenahoff").await;
    let period = "startDate=2026-09-01T00:00:00Z&endDate=2026-10-01T00:00:00Z";
    let rows = app.all(&tokens.access, &format!("/insights/earnings?size=50&{period}")).await;
    let summary = app.ok(&tokens.access, &format!("/insights/earnings/summary?{period}")).await;
    let sum = |rows: &[Value], field: &str| rows.iter().map(|row| row[field].as_i64().unwrap()).sum::<i64>();
    let days = summary["overTime"].as_array().unwrap();
    assert_eq!((sum(days, "gross"), sum(days, "net")), (sum(&rows, "gross"), sum(&rows, "net")));
    let breakdown: Vec<Value> = summary["breakdownBySource"].as_object().unwrap().values().cloned().collect();
    assert_eq!(sum(&breakdown, "net"), sum(&rows, "net"));
}

#[tokio::test]
async fn every_page_says_sandbox() {
    let app = App::new().await;
    for path in ["/", "/control"] {
        let page = app.request(Method::GET, path).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("SANDBOX") && page.contains("prefers-color-scheme"), "{path}");
    }
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let config = Config { host: "0.0.0.0".parse().unwrap(), ..config() };
    assert!(creatorcrm_sandbox::start(config).await.is_err());
}
