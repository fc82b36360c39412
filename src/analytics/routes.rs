//! Pages of analytics as downloads.

use super::pages::{AskedAnalytics as Asked, wanted};
use super::policy::ViewDashboard;
use super::{edition, export};
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::error::Result;
use crate::server::download;
use crate::server::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;

/// `GET /analytics.csv`: what the same address shows on the page, step by step. It goes on record, so no other site may have a
/// browser ask for it.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn revenue(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response> {
    let (scope, sees) = (visitor.scope::<ExportEarnings>()?, visitor.scope::<ViewDashboard>()?);
    download::ensure_asked_here(&method, &headers)?;
    let (asked, edition) = (Asked::of(&visitor), edition(&app.db, &sees).await?);
    let (question, wanted) = (asked.question(), wanted(&asked.address));
    let name = export::file_name("revenue", question.periods(edition.today).0);
    let text = export::revenue(&app.db, &scope, edition, question, wanted).await?;
    Ok(file(&name, text))
}

/// `GET /analytics/compare.csv`: the figures of the accounts side by side.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn compare(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response> {
    let (scope, sees) = (visitor.scope::<ExportEarnings>()?, visitor.scope::<ViewDashboard>()?);
    download::ensure_asked_here(&method, &headers)?;
    let (asked, edition) = (Asked::of(&visitor), edition(&app.db, &sees).await?);
    let (question, wanted) = (asked.question(), wanted(&asked.address));
    let name = export::file_name("compare", question.periods(edition.today).0);
    let text = export::comparison(&app.db, (&scope, &sees), edition, question, wanted).await?;
    Ok(file(&name, text))
}

/// A file that is small enough to be made at once.
fn file(name: &str, text: Vec<u8>) -> Response {
    download::csv(name, futures::stream::once(async { Ok(text) }))
}
