//! Pages: a handler gives a title and a view, one middleware makes the document of it.
//!
//! Handlers decide first (who, may, what) and return a [`Page`] or an [`Error`]; nothing is rendered before that, so status
//! and redirects are always right. docs/decisions/0001-pages-are-handlers.md says why there is no client router.

use super::flash::Flash;
use super::own_path::with_next;
use super::security_headers::content_policy;
use super::state::App;
use crate::alerts::Bell;
use crate::alerts::policy::ViewAlerts;
use crate::auth::Visitor;
use crate::error::Error;
use crate::problem::Problem;
use crate::shell;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use leptos::config::get_config_from_str;
use leptos::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// What stands around a page's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The signed-in app with its navigation.
    App,
    /// A single card: sign-in, errors.
    Plain,
    /// As plain, with room for text.
    PlainWide,
}

/// A page to be: rendered by [`compose`] inside the document.
pub struct Page {
    title: String,
    frame: Frame,
    narrow: bool,
    status: StatusCode,
    body: Body,
}

enum Body {
    View(Box<dyn FnOnce() -> AnyView + Send>),
    Html(Arc<str>),
}

/// The draft travels from the handler to the middleware in the response's extensions, which must be `Clone`.
#[derive(Clone)]
struct Draft(Arc<Mutex<Option<Page>>>);

impl Page {
    /// A page of the signed-in app.
    pub fn new<V: IntoAny>(title: impl Into<String>, view: impl FnOnce() -> V + Send + 'static) -> Self {
        let body = Body::View(Box::new(move || view().into_any()));
        Self { title: title.into(), frame: Frame::App, narrow: false, status: StatusCode::OK, body }
    }

    /// A page whose content was rendered before (see [`render`]).
    #[must_use]
    pub fn rendered(title: impl Into<String>, html: Arc<str>) -> Self {
        Self {
            title: title.into(),
            frame: Frame::App,
            narrow: false,
            status: StatusCode::OK,
            body: Body::Html(html),
        }
    }

    /// With another frame.
    #[must_use]
    pub fn framed(self, frame: Frame) -> Self {
        Self { frame, ..self }
    }

    /// With short lines: forms, settings.
    #[must_use]
    pub fn narrow(self) -> Self {
        Self { narrow: true, ..self }
    }

    /// With another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Draft(Arc::new(Mutex::new(Some(self)))));
        response
    }
}

/// A page handler's error is an answer too.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        error_response(self)
    }
}

/// The answer for `error`; [`compose`] makes a page of it for browsers.
#[must_use]
pub fn error_response(error: Error) -> Response {
    let problem = Problem::from(error);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(&problem)).into_response();
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response.extensions_mut().insert(problem);
    response
}

/// Renders a view to HTML outside any document, for caches and fragments.
pub fn render<V: IntoAny>(view: impl FnOnce() -> V) -> String {
    in_owner(|| view().into_any().to_html())
}

fn in_owner<T>(work: impl FnOnce() -> T) -> T {
    let owner = Owner::new_root(Some(Arc::new(hydration_context::SsrSharedContext::new_islands())));
    let result = owner.with(work);
    owner.unset_with_forced_cleanup();
    result
}

/// Makes documents of drafts, and pages of problems when a browser asked.
pub async fn compose(State(app): State<App>, visitor: Visitor, request: Request, next: Next) -> Response {
    let html_wanted = accepts_html(request.headers());
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    let page = match (response.extensions_mut().remove::<Draft>(), problem) {
        (Some(draft), _) => draft.0.lock().unwrap_or_else(PoisonError::into_inner).take(),
        (None, Some(problem)) if html_wanted => match away(&problem, &visitor) {
            Some(redirect) => return redirect,
            None => Some(shell::problem_page(problem, visitor.member().is_some())),
        },
        _ => None,
    };
    match page {
        Some(page) => {
            let bell = bell(&app, &visitor, page.frame).await;
            document(&app, visitor, page, bell, response.headers().clone())
        }
        None => response,
    }
}

/// What stands in the visitor's bell, where the page has one. A page is not kept back for a bell that cannot be read.
async fn bell(app: &App, visitor: &Visitor, frame: Frame) -> Option<Arc<Bell>> {
    let scope = visitor.scope::<ViewAlerts>().ok().filter(|_| frame == Frame::App)?;
    let bell = app.bells.of(&app.db, &scope).await;
    bell.inspect_err(|error| tracing::warn!(%error, "a page is shown without its bell")).ok()
}

/// A person goes where the problem is put right (to sign in, to confirm who they are), and comes back.
fn away(problem: &Problem, visitor: &Visitor) -> Option<Response> {
    let place = problem.remedy.as_deref()?;
    Some(Redirect::to(&with_next(place, &visitor.path)).into_response())
}

/// Whether a browser asks, which wants a page.
#[must_use]
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn document(
    app: &App,
    visitor: Visitor,
    page: Page,
    bell: Option<Arc<Bell>>,
    mut headers: HeaderMap,
) -> Response {
    let nonce = data_encoding::BASE64URL_NOPAD.encode(&app.db.random().bytes::<16>());
    let spent = visitor.flash.is_some();
    let assets = app.assets.clone();
    let sandbox = app.uses_sandbox();
    let html = in_owner(|| {
        provide_context(visitor.clone());
        let body = match page.body {
            Body::View(view) => view().to_html(),
            Body::Html(html) => html.to_string(),
        };
        shell::document(shell::Document {
            title: &page.title,
            frame: page.frame,
            narrow: page.narrow,
            body: &body,
            visitor: &visitor,
            bell,
            nonce: &nonce,
            assets: &assets,
            sandbox,
        })
    });
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_TYPE);
    let policy = content_policy(&nonce, &app.consent_origins());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if spent {
        headers.append(header::SET_COOKIE, Flash::spent());
    }
    (page.status, headers, Html(html)).into_response()
}

/// The names of the browser's files, with their hashes.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The style sheet's path.
    pub css: String,
    /// The script's path.
    pub js: String,
    /// The WebAssembly's path.
    pub wasm: String,
}

impl Assets {
    /// The names as Leptos.toml has them, with the hashes that cargo-leptos left beside the binary; a build without hashes
    /// has plain names.
    ///
    /// # Errors
    /// When Leptos.toml, or a `LEPTOS_…` variable that changes it, cannot be read.
    pub fn load() -> anyhow::Result<Self> {
        let options = get_config_from_str(include_str!("../../Leptos.toml"))?;
        let beside = std::env::current_exe().ok();
        let hashes = beside
            .filter(|_| options.hash_files)
            .and_then(|exe| std::fs::read_to_string(exe.parent()?.join(&*options.hash_file)).ok())
            .unwrap_or_default();
        let (name, folder) = (&options.output_name, &options.site_pkg_dir);
        let path = |kind: &str, plain: &str, extension: &str| {
            let hash = hashes.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(':'));
            let stem = hash.map_or_else(|| plain.to_owned(), |hash| format!("{name}.{}", hash.trim()));
            format!("/{folder}/{stem}.{extension}")
        };
        Ok(Self {
            css: path("css", name, "css"),
            js: path("js", name, "js"),
            wasm: path("wasm", &format!("{name}_bg"), "wasm"),
        })
    }
}
