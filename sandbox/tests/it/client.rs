//! A small app: connects, calls the API, and talks to the control desk.

use std::collections::HashMap;

use creatorcrm_sandbox::{Config, Sandbox, start};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header, redirect};
use serde_json::Value;

pub const CALLBACK: &str = "http://127.0.0.1:3000/oauth/fanvue/callback";
/// A verifier and its challenge: the example of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const SCOPES: &str = "openid offline_access offline read:self read:chat write:chat read:fan read:creator \
     write:creator read:insights read:media read:tracking_links write:tracking_links read:agency";

pub struct App {
    pub sandbox: Sandbox,
    pub http: Client,
}

pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub expires_in: i64,
}

/// A world that is the same in every run.
pub fn config() -> Config {
    Config { now: Some("2026-11-01T12:00:00Z".parse().unwrap()), ..Config::for_tests() }
}

pub fn form(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

pub fn ask() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "sandbox-client"),
        ("redirect_uri", CALLBACK),
        ("scope", SCOPES),
        ("state", "the-state"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

impl App {
    #[expect(clippy::disallowed_methods, reason = "a test builds its own client")]
    pub async fn start(config: Config) -> Self {
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { sandbox: start(config).await.unwrap(), http }
    }

    pub async fn new() -> Self {
        Self::start(config()).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.base_url()))
    }

    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.request(Method::POST, path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(form(fields)).send().await.unwrap()
    }

    /// Decides on the consent page; the query of the redirect.
    pub async fn decide(&self, identity: &str, decision: &str) -> HashMap<String, String> {
        let mut fields = ask();
        fields.extend([("identity", identity), ("decision", decision)]);
        redirect_query(&self.post_form("/oauth2/auth", &fields).await)
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let request =
            self.request(Method::POST, "/oauth2/token").basic_auth("sandbox-client", Some("sandbox-secret"));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = request.body(form(fields)).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    pub async fn redeem(&self, code: &str) -> (StatusCode, Value) {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", "sandbox-client"),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "sandbox-client"),
        ])
        .await
    }

    pub async fn connect(&self, identity: &str) -> Tokens {
        let redirect = self.decide(identity, "allow").await;
        assert_eq!(redirect["state"], "the-state");
        let (status, body) = self.redeem(&redirect["code"]).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        tokens(&body)
    }

    pub fn api(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(token).header("X-Fanvue-API-Version", "2025-06-26")
    }

    pub async fn get(&self, token: &str, path: &str) -> (StatusCode, Value) {
        let response = self.api(token, Method::GET, path).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    pub async fn ok(&self, token: &str, path: &str) -> Value {
        let (status, body) = self.get(token, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub async fn control(&self, path: &str, body: Value) -> Value {
        let response =
            self.request(Method::POST, &format!("/control/{path}")).json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap()
    }

    pub async fn advance(&self, seconds: i64) {
        self.control("advance", serde_json::json!({"seconds": seconds})).await;
    }

    pub async fn state(&self) -> Value {
        self.request(Method::GET, "/control/state").send().await.unwrap().json().await.unwrap()
    }

    /// The ledger of one creator.
    pub async fn ledger(&self, creator: &str) -> Value {
        let path = format!("/control/ledger?creator={creator}");
        let body: Value = self.request(Method::GET, &path).send().await.unwrap().json().await.unwrap();
        body["creators"][0].clone()
    }

    /// All pages of a cursor list.
    pub async fn all(&self, token: &str, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let page = self.ok(token, &format!("{path}{separator}{cursor}")).await;
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("cursor={next}"),
                None => return rows,
            }
        }
    }
}

pub fn tokens(body: &Value) -> Tokens {
    Tokens {
        access: body["access_token"].as_str().unwrap().into(),
        refresh: body["refresh_token"].as_str().unwrap().into(),
        expires_in: body["expires_in"].as_i64().unwrap(),
    }
}

pub fn redirect_query(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = response.headers()[header::LOCATION].to_str().unwrap();
    let address = reqwest::Url::parse(location).unwrap();
    assert!(location.starts_with(CALLBACK));
    address.query_pairs().into_owned().collect()
}
