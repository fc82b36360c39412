//! Each rule of the authorization server.

use reqwest::{Method, StatusCode, header};
use serde_json::json;

use crate::client::{App, CALLBACK, VERIFIER, ask, config, form, redirect_query, tokens};

#[tokio::test]
async fn consent_leads_to_tokens_that_open_the_api() {
    let app = App::new().await;
    let tokens = app.connect("mia.larsson").await;
    assert_eq!(tokens.expires_in, 3600);
    let me = app.ok(&tokens.access, "/users/me").await;
    assert_eq!(me["handle"], "mia.larsson");
    assert_eq!(app.ok(&tokens.access, "/v1/users/me").await, me);
}

#[tokio::test]
async fn the_consent_page_names_the_app_the_scopes_and_the_sandbox() {
    let app = App::new().await;
    let path = format!("/oauth2/auth?{}&prompt=login", form(&ask()));
    let response = app.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let page = response.text().await.unwrap();
    for part in [
        "SANDBOX",
        "CreatorCRM wants",
        "See your earnings",
        "read:insights",
        "noraquinn",
        "Northlight",
        "Deny",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[tokio::test]
async fn denial_comes_back_as_access_denied_with_the_state() {
    let app = App::new().await;
    let redirect = app.decide("mia.larsson", "deny").await;
    assert_eq!(redirect["error"], "access_denied");
    assert_eq!(redirect["state"], "the-state");
}

#[tokio::test]
async fn a_wrong_client_or_redirect_never_redirects() {
    let app = App::new().await;
    for (name, value) in
        [("client_id", "somebody"), ("redirect_uri", "http://127.0.0.1:3000/oauth/fanvue/callback/")]
    {
        let mut fields = ask();
        fields.retain(|(other, _)| *other != name);
        fields.push((name, value));
        let response =
            app.request(Method::GET, &format!("/oauth2/auth?{}", form(&fields))).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{name}");
    }
}

#[tokio::test]
async fn a_wrong_ask_goes_back_to_the_app() {
    let app = App::new().await;
    let cases = [
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("scope", "read:self read:everything", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
    ];
    for (name, value, error) in cases {
        let mut fields = ask();
        fields.retain(|(other, _)| *other != name);
        fields.push((name, value));
        let response =
            app.request(Method::GET, &format!("/oauth2/auth?{}", form(&fields))).send().await.unwrap();
        assert_eq!(redirect_query(&response)["error"], error, "{name}");
    }
}

#[tokio::test]
async fn only_basic_authentication_is_accepted() {
    let app = App::new().await;
    let in_body = [
        ("grant_type", "refresh_token"),
        ("client_id", "sandbox-client"),
        ("client_secret", "sandbox-secret"),
    ];
    assert_eq!(app.post_form("/oauth2/token", &in_body).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(app.post_form("/oauth2/token", &in_body[..2]).await.status(), StatusCode::UNAUTHORIZED);
    let wrong = app.request(Method::POST, "/oauth2/token").basic_auth("sandbox-client", Some("guess"));
    let wrong =
        wrong.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&in_body[..2]));
    assert_eq!(wrong.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let (status, body) = app.token(&in_body).await;
    assert_eq!((status, &body["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")));
}

#[tokio::test]
async fn a_code_works_once_and_a_second_use_takes_the_grant_down() {
    let app = App::new().await;
    let code = app.decide("ivy.chen", "allow").await["code"].clone();
    let (_, first) = app.redeem(&code).await;
    let (status, body) = app.redeem(&code).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    assert_eq!(app.get(&tokens(&first).access, "/users/me").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_needs_its_verifier_and_its_redirect_and_dies_after_a_minute() {
    let app = App::new().await;
    let code = app.decide("ivy.chen", "allow").await["code"].clone();
    let other = "a".repeat(43);
    for (verifier, redirect) in
        [(other.as_str(), CALLBACK), (VERIFIER, "http://127.0.0.1:3000/"), ("short", CALLBACK)]
    {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ];
        let (status, body) = app.token(&fields).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    }
    app.advance(61).await;
    assert_eq!(app.redeem(&code).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn refresh_rotates_and_the_old_token_gives_the_same_pair_within_its_grace() {
    let app = App::new().await;
    let first = app.connect("mia.larsson").await;
    let (_, second) = app.refresh(&first.refresh).await;
    let (status, again) = app.refresh(&first.refresh).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&again["access_token"], &again["refresh_token"]),
        (&second["access_token"], &second["refresh_token"])
    );
    assert_ne!(tokens(&second).refresh, first.refresh);
    let (status, _) = app.refresh(&tokens(&second).refresh).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        app.refresh(&first.refresh).await.0,
        StatusCode::OK,
        "still within its grace, two rotations later"
    );
}

#[tokio::test]
async fn reuse_after_the_grace_kills_the_whole_chain() {
    let app = App::new().await;
    let first = app.connect("mia.larsson").await;
    let (_, second) = app.refresh(&first.refresh).await;
    app.advance(31).await;
    let (status, body) = app.refresh(&first.refresh).await;
    assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    let second = tokens(&second);
    assert_eq!(app.refresh(&second.refresh).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(app.get(&second.access, "/users/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.state().await["grants"][0]["death"], "reuse");
}

#[tokio::test]
async fn an_old_token_is_recognised_however_long_the_chain() {
    let app = App::new().await;
    let first = app.connect("mia.larsson").await;
    let mut newest = first.refresh.clone();
    for _ in 0..5 {
        newest = tokens(&app.refresh(&newest).await.1).refresh;
        app.advance(4000).await;
    }
    assert_eq!(app.refresh(&first.refresh).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(app.refresh(&newest).await.0, StatusCode::BAD_REQUEST, "the chain is dead");
}

#[tokio::test]
async fn access_tokens_expire() {
    let app = App::start(creatorcrm_sandbox::Config { token_lifetime: 5, ..config() }).await;
    let tokens = app.connect("mia.larsson").await;
    assert_eq!(tokens.expires_in, 5);
    app.advance(6).await;
    assert_eq!(app.get(&tokens.access, "/users/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&tokens.refresh).await.0, StatusCode::OK, "the refresh token lives on");
}

#[tokio::test]
async fn a_foreign_or_made_up_token_is_nobody() {
    let (one, other) = (App::new().await, App::new().await);
    let tokens = one.connect("mia.larsson").await;
    assert_eq!(other.get(&tokens.access, "/users/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(other.refresh(&tokens.refresh).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(one.get("sbx_at_nonsense", "/users/me").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(one.get(&tokens.refresh, "/users/me").await.0, StatusCode::UNAUTHORIZED);
}
