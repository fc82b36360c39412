//! An account's earnings as a download.

use super::service;
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::earnings::{self, Filter};
use crate::error::Result;
use crate::ids::AccountId;
use crate::server::download;
use crate::server::state::App;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde::Deserialize;

/// The filters in an address, as texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    source: String,
    status: String,
    from: String,
    to: String,
}

impl Asked {
    /// The filter meant.
    #[must_use]
    pub fn filter(&self) -> Filter {
        Filter::parse(&self.source, &self.status, &self.from, &self.to)
    }
}

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
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (scope, filter) = (visitor.scope::<ExportEarnings>()?, asked.filter());
    download::ensure_asked_here(&method, &headers)?;
    let account = service::begin_export(&app.db, &scope, id, &filter).await?;
    let name = earnings::file_name(&account.handle, &filter);
    let stream = earnings::exported(app.db.clone(), scope, id, filter);
    Ok(download::csv(&name, stream))
}
