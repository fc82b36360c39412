//! Consent, code exchange and refresh, by the oauth2 crate over our own HTTP client.

use futures::future::BoxFuture;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
};
use reqwest::StatusCode;
use reqwest::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};

use super::{FanvueClient, TOKEN_LIFE, answer};
use crate::platform::http::{Answer, Transport};
use crate::platform::json::{self, Row};
use crate::platform::{
    AccessToken, Authorization, PkceVerifier, PlatformError, PlatformResult, TokenPair, Url,
};

/// The name of the token endpoint in the metrics.
const ENDPOINT: &str = "/oauth2/token";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type TokenError = RequestTokenError<PlatformError, BasicErrorResponse>;

impl FanvueClient {
    pub(super) fn consent_page(&self, authorization: &Authorization<'_>) -> Url {
        let client = self.oauth().set_redirect_uri(RedirectUrl::from_url(authorization.redirect_uri.clone()));
        let state = authorization.state.to_owned();
        let mut request = client
            .authorize_url(move || CsrfToken::new(state))
            .add_scopes(self.profile.oauth.scopes.iter().map(|scope| Scope::new(scope.name.to_owned())))
            // The crate builds a challenge only from its own type of verifier, and panics on a short one.
            .add_extra_param("code_challenge", authorization.pkce.challenge())
            .add_extra_param("code_challenge_method", "S256");
        if authorization.prompt_login {
            request = request.add_extra_param("prompt", "login");
        }
        request.url().0
    }

    pub(super) async fn exchange(
        &self,
        code: &SecretString,
        pkce: &PkceVerifier,
        redirect_uri: &Url,
    ) -> PlatformResult<TokenPair> {
        let client = self.oauth().set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
        let answer = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(pkce.secret().expose_secret().to_owned()))
            .add_extra_param("client_id", &self.settings.client_id)
            .request_async(&self.token_endpoint())
            .await;
        pair(answer)
    }

    pub(super) async fn next_pair(&self, refresh_token: &SecretString) -> PlatformResult<TokenPair> {
        let answer = self
            .oauth()
            .exchange_refresh_token(&RefreshToken::new(refresh_token.expose_secret().to_owned()))
            .add_extra_param("client_id", &self.settings.client_id)
            .request_async(&self.token_endpoint())
            .await;
        pair(answer)
    }

    /// Basic is mandatory, and so is the id in the body, which the crate then leaves out: the callers add it.
    fn oauth(&self) -> Client {
        let secret = self.settings.client_secret.expose_secret().to_owned();
        BasicClient::new(ClientId::new(self.settings.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret))
            .set_auth_type(AuthType::BasicAuth)
            .set_auth_uri(AuthUrl::from_url(self.settings.authorize_url.clone()))
            .set_token_uri(TokenUrl::from_url(self.settings.token_url.clone()))
    }

    /// Owns its transport: a future that borrows from a closure is not `Send` enough for a trait object.
    fn token_endpoint(
        &self,
    ) -> impl Fn(HttpRequest) -> BoxFuture<'static, PlatformResult<HttpResponse>> + use<> {
        let transport = self.transport.clone();
        move |request| Box::pin(send(transport.clone(), request))
    }
}

async fn send(transport: Transport, request: HttpRequest) -> PlatformResult<HttpResponse> {
    let mut request = reqwest::Request::try_from(request).map_err(|_| PlatformError::Unreachable)?;
    if let Some(credentials) = request.headers_mut().get_mut(AUTHORIZATION) {
        credentials.set_sensitive(true);
    }
    transport.call(ENDPOINT, request, read).await
}

/// Only a good answer reaches the crate: its errors would lose the status, and keep the body.
fn read(answer: Answer) -> PlatformResult<HttpResponse> {
    if answer.status != StatusCode::OK {
        return Err(answer::trouble(&answer).unwrap_or_else(|| refused(&answer)));
    }
    let mut response = HttpResponse::new(answer.body);
    *response.headers_mut() = answer.headers;
    Ok(response)
}

/// A connection dies of this one answer and no other: status 400 and the error `invalid_grant`.
fn refused(answer: &Answer) -> PlatformError {
    let body = json::parse(&answer.body).unwrap_or_default();
    let is_code = |text: &&str| text.len() <= 60 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    // The description is left behind: a server may repeat what it was sent.
    let code = Row(&body).str("error").filter(is_code).unwrap_or("no reason given");
    if answer.status == StatusCode::BAD_REQUEST && code == "invalid_grant" {
        return PlatformError::InvalidGrant;
    }
    PlatformError::Rejected { status: answer.status.as_u16(), message: code.to_owned() }
}

fn pair(answer: Result<BasicTokenResponse, TokenError>) -> PlatformResult<TokenPair> {
    let token = answer.map_err(|error| match error {
        RequestTokenError::Request(error) => error,
        _ => PlatformError::Malformed { what: "a token answer of another shape" },
    })?;
    let scopes =
        token.scopes().map(|scopes| scopes.iter().map(|s| s.to_string()).filter(|s| !s.is_empty()).collect());
    Ok(TokenPair {
        access: AccessToken::from(SecretString::from(token.access_token().secret().to_owned())),
        refresh: token.refresh_token().map(|refresh| refresh.secret().to_owned().into()),
        expires_in: token.expires_in().unwrap_or(TOKEN_LIFE),
        scopes: scopes.filter(|scopes: &Vec<String>| !scopes.is_empty()),
    })
}
