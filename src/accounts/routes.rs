//! An account's earnings as a download.

use super::service;
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::earnings::{self, Filter};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::server::state::App;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
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
    let from_elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if method != Method::GET || from_elsewhere {
        return Err(Error::Forbidden);
    }
    let account = service::begin_export(&app.db, &scope, id, &filter).await?;
    let name = earnings::file_name(&account.handle, &filter);
    let stream = earnings::exported(app.db.clone(), scope, id, filter);
    let stream =
        stream.inspect_err(|error: &Error| tracing::error!(%error, "an export of earnings ended early"));
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
