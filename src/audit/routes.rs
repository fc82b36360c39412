//! The audit log as a download.

use super::export;
use super::policy::ExportAudit;
use super::types::Asked;
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::download;
use crate::server::state::App;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;

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
    download::ensure_asked_here(&method, &headers)?;
    export::begin(&app.db, &scope, &filter).await?;
    let name = format!("audit-log-{}.csv", app.db.now().format("%Y-%m-%d"));
    let stream = export::content(app.db.clone(), scope, filter);
    Ok(download::csv(&name, stream))
}
