//! The audit log as a download.

use super::export;
use super::policy::ExportAudit;
use super::types::Asked;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::server::state::App;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;

/// `GET /audit.csv`: exactly what the same filters show on the page. It goes on record, so no other site may have a browser
/// ask for it.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn csv(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (scope, filter) = (visitor.scope::<ExportAudit>()?, asked.filter());
    let from_elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if method != Method::GET || from_elsewhere {
        return Err(Error::Forbidden);
    }
    export::begin(&app.db, &scope, &filter).await?;
    let name = format!("audit-log-{}.csv", app.db.now().format("%Y-%m-%d"));
    let stream = export::content(app.db.clone(), scope, filter);
    let stream =
        stream.inspect_err(|error: &Error| tracing::error!(%error, "an export of the audit log ended early"));
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
