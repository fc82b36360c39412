//! The calls against a small fake: what goes out, and what each kind of answer becomes.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{FanvueClient, FanvueSettings};
use crate::platform::{
    AccessToken, AccountRef, Authorization, Cursor, PkceVerifier, PlatformClient, PlatformError,
    PlatformResult, Timeouts, TokenPair, Url, http_client,
};

const TOKEN: &str = "access-token-that-must-not-be-seen";

/// One request as the fake saw it.
#[derive(Clone, Debug)]
struct Seen {
    target: String,
    headers: HeaderMap,
    body: String,
}

#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Response>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

struct Fake {
    client: FanvueClient,
    script: Script,
}

fn settings(root: &str) -> FanvueSettings {
    FanvueSettings {
        client_id: "app".to_owned(),
        client_secret: "s3cret".into(),
        authorize_url: format!("{root}/oauth2/auth").parse().unwrap(),
        token_url: format!("{root}/oauth2/token").parse().unwrap(),
        api_url: root.parse().unwrap(),
        webhook_secret: None,
    }
}

/// Long enough for a busy machine; only the test of a time-out waits less.
const PATIENCE: Duration = Duration::from_secs(20);

fn client_of(root: &str) -> FanvueClient {
    patient_client(root, PATIENCE)
}

fn patient_client(root: &str, total: Duration) -> FanvueClient {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    let timeouts = Timeouts { connect: PATIENCE, total };
    FanvueClient::new(settings(root), http_client(timeouts).unwrap())
}

async fn fake(answers: impl IntoIterator<Item = Response>) -> Fake {
    let script = Script { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Script::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(answer).with_state(script.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    Fake { client: client_of(&root), script }
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap();
    script.seen.lock().unwrap().push(Seen {
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let next = script.answers.lock().unwrap().pop_front();
    next.unwrap_or_else(|| StatusCode::IM_A_TEAPOT.into_response())
}

impl Fake {
    fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }

    fn target(&self) -> String {
        self.seen().last().unwrap().target.clone()
    }
}

fn ok(body: Value) -> Response {
    axum::Json(body).into_response()
}

fn status(code: u16, body: &Value) -> Response {
    (StatusCode::from_u16(code).unwrap(), axum::Json(body)).into_response()
}

fn with_header(mut response: Response, name: &'static str, value: &'static str) -> Response {
    response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    response
}

fn token() -> AccessToken {
    SecretString::from(TOKEN).into()
}

fn creator() -> AccountRef {
    AccountRef::Creator("c/1".to_owned())
}

/// What `me` makes of one answer.
async fn me_after(answer: Response) -> PlatformError {
    fake([answer]).await.client.me(&token()).await.unwrap_err()
}

#[tokio::test]
async fn every_call_carries_version_accept_and_bearer() {
    let fake =
        fake([ok(json!({"uuid": "u", "fanCounts": {"followersCount": 3, "subscribersCount": 2}}))]).await;
    let me = fake.client.me(&token()).await.unwrap();
    assert_eq!((me.platform_account_id.as_str(), me.followers, me.subscribers), ("u", Some(3), Some(2)));
    let seen = &fake.seen()[0];
    assert_eq!(seen.target, "/users/me");
    assert_eq!(seen.headers["x-fanvue-api-version"], "2025-06-26");
    assert_eq!(seen.headers["accept"], "application/json");
    assert_eq!(seen.headers["authorization"], format!("Bearer {TOKEN}"));
}

#[tokio::test]
async fn an_agency_reads_the_twin_and_an_id_cannot_lead_elsewhere() {
    let fake = fake([ok(json!({"data": []})), ok(json!({"data": []}))]).await;
    fake.client.subscribers(&token(), &creator(), None).await.unwrap();
    assert_eq!(fake.target(), "/creators/c%2F1/subscribers?size=50");
    fake.client.messages(&token(), &creator(), "../f?x", None).await.unwrap();
    assert_eq!(fake.target(), "/creators/c%2F1/chats/..%2Ff%3Fx/messages?markAsRead=false&size=50");
}

#[tokio::test]
async fn a_range_of_earnings_is_asked_for_on_every_page() {
    let row = json!({"transactionOrderId": "t", "date": "2026-01-01T00:00:00Z", "gross": 1, "net": 1});
    let fake =
        fake([ok(json!({"data": [row], "nextCursor": "a b"})), ok(json!({"data": [], "nextCursor": null}))])
            .await;
    let since = DateTime::from_timestamp(1_764_547_200, 0);
    let first = fake.client.earnings(&token(), &AccountRef::Own, since, None, None).await.unwrap();
    assert_eq!(fake.target(), "/insights/earnings?startDate=2025-12-01T00%3A00%3A00.000Z&size=50");
    let next = Cursor::from_stored(first.next.unwrap().as_str());
    let last = fake.client.earnings(&token(), &AccountRef::Own, since, None, Some(&next)).await.unwrap();
    assert_eq!(fake.target(), "/insights/earnings?startDate=2025-12-01T00%3A00%3A00.000Z&size=50&cursor=a+b");
    assert_eq!((first.items.len(), last.items.len(), last.next), (1, 0, None));
}

#[tokio::test]
async fn the_creators_of_an_agency_are_read_to_the_last_page() {
    let page = |id: &str, more| ok(json!({"data": [{"uuid": id}], "pagination": {"hasMore": more}}));
    let fake = fake([page("a", true), page("b", false)]).await;
    let creators = fake.client.reachable_creators(&token()).await.unwrap();
    let ids: Vec<_> = creators.iter().map(|creator| creator.platform_account_id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(fake.target(), "/creators?size=50&page=2");
}

#[tokio::test]
async fn a_grant_without_an_agency_reaches_no_creators() {
    for code in [403, 404] {
        let fake = fake([status(code, &json!({"message": "no"}))]).await;
        assert_eq!(fake.client.reachable_creators(&token()).await, Ok(vec![]));
    }
    let fake = fake([status(500, &json!({}))]).await;
    assert!(fake.client.reachable_creators(&token()).await.is_err());
}

#[tokio::test]
async fn the_profile_under_an_agency_takes_its_counts_from_the_smart_lists() {
    let creators = json!({"data": [{"uuid": "c/1", "handle": "mia"}], "pagination": {"hasMore": false}});
    let lists =
        json!([{"uuid": "subscribers", "count": 12}, {"name": "Followers", "uuid": "x", "count": 40}]);
    let fake = fake([ok(creators), ok(lists)]).await;
    let profile = fake.client.profile(&token(), &creator()).await.unwrap();
    assert_eq!(
        (profile.handle.as_deref(), profile.subscribers, profile.followers),
        (Some("mia"), Some(12), Some(40))
    );
    assert_eq!(fake.target(), "/creators/c%2F1/chats/lists/smart");
}

#[tokio::test]
async fn each_refusal_becomes_its_own_error() {
    let version = json!({"error": "Unsupported API version", "message": "API version 'x' is not supported"});
    let sunset = json!({"error": "gone", "message": "gone", "nextVersion": "2027-01-01"});
    let none = json!({});
    assert_eq!(me_after(status(401, &json!({"error": "x"}))).await, PlatformError::Unauthorized);
    assert_eq!(me_after(status(403, &none)).await, PlatformError::MissingScope);
    assert_eq!(me_after(status(400, &version)).await, PlatformError::UnsupportedVersion { next: None });
    let next = Some("2027-01-01".to_owned());
    assert_eq!(me_after(status(410, &sunset)).await, PlatformError::UnsupportedVersion { next });
    assert_eq!(me_after(status(503, &none)).await, PlatformError::Unavailable { status: 503 });
    let message = "bad date; bad size".to_owned();
    let errors = json!({"errors": ["bad date", "bad size"]});
    assert_eq!(me_after(status(400, &errors)).await, PlatformError::Rejected { status: 400, message });
    assert!(me_after(status(404, &none)).await.is_not_found());
    assert!(matches!(me_after(ok(json!({"handle": "no id"}))).await, PlatformError::Malformed { .. }));
}

#[tokio::test]
async fn a_limit_says_how_long_to_wait() {
    let limited = |value| with_header(status(429, &json!({})), "retry-after", value);
    let wait = |seconds| PlatformError::RateLimited { retry_after: Duration::from_secs(seconds) };
    assert_eq!(me_after(limited("17")).await, wait(17));
    let dated =
        with_header(limited("Wed, 21 Oct 2026 07:28:09 GMT"), "date", "Wed, 21 Oct 2026 07:28:00 GMT");
    assert_eq!(me_after(dated).await, wait(9));
    assert_eq!(me_after(status(429, &json!({}))).await, wait(60));
}

#[tokio::test]
async fn a_redirect_is_refused_and_takes_the_token_nowhere() {
    let fake =
        fake([with_header(status(302, &json!({})), "location", "/elsewhere"), ok(json!({"uuid": "u"}))])
            .await;
    let error = fake.client.me(&token()).await.unwrap_err();
    assert!(matches!(error, PlatformError::Rejected { status: 302, .. }));
    assert_eq!(fake.seen().len(), 1);
}

/// A server that hears a request, writes these bytes and hangs up, or writes nothing and holds the line.
async fn raw(bytes: Option<&'static [u8]>) -> PlatformError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let patience = if bytes.is_some() { PATIENCE } else { Duration::from_millis(300) };
    tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.unwrap();
        // A line that is closed with something unread is reset, and the answer may be lost.
        line.read(&mut [0; 4096]).await.unwrap();
        match bytes {
            Some(bytes) => line.write_all(bytes).await.unwrap(),
            None => tokio::time::sleep(PATIENCE).await,
        }
    });
    patient_client(&root, patience).me(&token()).await.unwrap_err()
}

#[tokio::test]
async fn what_breaks_on_the_way_is_transient() {
    let cut_line = raw(Some(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"uuid\"")).await;
    assert_eq!(cut_line, PlatformError::Unreachable);
    let cut_json = raw(Some(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"uuid\"")).await;
    assert!(matches!(cut_json, PlatformError::Malformed { .. }));
    let silent = raw(None).await;
    assert_eq!(silent, PlatformError::TimedOut);
    let nobody = client_of("http://127.0.0.1:1").me(&token()).await.unwrap_err();
    assert_eq!(nobody, PlatformError::Unreachable);
    assert!([cut_line, cut_json, silent, nobody].iter().all(PlatformError::is_transient));
}

#[tokio::test]
async fn no_error_ever_shows_a_token() {
    let echo = json!({"error": format!("bad token {TOKEN}"), "message": TOKEN, "nextVersion": TOKEN});
    for code in [400, 401, 403, 404, 409, 410, 429, 500] {
        let error = me_after(status(code, &echo)).await;
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{code}");
    }
    let fake = fake([]).await;
    assert!(!format!("{:?} {:?}", fake.client, token()).contains("s3cret"));
}

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

#[test]
fn every_call_is_counted_by_template_and_outcome() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let run = |work: std::pin::Pin<Box<dyn Future<Output = ()>>>| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        metrics::with_local_recorder(&recorder, || runtime.block_on(work));
    };
    run(Box::pin(async {
        let fake = fake([ok(json!({"data": []})), status(500, &json!({}))]).await;
        fake.client.messages(&token(), &creator(), "fan-9", None).await.unwrap();
        fake.client.messages(&token(), &creator(), "fan-9", None).await.unwrap_err();
    }));
    let page = page.render();
    for outcome in ["ok", "unavailable"] {
        let line = format!(
            r#"platform_requests_total{{platform="fanvue",endpoint="/chats/{{}}/messages",outcome="{outcome}"}} 1"#
        );
        assert!(page.contains(&line), "{page}");
    }
    assert!(page.contains("platform_request_duration_seconds") && !page.contains("fan-9"));
}
