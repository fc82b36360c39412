//! Receiving a file.

use super::policy::ImportStatements;
use super::upload::{MAX_BYTES, New, Upload, too_large};
use crate::auth::{Scope, Visitor};
use crate::error::{Error, Result};
use crate::ids::StatementImportId;
use crate::problem::Problem;
use crate::server::flash::Flash;
use crate::server::forms::wants_html;
use crate::server::frame::error_response;
use crate::server::state::App;
use axum::Json;
use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use multer::{Constraints, Field, Multipart, SizeLimit};
use serde_json::json;
use std::collections::BTreeMap;

/// Where the form with the file is, and where it posts to.
pub const UPLOAD: &str = "/statements/new";
/// No text of the form is longer.
const MAX_TEXT: usize = 400;
/// The fields of the form.
const FIELDS: [&str; 5] = ["account", "name", "platform", "currency", "file"];
/// The form has not so many.
const MAX_FIELDS: usize = 10;
/// All of the form but the file.
const AROUND: usize = 64 * 1024;

/// `POST /statements/new`: the form's texts, then its file, which is stored as it comes. A browser is led on, a program gets the
/// import's id.
pub async fn upload(State(app): State<App>, visitor: Visitor, request: Request) -> Response {
    let from_form = wants_html(request.headers());
    let mut typed = BTreeMap::new();
    match (receive(&app, &visitor, request, &mut typed).await, from_form) {
        (Ok(id), true) => lead(&app, format!("/statements/{id}"), Flash::default()),
        (Ok(id), false) => (StatusCode::CREATED, Json(json!({ "import": id }))).into_response(),
        (Err(error @ (Error::NotSignedIn | Error::Forbidden | Error::SecondFactorDue)), _)
        | (Err(error), false) => error_response(error),
        (Err(error), true) => {
            let flash = Flash {
                form: Some(UPLOAD.to_owned()),
                problem: Some(Problem::from(error)),
                input: typed,
                ..Flash::default()
            };
            lead(&app, UPLOAD.to_owned(), flash)
        }
    }
}

fn lead(app: &App, to: String, flash: Flash) -> Response {
    match flash.cookie(app) {
        Ok(cookie) => {
            (StatusCode::SEE_OTHER, [(header::LOCATION, to)], [(header::SET_COOKIE, cookie)]).into_response()
        }
        Err(error) => error_response(Error::Internal(error)),
    }
}

async fn receive(
    app: &App,
    visitor: &Visitor,
    request: Request,
    typed: &mut BTreeMap<String, String>,
) -> Result<StatementImportId> {
    let scope = visitor.scope::<ImportStatements>()?;
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    let received = read_form(app, &scope, &parts.headers, &mut body, typed).await;
    if received.is_err() {
        // A browser that may not send to the end shows no answer.
        let mut left = 2 * MAX_BYTES;
        while let Some(Ok(piece)) = body.next().await {
            match left.checked_sub(piece.len()) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    }
    received
}

async fn read_form(
    app: &App,
    scope: &Scope<ImportStatements>,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
    typed: &mut BTreeMap<String, String>,
) -> Result<StatementImportId> {
    let mut form = form(headers, body)?;
    let mut fields = 0;
    while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            return store(app, scope, &mut field, typed).await;
        }
        fields += 1;
        if fields > MAX_FIELDS {
            return Err(Error::field("file", "This form has too many fields"));
        }
        let value = text(&mut field).await?;
        typed.insert(name, value);
    }
    Err(Error::field("file", "Choose a file"))
}

fn form<'a>(headers: &HeaderMap, body: &'a mut BodyDataStream) -> Result<Multipart<'a>> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(kind).map_err(unreadable)?;
    let whole = u64::try_from(MAX_BYTES + AROUND).unwrap_or(u64::MAX);
    let constraints =
        Constraints::new().allowed_fields(FIELDS.to_vec()).size_limit(SizeLimit::new().whole_stream(whole));
    Ok(Multipart::with_constraints(body, boundary, constraints))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unreadable(error: multer::Error) -> Error {
    tracing::debug!(%error, "a form with a file cannot be read");
    if matches!(error, multer::Error::StreamSizeExceeded { .. }) {
        return too_large();
    }
    Error::field("file", "The file did not arrive whole. Choose it again.")
}

async fn text(field: &mut Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(unreadable)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_TEXT {
            return Err(Error::field("file", "A text of this form is too long"));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn store(
    app: &App,
    scope: &Scope<ImportStatements>,
    field: &mut Field<'_>,
    typed: &BTreeMap<String, String>,
) -> Result<StatementImportId> {
    let value = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let file = field.file_name().unwrap_or_default().to_owned();
    if file.is_empty() {
        return Err(Error::field("file", "Choose a file"));
    }
    let account = match value("account") {
        id if id.is_empty() => None,
        id => Some(id.parse().map_err(|_| Error::field("account", "Choose one of the list"))?),
    };
    let new =
        New { account, name: value("name"), platform: value("platform"), currency: value("currency"), file };
    let mut upload = Upload::begin(&app.db, scope, &new).await?;
    match take(&mut upload, scope, field).await {
        Ok(()) => upload.finish(scope).await,
        Err(error) => {
            upload.give_up(scope).await?;
            Err(error)
        }
    }
}

async fn take(upload: &mut Upload, scope: &Scope<ImportStatements>, field: &mut Field<'_>) -> Result<()> {
    while let Some(piece) = field.chunk().await.map_err(unreadable)? {
        upload.take(scope, &piece).await?;
    }
    upload.ensure_something()
}
