//! Consent, code exchange and refresh: what goes out, and which answer ends a connection.

use super::*;

fn verifier() -> PkceVerifier {
    PkceVerifier::from_random([9; 32])
}

fn redirect() -> Url {
    "https://crm.example/oauth/fanvue/callback".parse().unwrap()
}

#[tokio::test]
async fn the_consent_page_gets_the_challenge_and_never_the_verifier() {
    let client = client_of("http://127.0.0.1:1");
    let (pkce, redirect_uri) = (verifier(), redirect());
    let ask = Authorization { state: "st&1", pkce: &pkce, redirect_uri: &redirect_uri, prompt_login: true };
    let url = client.authorize_url(&ask);
    let value = |name| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("response_type").unwrap(), "code");
    assert_eq!(value("client_id").unwrap(), "app");
    assert_eq!(value("redirect_uri").unwrap(), redirect_uri.as_str());
    assert_eq!(value("state").unwrap(), "st&1");
    assert_eq!(value("code_challenge").unwrap(), pkce.challenge());
    assert_eq!(value("code_challenge_method").unwrap(), "S256");
    assert_eq!(value("prompt").unwrap(), "login");
    assert!(value("scope").unwrap().starts_with("openid offline_access offline read:self "));
    assert!(!url.as_str().contains(pkce.secret().expose_secret()));
    let quiet = client.authorize_url(&Authorization { prompt_login: false, ..ask });
    assert!(!quiet.as_str().contains("prompt"));
}

async fn exchange(fake: &Fake) -> PlatformResult<TokenPair> {
    fake.client.exchange_code(&"the-code".into(), &verifier(), &redirect()).await
}

fn form(seen: &Seen) -> Vec<(String, String)> {
    let mut fields: Vec<_> =
        Url::parse(&format!("x:?{}", seen.body)).unwrap().query_pairs().into_owned().collect();
    fields.sort();
    fields
}

#[tokio::test]
async fn a_code_is_exchanged_with_basic_and_without_the_secret_in_the_body() {
    let body = json!({"access_token": "A", "refresh_token": "R", "expires_in": 5, "token_type": "bearer",
        "scope": "read:self read:chat", "id_token": "x", "new": {}});
    let fake = fake([ok(body)]).await;
    let pair = exchange(&fake).await.unwrap();
    assert_eq!(pair.access.secret().expose_secret(), "A");
    assert_eq!(pair.refresh.unwrap().expose_secret(), "R");
    assert_eq!(pair.expires_in, Duration::from_secs(5));
    assert_eq!(pair.scopes.unwrap(), ["read:self", "read:chat"]);
    let seen = &fake.seen()[0];
    assert_eq!(seen.headers["authorization"], format!("Basic {}", BASE64.encode(b"app:s3cret")));
    let names: Vec<_> = form(seen).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]);
}

#[tokio::test]
async fn a_refresh_sends_the_token_and_the_id_and_bears_a_sparse_answer() {
    let fake = fake([ok(json!({"access_token": "A2", "token_type": "Bearer", "scope": null}))]).await;
    let pair = fake.client.refresh(&"R1".into()).await.unwrap();
    assert_eq!(pair.expires_in, Duration::from_secs(3600));
    assert!(pair.refresh.is_none() && pair.scopes.is_none());
    let fields = form(&fake.seen()[0]);
    let want = [("client_id", "app"), ("grant_type", "refresh_token"), ("refresh_token", "R1")];
    assert_eq!(fields, want.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn only_a_400_with_invalid_grant_is_the_end_of_a_connection() {
    let dead = json!({"error": "invalid_grant", "error_description": "R1 was used"});
    let refresh = async |answer| fake([answer]).await.client.refresh(&"R1".into()).await.unwrap_err();
    assert_eq!(refresh(status(400, &dead)).await, PlatformError::InvalidGrant);
    for code in [401, 403, 404, 429, 500, 503] {
        assert_ne!(refresh(status(code, &dead)).await, PlatformError::InvalidGrant, "{code}");
    }
    for body in [
        json!({"error": "invalid_client"}),
        json!({"error": "INVALID_GRANT"}),
        json!("invalid_grant"),
        json!({}),
    ] {
        let error = refresh(status(400, &body)).await;
        assert!(matches!(error, PlatformError::Rejected { status: 400, .. }), "{body}");
    }
    let html = (StatusCode::BAD_REQUEST, "<html>invalid_grant</html>").into_response();
    assert!(matches!(refresh(html).await, PlatformError::Rejected { .. }));
    assert!(!format!("{:?}", refresh(status(401, &json!({"error": "R1"}))).await).contains("R1"));
}

#[tokio::test]
async fn a_token_answer_that_cannot_be_read_is_transient_and_shows_nothing() {
    for body in ["{\"access_token\": \"A-secret\", \"token_type\"", "{\"token\": \"A-secret\"}", "", "[]"] {
        let answer = with_header(body.into_response(), "content-type", "application/json");
        let error = exchange(&fake([answer]).await).await.unwrap_err();
        assert!(error.is_transient(), "{body}");
        assert!(!format!("{error:?}").contains("A-secret"));
    }
}
