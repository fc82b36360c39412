//! `POST /oauth2/token`: HTTP Basic only, form-encoded.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

use super::grants::{Identity, InvalidGrant, Issued};
use crate::control::faults;
use crate::shared::Shared;

/// Exchanges a code or a refresh token. The grants are on disk before the answer leaves.
pub(crate) async fn exchange(
    State(sandbox): State<Arc<Shared>>,
    headers: HeaderMap,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    sandbox.counters.token_request();
    let Ok(Form(form)) = form else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", "The body must be form-encoded.");
    };
    if let Some(answer) = faults::before_exchange(&sandbox).await {
        return answer;
    }
    if form.contains_key("client_secret") {
        return unauthorised("Send the client secret by HTTP Basic, not in the body.");
    }
    if !basic_is_right(&sandbox, &headers) {
        return unauthorised("Client authentication failed.");
    }
    if form.get("client_id").is_some_and(|id| *id != sandbox.config.client_id) {
        return unauthorised("The client_id is not the authenticated client's.");
    }
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let now = sandbox.clock.now();
    let outcome = match field("grant_type") {
        "authorization_code" => {
            sandbox.grants().redeem(field("code"), field("redirect_uri"), field("code_verifier"), now)
        }
        "refresh_token" => {
            sandbox.counters.refresh();
            sandbox.grants().refresh(field("refresh_token"), now)
        }
        _ => {
            return refuse(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "Use a code or a refresh token.",
            );
        }
    };
    if let Err(error) = sandbox.save_grants().await {
        tracing::error!(%error, "grants could not be saved");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "Try again.");
    }
    let answer = match outcome {
        Ok(issued) => no_store((StatusCode::OK, axum::Json(body(&sandbox, issued))).into_response()),
        Err(InvalidGrant(why)) => refuse(StatusCode::BAD_REQUEST, "invalid_grant", why),
    };
    faults::after_exchange(&sandbox, answer).await
}

fn basic_is_right(sandbox: &Shared, headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| BASE64.decode(encoded.trim().as_bytes()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let expected = format!("{}:{}", sandbox.config.client_id, sandbox.config.client_secret);
    given.is_some_and(|given| given == expected)
}

fn body(sandbox: &Shared, issued: Issued) -> Value {
    let mut body = json!({
        "access_token": issued.access_token,
        "token_type": "bearer",
        "expires_in": issued.expires_in,
        "scope": issued.scope,
    });
    if let Some(refresh_token) = issued.refresh_token {
        body["refresh_token"] = json!(refresh_token);
    }
    if issued.scope.split(' ').any(|scope| scope == "openid") {
        body["id_token"] = json!(id_token(sandbox, issued.identity));
    }
    body
}

/// An unsigned token of the right shape; nobody should trust one that came from a sandbox.
fn id_token(sandbox: &Shared, identity: Identity) -> String {
    let subject = sandbox.subject_uuid(identity);
    let claims = json!({"iss": sandbox.base_url(), "aud": sandbox.config.client_id, "sub": subject});
    let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}.", encode(&json!({"alg": "none"})), encode(&claims))
}

fn unauthorised(why: &str) -> Response {
    let mut response = refuse(StatusCode::UNAUTHORIZED, "invalid_client", why);
    let challenge = header::HeaderValue::from_static("Basic realm=\"sandbox\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

fn refuse(status: StatusCode, error: &str, why: &str) -> Response {
    no_store((status, axum::Json(json!({"error": error, "error_description": why}))).into_response())
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
