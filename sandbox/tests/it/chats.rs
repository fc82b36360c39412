//! Writing to fans: what is sent is there, and what must not be sent is refused.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{App, Tokens};

async fn first_fan(app: &App, tokens: &Tokens) -> String {
    let fans = app.ok(&tokens.access, "/subscribers?size=50").await;
    for fan in fans["data"].as_array().unwrap() {
        let uuid = fan["uuid"].as_str().unwrap();
        let insight = app.ok(&tokens.access, &format!("/insights/fans/{uuid}")).await;
        if insight["status"] == "subscriber" {
            return uuid.to_owned();
        }
    }
    panic!("no contactable subscriber");
}

async fn send(app: &App, tokens: &Tokens, fan: &str, body: Value) -> (StatusCode, Value) {
    let request = app.api(&tokens.access, Method::POST, &format!("/chats/{fan}/message"));
    let response = request.json(&body).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_sent_message_is_first_in_the_chat_until_it_is_unsent() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let me = app.ok(&mia.access, "/users/me").await;
    let fan = first_fan(&app, &mia).await;
    let (status, sent) = send(&app, &mia, &fan, json!({"text": "hello"})).await;
    assert_eq!(status, StatusCode::CREATED);
    let list = format!("/chats/{fan}/messages?markAsRead=false");
    let newest = app.ok(&mia.access, &list).await["data"][0].clone();
    assert_eq!((&newest["uuid"], &newest["text"]), (&sent["messageUuid"], &json!("hello")));
    assert_eq!(newest["sentByUserId"], me["uuid"], "the platform knows only the token's owner");
    let path = format!("/chats/{fan}/messages/{}", sent["messageUuid"].as_str().unwrap());
    let response = app.api(&mia.access, Method::DELETE, &path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_ne!(app.ok(&mia.access, &list).await["data"][0]["uuid"], sent["messageUuid"]);
}

#[tokio::test]
async fn what_must_not_be_sent_is_refused() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let fan = first_fan(&app, &mia).await;
    let media = app.ok(&mia.access, "/media").await["data"][0]["uuid"].clone();
    let bad = [
        json!({}),
        json!({"text": "x".repeat(5001)}),
        json!({"text": "pay", "price": 500}),
        json!({"text": "pay", "price": 299, "mediaUuids": [media]}),
    ];
    for body in bad {
        assert_eq!(send(&app, &mia, &fan, body.clone()).await.0, StatusCode::BAD_REQUEST, "{body}");
    }
    let (status, _) =
        send(&app, &mia, &fan, json!({"text": "pay", "price": 300, "mediaUuids": [media]})).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn some_fans_cannot_be_contacted() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let followers = app.ok(&mia.access, "/followers?size=50").await;
    for fan in followers["data"].as_array().unwrap() {
        let fan = fan["uuid"].as_str().unwrap();
        let insight = app.ok(&mia.access, &format!("/insights/fans/{fan}")).await;
        if insight["status"] == "not_contactable" {
            let (status, body) = send(&app, &mia, fan, json!({"text": "hello"})).await;
            assert_eq!(status, StatusCode::BAD_REQUEST);
            assert!(body["message"].is_string());
            return;
        }
    }
    panic!("the demo world has a fan who cannot be contacted");
}

#[tokio::test]
async fn a_mass_message_goes_to_the_lists_but_not_to_the_excluded() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let fan = first_fan(&app, &mia).await;
    let made = app
        .api(&mia.access, Method::POST, "/chats/lists/custom")
        .json(&json!({"name": "Quiet"}))
        .send()
        .await;
    let list: Value = made.unwrap().json().await.unwrap();
    let path = format!("/chats/lists/custom/{}/members", list["uuid"].as_str().unwrap());
    let added =
        app.api(&mia.access, Method::POST, &path).json(&json!({"userUuids": [fan, fan]})).send().await;
    let added: Value = added.unwrap().json().await.unwrap();
    assert_eq!(added, json!({"added": 1, "skipped": 1}));
    let body = json!({
        "text": "to all of you",
        "includedLists": {"smartListUuids": ["subscribers"], "customListUuids": []},
        "excludedLists": {"smartListUuids": [], "customListUuids": [list["uuid"]]},
    });
    let sent = app.api(&mia.access, Method::POST, "/chats/mass-messages").json(&body).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::CREATED);
    let sent: Value = sent.json().await.unwrap();
    assert!(sent["recipientCount"].as_u64().unwrap() > 0);
    let excluded = app.ok(&mia.access, &format!("/chats/{fan}/messages?markAsRead=false")).await;
    assert_ne!(excluded["data"][0]["text"], "to all of you");
    let listed = app.ok(&mia.access, "/chats/mass-messages").await;
    assert_eq!((&listed["data"][0]["id"], &listed["data"][0]["status"]), (&sent["id"], &json!("SENT")));
}

#[tokio::test]
async fn reading_marks_as_read_only_when_asked_or_in_the_old_form() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let fan = first_fan(&app, &mia).await;
    app.control("message", json!({"creator": "mia.larsson", "fan": fan, "text": "are you there?"})).await;
    let unread = async |app: &App| app.ok(&mia.access, "/chats/unread").await["unreadMessagesCount"].clone();
    let before = unread(&app).await;
    app.ok(&mia.access, &format!("/v1/chats/{fan}/messages")).await;
    app.ok(&mia.access, &format!("/chats/{fan}/messages?markAsRead=false")).await;
    assert_eq!(unread(&app).await, before);
    app.ok(&mia.access, &format!("/chats/{fan}/messages")).await;
    assert_ne!(unread(&app).await, before);
}

#[tokio::test]
async fn a_scheduled_mass_message_waits_for_its_time() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let fan = first_fan(&app, &mia).await;
    let body = json!({
        "text": "later",
        "includedLists": {"smartListUuids": ["subscribers"]},
        "scheduledAt": "2026-11-01T12:30:00Z",
    });
    let sent = app.api(&mia.access, Method::POST, "/chats/mass-messages").json(&body).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::CREATED);
    let status = async || app.ok(&mia.access, "/chats/mass-messages").await["data"][0]["status"].clone();
    assert_eq!(status().await, "SCHEDULED");
    app.advance(1801).await;
    assert_eq!(status().await, "SENT");
    let newest = app.ok(&mia.access, &format!("/chats/{fan}/messages?markAsRead=false")).await;
    assert_eq!(newest["data"][0]["text"], "later");
}
