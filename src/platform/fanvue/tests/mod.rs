//! The calls against a small fake that remembers what it was asked and answers from a script.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod oauth;

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
        requests_per_minute: 200,
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
