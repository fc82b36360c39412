//! An account's earnings as a download.

use super::service;
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::earnings::{self, Filter};
use crate::error::Result;
use crate::ids::AccountId;
use crate::server::download;
use crate::server::state::App;
use crate::ui::Address;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;

/// `GET /accounts/{account}/earnings.csv`: exactly what the same filters show on the page. It goes on record, so no other
/// site may have a browser ask for it.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn csv(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<AccountId>,
) -> Result<Response> {
    let scope = visitor.scope::<ExportEarnings>()?;
    let filter = Filter::read(Address::parse(&visitor.path).pairs()).of_account(id);
    download::ensure_asked_here(&method, &headers)?;
    let account = service::begin_export(&app.db, &scope, id, &filter).await?;
    let name = earnings::file_name(&account.handle, &filter);
    let stream = earnings::exported(app.db.clone(), scope, filter);
    Ok(download::csv(&name, stream))
}
