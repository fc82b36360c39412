//! Refuses writes that another site makes a browser send. Server functions have no such check of their own.

use super::limits::{self, Class, Reason};
use super::state::App;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets an unsafe method pass only from our own pages, or from a program (which sends neither header).
/// Webhooks are signed and come from no browser.
pub async fn refuse_cross_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_own(request.headers(), &app.public_url) {
        return next.run(request).await;
    }
    limits::count(Reason::CrossSite, Class::of(&request));
    (StatusCode::FORBIDDEN, "This request came from another site and was refused.").into_response()
}

fn is_own(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == public_url,
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_write() {
        let ours = "https://crm.example";
        assert!(is_own(&headers(&[("sec-fetch-site", "same-origin")]), ours));
        assert!(is_own(&headers(&[("origin", ours)]), ours));
        assert!(is_own(&headers(&[]), ours));
        assert!(!is_own(&headers(&[("sec-fetch-site", "cross-site"), ("origin", ours)]), ours));
        assert!(!is_own(&headers(&[("sec-fetch-site", "same-site")]), ours));
        assert!(!is_own(&headers(&[("origin", "https://evil.example")]), ours));
        assert!(!is_own(&headers(&[("origin", "null")]), ours));
    }
}
