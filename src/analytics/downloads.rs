//! Figures of analytics as downloads.

use super::pages::AskedAnalytics;
use super::policy::ViewDashboard;
use super::{fans, files, messages, subscribers};
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::error::Result;
use crate::server::download;
use crate::server::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;

/// `GET /analytics/subscribers.csv`: what the page shows of the same days and accounts, and more cohorts.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `Conflict` while it is being counted, or when the database does not answer.
pub async fn subscribers_csv(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response> {
    let (export, scope) = (visitor.scope::<ExportEarnings>()?, visitor.scope::<ViewDashboard>()?);
    download::ensure_asked_here(&method, &headers)?;
    let asked = AskedAnalytics::of(&visitor);
    let periods = asked.periods(app.db.now().date_naive());
    let shown = subscribers::subscribers(&app.db, &scope, periods, asked.selection, None).await?;
    let file = files::csv(files::of_subscribers(&shown)?)?;
    files::record(&app.db, &export, "subscribers", &shown.head).await?;
    Ok(one(&files::name("subscribers", &shown.head), file))
}

/// `GET /analytics/messages.csv`: what the page shows of the same days and accounts, save the messages themselves.
///
/// # Errors
/// As [`subscribers_csv`].
pub async fn messages_csv(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response> {
    let (export, scope) = (visitor.scope::<ExportEarnings>()?, visitor.scope::<ViewDashboard>()?);
    download::ensure_asked_here(&method, &headers)?;
    let asked = AskedAnalytics::of(&visitor);
    let periods = asked.periods(app.db.now().date_naive());
    let (head, sold) = messages::sold_for_file(&app.db, &scope, periods, asked.selection).await?;
    let file = files::csv(files::of_messages(&sold)?)?;
    files::record(&app.db, &export, "messages", &head).await?;
    Ok(one(&files::name("messages", &head), file))
}

/// `GET /analytics/fans.csv`: what the page shows of the same days and accounts, and more of its lists.
///
/// # Errors
/// As [`subscribers_csv`].
pub async fn fans_csv(
    method: Method,
    headers: HeaderMap,
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response> {
    let (export, scope) = (visitor.scope::<ExportEarnings>()?, visitor.scope::<ViewDashboard>()?);
    download::ensure_asked_here(&method, &headers)?;
    let asked = AskedAnalytics::of(&visitor);
    let periods = asked.periods(app.db.now().date_naive());
    let shown = fans::fans(&app.db, &scope, periods, asked.selection, None).await?;
    let file = files::csv(files::of_fans(&shown)?)?;
    files::record(&app.db, &export, "fans", &shown.head).await?;
    Ok(one(&files::name("fans", &shown.head), file))
}

/// A file of one piece: a page's figures are few.
fn one(name: &str, file: Vec<u8>) -> Response {
    download::csv(name, futures::stream::once(async { Ok(file) }))
}
