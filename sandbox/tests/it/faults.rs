//! Every fault that the control desk can set.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::App;

#[tokio::test]
async fn answers_fail_as_ordered_and_as_often() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    app.control(
        "faults",
        json!({"kind": "server_error", "path": "/insights", "count": 1, "params": {"status": 502}}),
    )
    .await;
    assert_eq!(app.ok(&mia.access, "/users/me").await["handle"], "mia.larsson", "another path is spared");
    let broken = app.api(&mia.access, Method::GET, "/v1/insights/earnings").send().await.unwrap();
    assert_eq!(broken.status(), StatusCode::BAD_GATEWAY);
    app.ok(&mia.access, "/insights/earnings").await;

    app.control(
        "faults",
        json!({"kind": "rate_limited", "creator": "mia.larsson", "count": 1, "params": {"retryAfter": 7}}),
    )
    .await;
    let ivy = app.connect("ivy.chen").await;
    app.ok(&ivy.access, "/users/me").await;
    let limited = app.api(&mia.access, Method::GET, "/users/me").send().await.unwrap();
    assert_eq!(
        (limited.status(), limited.headers()["retry-after"].to_str().unwrap()),
        (StatusCode::TOO_MANY_REQUESTS, "7")
    );
}

#[tokio::test]
async fn answers_come_late_or_never() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    app.control("faults", json!({"kind": "slow", "count": 1, "params": {"ms": 300}})).await;
    let started = Instant::now();
    app.ok(&mia.access, "/users/me").await;
    assert!(started.elapsed() >= Duration::from_millis(300));
    app.control("faults", json!({"kind": "timeout"})).await;
    let request = app.api(&mia.access, Method::GET, "/users/me").timeout(Duration::from_millis(200));
    assert!(request.send().await.unwrap_err().is_timeout());
    let cleared = app.request(Method::DELETE, "/control/faults").send().await.unwrap();
    assert_eq!(cleared.json::<Value>().await.unwrap(), json!({"cleared": 1}));
    app.ok(&mia.access, "/users/me").await;
    app.control("faults", json!({"kind": "timeout"})).await;
    let hanging = app.api(&mia.access, Method::GET, "/users/me").send();
    let hanging = tokio::spawn(hanging);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    app.sandbox.stop().await;
    assert!(started.elapsed() < Duration::from_secs(3), "a hanging answer does not hold up a stop");
    hanging.await.unwrap().ok();
}

#[tokio::test]
async fn answers_are_cut_off_or_strange() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    app.control("faults", json!({"kind": "truncated_json", "count": 1})).await;
    let cut = app.api(&mia.access, Method::GET, "/insights/earnings").send().await.unwrap();
    assert_eq!(cut.status(), StatusCode::OK);
    let text = cut.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
    app.control("faults", json!({"kind": "unknown_values", "count": 1})).await;
    let strange = app.ok(&mia.access, "/insights/earnings").await;
    assert_eq!(strange["data"][0]["source"], "neverHeardOf");
    assert!(strange["data"][0]["sandboxSurprise"].is_object());
}

#[tokio::test]
async fn a_send_that_times_out_has_been_sent_once() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let chats = app.ok(&mia.access, "/chats?filter[]=subscribers").await;
    app.control("faults", json!({"kind": "send_times_out", "count": 1})).await;
    for chat in chats["data"].as_array().unwrap() {
        let fan = chat["user"]["uuid"].as_str().unwrap();
        let insight = app.ok(&mia.access, &format!("/insights/fans/{fan}")).await;
        if insight["status"] != "subscriber" {
            continue;
        }
        let request = app.api(&mia.access, Method::POST, &format!("/chats/{fan}/message"));
        let request = request.json(&json!({"text": "did it arrive?"})).timeout(Duration::from_millis(300));
        assert!(request.send().await.unwrap_err().is_timeout());
        let messages = app.ok(&mia.access, &format!("/chats/{fan}/messages?markAsRead=false")).await;
        let texts = messages["data"].as_array().unwrap().iter().filter(|one| one["text"] == "did it arrive?");
        assert_eq!(texts.count(), 1);
        return;
    }
    panic!("no contactable subscriber");
}

#[tokio::test]
async fn tokens_expire_chains_die_and_consent_is_withdrawn_on_order() {
    let app = App::new().await;
    let (mia, ivy, dani) =
        (app.connect("mia.larsson").await, app.connect("ivy.chen").await, app.connect("dani.cruz").await);
    app.control(
        "faults",
        json!({"kind": "token_expiry", "creator": "mia.larsson", "params": {"seconds": 0}}),
    )
    .await;
    assert_eq!(app.get(&mia.access, "/users/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&mia.refresh).await.0, StatusCode::OK);
    app.control("faults", json!({"kind": "token_expiry", "creator": "agency", "params": {"lifetime": 4}}))
        .await;
    assert_eq!(app.connect("mia.larsson").await.expires_in, 4);

    let struck = app.control("faults", json!({"kind": "chain_death", "creator": "ivy.chen"})).await;
    assert_eq!(struck, json!({"affected": 1}));
    app.ok(&ivy.access, "/users/me").await;
    assert_eq!(app.refresh(&ivy.refresh).await.0, StatusCode::BAD_REQUEST);

    app.control("faults", json!({"kind": "consent_withdrawn", "scope": {"creator": "dani.cruz"}})).await;
    assert_eq!(app.get(&dani.access, "/users/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&dani.refresh).await.0, StatusCode::BAD_REQUEST);
    let state = app.state().await;
    assert_eq!((&state["alive"], &state["dead"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn the_token_endpoint_fails_before_or_after_the_rotation() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    app.control("faults", json!({"kind": "server_error", "path": "/oauth2/token", "count": 1})).await;
    let request =
        app.request(Method::POST, "/oauth2/token").basic_auth("sandbox-client", Some("sandbox-secret"));
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").body("grant_type=refresh_token");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    app.control("faults", json!({"kind": "truncated_json", "path": "/oauth2/token", "count": 1})).await;
    let request =
        app.request(Method::POST, "/oauth2/token").basic_auth("sandbox-client", Some("sandbox-secret"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let body = format!("grant_type=refresh_token&refresh_token={}", mia.refresh);
    let lost = request.body(body).send().await.unwrap();
    assert!(lost.json::<Value>().await.is_err(), "the answer is lost");
    assert_eq!(app.refresh(&mia.refresh).await.0, StatusCode::OK, "and the grace gives it again");
}

#[tokio::test]
async fn a_mistyped_order_is_refused() {
    let app = App::new().await;
    for body in [
        json!({"kind": "slwo"}),
        json!({"kind": "slow", "cuont": 3}),
        json!({"kind": "slow", "creator": "x"}),
    ] {
        let response = app.request(Method::POST, "/control/faults").json(&body).send().await.unwrap();
        assert!(response.status().is_client_error(), "{body}");
    }
}
