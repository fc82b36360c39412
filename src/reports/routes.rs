//! A report as a download.

use super::policy::MakeReports;
use super::service;
use crate::auth::Visitor;
use crate::error::Result;
use crate::ids::ReportId;
use crate::server::download;
use crate::server::state::App;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;

/// `GET /analytics/reports/{report}/report.pdf`: it goes on record, so no other site may have a browser ask for it.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn pdf(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<ReportId>,
) -> Result<Response> {
    let scope = visitor.scope::<MakeReports>()?;
    download::ensure_asked_here(&method, &headers)?;
    let (name, bytes) = service::download(&app.db, &scope, id).await?;
    Ok(download::pdf(&name, bytes))
}
