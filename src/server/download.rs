//! Files that leave: they go on record, so no other site may have a browser ask for one, nor a program look whether it is there.

use crate::error::{Error, Result};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::response::{IntoResponse, Response};
use futures::{Stream, TryStreamExt};

/// Whether a download may be asked for so.
///
/// # Errors
/// `Forbidden` for what another site, or a method that looks only, asks.
pub fn ensure_asked_here(method: &Method, headers: &HeaderMap) -> Result<()> {
    let from_elsewhere = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if *method == Method::GET && !from_elsewhere { Ok(()) } else { Err(Error::Forbidden) }
}

/// A PDF that is whole already.
pub fn pdf(name: &str, bytes: Vec<u8>) -> Response {
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// The rows of `stream` as a file; where it fails, the file ends early and the reader is told so.
pub fn csv(name: &str, stream: impl Stream<Item = Result<Vec<u8>>> + Send + 'static) -> Response {
    let stream = stream.inspect_err(|error: &Error| tracing::error!(%error, "a download ended early"));
    let headers: [(HeaderName, String); 3] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(stream)).into_response()
}
