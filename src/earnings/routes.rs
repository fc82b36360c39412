//! The agency's earnings as a download.

use super::policy::ExportEarnings;
use super::types::Filter;
use super::{exported, file_name, service};
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::download;
use crate::server::state::App;
use crate::ui::Address;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;

/// `GET /earnings.csv`: exactly what the same filters show on the page. It goes on record, so no other site may have a browser
/// ask for it.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn csv(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response> {
    let scope = visitor.scope::<ExportEarnings>()?;
    download::ensure_asked_here(&method, &headers)?;
    let filter = Filter { status: None, ..Filter::read(Address::parse(&visitor.path).pairs()) };
    service::begin_export(&app.db, &scope, &filter).await?;
    let name = file_name("agency", &filter);
    Ok(download::csv(&name, exported(app.db.clone(), scope, filter)))
}
