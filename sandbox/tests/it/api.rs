//! The gate in front of every endpoint, and the two ways of paging.

use std::collections::HashSet;

use creatorcrm_sandbox::Config;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{App, SCOPES, ask, config, redirect_query, tokens};

#[tokio::test]
async fn every_call_needs_a_version_that_is_served() {
    let app = App::new().await;
    let tokens = app.connect("mia.larsson").await;
    let none = app.request(Method::GET, "/users/me").bearer_auth(&tokens.access).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::BAD_REQUEST);
    let request = app.request(Method::GET, "/users/me").bearer_auth(&tokens.access);
    let sunset = request.header("X-Fanvue-API-Version", "2024-10-01").send().await.unwrap();
    assert_eq!(sunset.status(), StatusCode::GONE);
    let body: Value = sunset.json().await.unwrap();
    assert_eq!(body["nextVersion"], "2025-06-26");
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let app = App::new().await;
    let mut fields = ask();
    fields.retain(|(name, _)| *name != "scope");
    fields.extend([("scope", "read:self"), ("identity", "mia.larsson"), ("decision", "allow")]);
    let redirect = redirect_query(&app.post_form("/oauth2/auth", &fields).await);
    let (_, body) = app.redeem(&redirect["code"]).await;
    assert!(body.get("refresh_token").is_none(), "no refresh token without offline_access");
    let access = body["access_token"].as_str().unwrap();
    assert_eq!(app.get(access, "/users/me").await.0, StatusCode::OK);
    let (status, body) = app.get(access, "/insights/earnings").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body["message"].as_str().unwrap().contains("read:insights"));
}

#[tokio::test]
async fn the_rate_limit_says_when_to_come_back() {
    let app = App::start(Config { rate_limit: 5, ..config() }).await;
    let mia = app.connect("mia.larsson").await;
    for _ in 0..5 {
        app.ok(&mia.access, "/users/me").await;
    }
    let response = app.api(&mia.access, Method::GET, "/users/me").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let header = |name: &str| response.headers()[name].to_str().unwrap().parse::<i64>().unwrap();
    assert_eq!((header("x-ratelimit-limit"), header("x-ratelimit-remaining")), (5, 0));
    let wait = header("retry-after");
    assert!((1..=12).contains(&wait), "{wait}");
    let ivy = app.connect("ivy.chen").await;
    app.ok(&ivy.access, "/users/me").await;
    app.advance(wait).await;
    app.ok(&mia.access, "/users/me").await;
}

#[tokio::test]
async fn cursor_pages_stay_right_while_rows_arrive() {
    let app = App::new().await;
    let tokens = app.connect("mia.larsson").await;
    let before: HashSet<String> = ids(app.ledger("mia.larsson").await["earnings"].as_array().unwrap());
    let mut seen = Vec::new();
    let mut path = "/insights/earnings?size=50".to_owned();
    loop {
        let page = app.ok(&tokens.access, &path).await;
        seen.extend(page["data"].as_array().unwrap().clone());
        app.control("earnings", json!({"creator": "mia.larsson", "count": 3})).await;
        match page["nextCursor"].as_str() {
            Some(cursor) => path = format!("/insights/earnings?size=50&cursor={cursor}"),
            None => break,
        }
    }
    assert!(seen.len() > 50, "more than one page");
    assert_eq!(ids(&seen), before, "each old row once, and none of the new ones");
    assert_eq!(seen.len(), before.len());
}

fn ids(rows: &[Value]) -> HashSet<String> {
    rows.iter().map(|row| row["transactionOrderId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_by_number_say_whether_there_is_more() {
    let app = App::new().await;
    let tokens = app.connect("mia.larsson").await;
    let mut fans = HashSet::new();
    for number in 1.. {
        let page = app.ok(&tokens.access, &format!("/subscribers?page={number}&size=5")).await;
        assert_eq!(page["pagination"]["page"], number);
        let data = page["data"].as_array().unwrap();
        fans.extend(data.iter().map(|fan| fan["uuid"].as_str().unwrap().to_owned()));
        if page["pagination"]["hasMore"] == false {
            break;
        }
        assert_eq!(data.len(), 5);
    }
    assert_eq!(json!(fans.len()), app.ledger("mia.larsson").await["activeSubscribers"]);
    let (status, body) = app.get(&tokens.access, "/subscribers?size=51").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(body["errors"].is_array());
}

#[tokio::test]
async fn earnings_are_filtered_by_source_time_and_id() {
    let app = App::new().await;
    let tokens = app.connect("mia.larsson").await;
    let all = app.all(&tokens.access, "/insights/earnings?size=50").await;
    let tips = app.all(&tokens.access, "/insights/earnings?source[]=tip&source[]=renewal").await;
    let expected = all.iter().filter(|row| row["source"] == "tip" || row["source"] == "renewal").count();
    assert_eq!(tips.len(), expected);
    let edge = all[10]["date"].as_str().unwrap();
    let (newer, older) = (format!("startDate={edge}"), format!("endDate={edge}"));
    let newer = app.all(&tokens.access, &format!("/insights/earnings?{newer}")).await;
    let older = app.all(&tokens.access, &format!("/insights/earnings?{older}")).await;
    assert_eq!(newer.len(), 11, "the start is inclusive");
    assert_eq!(newer.len() + older.len(), all.len(), "and the end exclusive");
    let id = all[3]["transactionOrderId"].as_str().unwrap();
    let one = app.all(&tokens.access, &format!("/insights/earnings?transactionOrderIds={id}")).await;
    assert_eq!(one, [all[3].clone()]);
    assert_eq!(
        app.get(&tokens.access, "/insights/earnings?source=nonsense").await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn one_agency_grant_reaches_two_creators_and_no_more() {
    let app = App::new().await;
    let agency = app.connect("agency").await;
    assert_eq!(app.ok(&agency.access, "/users/me").await["isCreator"], false);
    let creators = app.ok(&agency.access, "/creators").await;
    let handles: Vec<_> =
        creators["data"].as_array().unwrap().iter().map(|one| one["handle"].clone()).collect();
    assert_eq!(handles, ["noraquinn", "theo.marsh"]);
    for creator in creators["data"].as_array().unwrap() {
        let uuid = creator["uuid"].as_str().unwrap();
        let me = app.ok(&agency.access, &format!("/v1/creators/{uuid}/users/me")).await;
        assert_eq!(me["handle"], creator["handle"]);
        let rows = app.all(&agency.access, &format!("/creators/{uuid}/insights/earnings?size=50")).await;
        assert_eq!(rows.len(), app.ledger(uuid).await["earnings"].as_array().unwrap().len());
    }
    let state = app.state().await;
    let mia = state["creators"][0]["uuid"].as_str().unwrap();
    let (status, _) = app.get(&agency.access, &format!("/creators/{mia}/insights/earnings")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_read_answers() {
    let app = App::new().await;
    let mia = app.connect("mia.larsson").await;
    let fans = app.ok(&mia.access, "/subscribers").await;
    let fan = fans["data"][0]["uuid"].as_str().unwrap();
    let link = app.ok(&mia.access, "/tracking-links").await["data"][0]["uuid"].as_str().unwrap().to_owned();
    let paths = [
        "/v1/users/account".to_owned(),
        "/insights/earnings/summary?granularity=week&timezone=Europe/Berlin".into(),
        "/insights/earnings/percentile".into(),
        "/insights/subscribers?startDate=2026-09-01T00:00:00Z".into(),
        "/insights/spending".into(),
        "/insights/top-spenders".into(),
        format!("/insights/fans/{fan}"),
        format!("/insights/fans?fanUuids={fan},nonsense"),
        "/followers".into(),
        "/subscribers/online".into(),
        "/chats".into(),
        "/v1/chats?size=3".into(),
        "/chats?filter[]=unread&filter[]=subscribers&sortBy=online_now".into(),
        "/chats/unread".into(),
        "/chats/templates".into(),
        "/chats/lists/smart".into(),
        "/chats/lists/smart/spent_more_than_50".into(),
        "/chats/lists/custom".into(),
        "/chats/mass-messages".into(),
        format!("/chats/{fan}/messages?markAsRead=false"),
        format!("/chats/{fan}/media"),
        "/media?variants=main,thumbnail".into(),
        format!("/tracking-links/{link}/users"),
    ];
    for path in paths {
        app.ok(&mia.access, &path).await;
    }
    let agency = app.connect("agency").await;
    let period = "startDate=2026-10-01T00:00:00Z&endDate=2026-11-01T00:00:00Z";
    let paths = [
        "/agencies/team-members".to_owned(),
        "/agencies/chats".into(),
        "/agencies/subscribers".into(),
        "/agencies/subscribers-history".into(),
        format!("/agencies/earnings?{period}"),
        "/agencies/insights/chatter-leaderboard".into(),
    ];
    for path in paths {
        app.ok(&agency.access, &path).await;
    }
    assert_eq!(app.get(&agency.access, "/agencies/earnings").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(app.get(&mia.access, "/agencies/chats").await.0, StatusCode::FORBIDDEN);
    assert_eq!(app.get(&mia.access, "/nowhere").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn scopes_come_back_as_granted() {
    let app = App::new().await;
    let code = app.decide("dani.cruz", "allow").await["code"].clone();
    let (_, body) = app.redeem(&code).await;
    let asked: HashSet<&str> = SCOPES.split_whitespace().collect();
    assert_eq!(body["scope"].as_str().unwrap().split(' ').collect::<HashSet<_>>(), asked);
    assert!(tokens(&body).access.starts_with("sbx_at_"));
}
