//! `GET /oauth2/auth` shows the consent page; its form posts the decision to the same address.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{Identity, SCOPES, consent_page};
use crate::html;
use crate::shared::Shared;

/// What the app asks for, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Ask {
    pub response_type: String,
    pub client_id: String,
    pub redirect_uri: String,
    pub scope: String,
    pub state: String,
    pub code_challenge: String,
    pub code_challenge_method: String,
    pub prompt: String,
    pub nonce: String,
}

impl Ask {
    pub(crate) fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<String> = Vec::new();
        for scope in self.scope.split_whitespace() {
            if !scopes.iter().any(|other| other == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }
}

/// The consent page's form: the ask again, who signs in, and what they decided.
#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    #[serde(flatten)]
    ask: Ask,
    /// A creator's handle or uuid, or `agency`.
    #[serde(default)]
    identity: String,
    /// `allow` or `deny`.
    #[serde(default)]
    decision: String,
}

/// A wrong ask: shown to the person when the redirect cannot be trusted, sent back to the app otherwise.
enum Wrong {
    Page(&'static str),
    Redirect(&'static str, &'static str),
}

pub(crate) async fn show(State(sandbox): State<Arc<Shared>>, Query(ask): Query<Ask>) -> Response {
    match check(&sandbox, &ask) {
        Ok(()) => Html(consent_page::consent_page(&sandbox, &ask)).into_response(),
        Err(wrong) => answer_wrong(&ask, wrong),
    }
}

pub(crate) async fn decide(State(sandbox): State<Arc<Shared>>, Form(form): Form<Decision>) -> Response {
    let Decision { ask, identity, decision } = form;
    if let Err(wrong) = check(&sandbox, &ask) {
        return answer_wrong(&ask, wrong);
    }
    if decision != "allow" {
        return redirect(
            &ask,
            &[("error", "access_denied"), ("error_description", "The request was denied.")],
        );
    }
    let identity = match identity.as_str() {
        "agency" => Some(Identity::Agency),
        name => sandbox.world().find_creator(name).map(Identity::Creator),
    };
    let Some(identity) = identity else {
        return html::problem(
            StatusCode::BAD_REQUEST,
            "Choose who signs in",
            "No demo creator has that name.",
        );
    };
    let now = sandbox.clock.now();
    let code = sandbox.grants().issue_code(
        identity,
        ask.scopes(),
        ask.redirect_uri.clone(),
        ask.code_challenge.clone(),
        now,
    );
    redirect(&ask, &[("code", &code), ("scope", &ask.scopes().join(" "))])
}

fn check(sandbox: &Shared, ask: &Ask) -> Result<(), Wrong> {
    if ask.client_id != sandbox.config.client_id {
        return Err(Wrong::Page("No app with this client_id is registered."));
    }
    if !sandbox.config.redirect_uris.contains(&ask.redirect_uri) {
        return Err(Wrong::Page(
            "The redirect_uri is not one that the app has registered (they match exactly).",
        ));
    }
    if ask.response_type != "code" {
        return Err(Wrong::Redirect("unsupported_response_type", "Only response_type=code is supported."));
    }
    if ask.code_challenge_method != "S256" || ask.code_challenge.len() != 43 {
        return Err(Wrong::Redirect("invalid_request", "PKCE with code_challenge_method=S256 is required."));
    }
    let scopes = ask.scopes();
    if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.iter().any(|(known, _)| known == scope)) {
        return Err(Wrong::Redirect("invalid_scope", "The app asks for a scope it was not given."));
    }
    Ok(())
}

fn answer_wrong(ask: &Ask, wrong: Wrong) -> Response {
    match wrong {
        Wrong::Page(why) => html::problem(StatusCode::BAD_REQUEST, "This app cannot be connected", why),
        Wrong::Redirect(error, why) => redirect(ask, &[("error", error), ("error_description", why)]),
    }
}

fn redirect(ask: &Ask, pairs: &[(&str, &str)]) -> Response {
    let mut address = ask.redirect_uri.clone();
    let mut separator = if address.contains('?') { '&' } else { '?' };
    let state = ("state", ask.state.as_str());
    for (name, value) in pairs.iter().chain((!ask.state.is_empty()).then_some(&state)) {
        address.push(separator);
        address.push_str(name);
        address.push('=');
        address.push_str(&html::query_escape(value));
        separator = '&';
    }
    match HeaderValue::from_str(&address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => html::problem(
            StatusCode::BAD_REQUEST,
            "This app cannot be connected",
            "The redirect is malformed.",
        ),
    }
}
