//! Every route, and what surrounds it. A new route enters the table in tests/it/authorization.rs too.

use super::state::App;
use super::{cross_site, forms, frame, health, limits, live, request, security_headers, telemetry};
use crate::auth::{self, Visitor};
use crate::error::Error;
use crate::{
    accounts, agencies, alerts, analytics, audit, churn, connections, creators, earnings, forecasts, goals,
    home, identity, mail, reports, search, statements, team, webhooks,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use std::path::Path;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};

/// A page or call that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// A file may be large, and the line slow.
const PATIENCE_WITH_FILES: Duration = Duration::from_secs(600);

/// The whole app as a service; main and the tests both use it.
pub fn router(app: App) -> Router {
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, PATIENCE);
    let files_in = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, PATIENCE_WITH_FILES);
    let visited = pages()
        .router
        .layer(timeout)
        .merge(uploads().layer(files_in))
        .merge(streams().router)
        .fallback(nothing_here)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(app.clone(), limits::by_network))
                .layer(from_fn_with_state(app.clone(), cross_site::refuse_cross_site))
                .layer(sessions(&app))
                .layer(from_fn(forms::take_in))
                .layer(from_fn_with_state(app.clone(), auth::identify))
                .layer(from_fn_with_state(app.clone(), frame::compose))
                .layer(from_fn_with_state(app.clone(), limits::by_person))
                .layer(from_fn(auth::hold_back)),
        );
    Router::new()
        .merge(visited)
        .merge(programs().router.layer(timeout).layer(from_fn_with_state(app.clone(), limits::by_network)))
        .merge(files(&app))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(request::give_id))
                .layer(from_fn(telemetry::measure))
                .layer(from_fn_with_state(app.clone(), security_headers::add))
                .layer(compression())
                .layer(DefaultBodyLimit::max(1024 * 1024))
                .layer(CatchPanicLayer::custom(panicked)),
        )
        .with_state(app)
}

/// Routes that remember their paths, so that a test can tell which ones the authorization table forgets.
#[derive(Default)]
struct Listed {
    router: Router<App>,
    paths: Vec<&'static str>,
}

impl Listed {
    fn route(mut self, path: &'static str, methods: MethodRouter<App>) -> Self {
        self.paths.push(path);
        Self { router: self.router.route(path, methods), ..self }
    }
}

/// The path of every route but the browser's files.
#[must_use]
pub fn paths() -> Vec<&'static str> {
    [pages(), streams(), programs()].into_iter().flat_map(|listed| listed.paths).collect()
}

/// Open for as long as the page is, so outside the timeout.
fn streams() -> Listed {
    Listed::default().route("/live", get(live::stream))
}

/// Files that forms send. The same paths are pages.
fn uploads() -> Router<App> {
    Router::new().route(statements::routes::UPLOAD, post(statements::routes::upload))
}

/// Asked by programs: no session, no cross-site check.
fn programs() -> Listed {
    probes().route("/webhooks/{platform}", webhooks::routes::webhooks())
}

/// Asked by whatever watches a process.
fn probes() -> Listed {
    Listed::default()
        .route("/health", get(health::live))
        .route("/health/database", get(health::database))
        .route("/health/external", get(health::external))
        .route("/metrics", get(health::metrics))
}

/// Health and figures of a process that works alone.
pub fn watched(app: App) -> Router {
    probes().router.with_state(app)
}

/// Pages and server functions.
fn pages() -> Listed {
    let pages = Listed::default()
        .route("/", get(front))
        .route("/dashboard", get(home::pages::home))
        .route("/analytics", get(analytics::pages::revenue))
        .route("/analytics.csv", get(analytics::routes::revenue))
        .route("/analytics/compare", get(analytics::pages::compare))
        .route("/analytics/compare.csv", get(analytics::routes::compare))
        .route("/analytics/subscribers", get(analytics::pages::subscribers))
        .route("/analytics/subscribers.csv", get(analytics::downloads::subscribers_csv))
        .route("/analytics/messages", get(analytics::pages::messages))
        .route("/analytics/messages.csv", get(analytics::downloads::messages_csv))
        .route("/analytics/fans", get(analytics::pages::fans))
        .route("/analytics/fans.csv", get(analytics::downloads::fans_csv))
        .route("/analytics/views", get(analytics::pages::views))
        .route("/connections", get(connections::pages::list))
        .route("/connections/new", get(connections::pages::new))
        .route("/connections/{connection}/choose", get(connections::pages::choose))
        .route("/accounts/{account}/disconnect", get(connections::pages::disconnect))
        .route("/oauth/{platform}/callback", get(connections::routes::callback))
        .route("/connect/{token}", get(connections::pages::link))
        .route("/connect/choose/{connection}", get(connections::pages::choose_by_link))
        .route("/connect/done/{connection}", get(connections::pages::done))
        .route("/dev/mail", get(mail::pages::dev_mail))
        .route("/accounts", get(accounts::pages::list))
        .route("/accounts/{account}", get(analytics::pages::account))
        .route("/accounts/{account}/subscribers", get(accounts::pages::subscribers))
        .route("/accounts/{account}/ppv", get(accounts::pages::ppv))
        .route("/accounts/{account}/connection", get(accounts::pages::connection))
        .route("/accounts/{account}/earnings", get(accounts::pages::earnings))
        .route("/accounts/{account}/earnings.csv", get(accounts::routes::csv))
        .route("/accounts/{account}/edit", get(accounts::pages::edit))
        .route("/creators", get(creators::pages::list))
        .route("/creators/archived", get(creators::pages::archived))
        .route("/creators/new", get(creators::pages::new))
        .route("/creators/{creator}", get(creators::pages::creator))
        .route("/creators/{creator}/edit", get(creators::pages::edit))
        .route("/analytics/forecast", get(forecasts::pages::forecast))
        .route("/analytics/forecast/churn", get(churn::pages::churn))
        .route("/settings", get(agencies::pages::settings))
        .route("/settings/security", get(agencies::pages::security))
        .route("/settings/delete", get(agencies::pages::delete))
        .route("/earnings", get(earnings::pages::earnings))
        .route("/earnings/checks", get(earnings::checks::pages::checks))
        .route("/earnings.csv", get(earnings::routes::csv))
        .route("/audit", get(audit::pages::audit))
        .route("/audit.csv", get(audit::routes::csv))
        .route("/search", get(search::pages::search))
        .route("/search/found", get(search::pages::found));
    watch_pages(report_pages(team_pages(identity_pages(pages))))
        .route("/api/{*function}", post(forms::server_function))
}

/// What is watched for people: alerts, and what they aim at.
fn watch_pages(pages: Listed) -> Listed {
    pages
        .route("/analytics/goals", get(goals::pages::goals))
        .route("/analytics/goals/set", get(goals::pages::set))
        .route("/alerts", get(alerts::pages::alerts))
        .route("/settings/notifications", get(alerts::pages::notifications))
}

/// What an agency writes down for itself, and what it records from files.
fn report_pages(pages: Listed) -> Listed {
    pages
        .route("/analytics/reports", get(reports::pages::list))
        .route("/analytics/reports/{report}/report.pdf", get(reports::routes::pdf))
        .route("/statements", get(statements::pages::list))
        .route(statements::routes::UPLOAD, get(statements::pages::new))
        .route("/statements/{import}", get(statements::pages::import))
        .route("/statements/{import}/undo", get(statements::pages::undo))
}

fn identity_pages(pages: Listed) -> Listed {
    pages
        .route("/sign-in", get(identity::pages::sign_in))
        .route("/sign-in/second", get(identity::pages::second_step))
        .route("/confirm", get(identity::pages::confirm))
        .route("/settings/second-factor", get(identity::pages::second_factor))
        .route("/settings/second-factor/app", get(identity::pages::app))
        .route("/settings/second-factor/codes", get(identity::pages::codes))
        .route("/sign-up", get(identity::pages::sign_up))
        .route("/start-again", get(identity::pages::start_again))
        .route("/verify-email/{token}", get(identity::pages::verify_email))
        .route("/forgotten-password", get(identity::pages::forgotten_password))
        .route("/reset-password/{token}", get(identity::pages::reset_password))
        .route("/change-email/{token}", get(identity::pages::change_email))
        .route("/undo-email/{token}", get(identity::pages::undo_email))
        .route("/settings/profile", get(identity::pages::profile))
        .route("/settings/devices", get(identity::pages::devices))
        .route("/team/{member}/devices", get(identity::pages::member_devices))
        .route("/settings/password", get(identity::pages::password))
        .route("/settings/agencies", get(identity::pages::agencies))
}

fn team_pages(pages: Listed) -> Listed {
    pages
        .route("/accounts/{account}/team", get(team::pages::account))
        .route("/team", get(team::pages::list))
        .route("/team/invite", get(team::pages::invite))
        .route("/team/invite/many", get(team::pages::many))
        .route("/team/invite/many/{list}", get(team::pages::preview))
        .route("/team/roles", get(team::pages::roles))
        .route("/team/transfer", get(team::pages::transfer))
        .route("/team/{member}", get(team::pages::member))
        .route("/team/{member}/assign", get(team::pages::assign))
        .route("/team/{member}/remove", get(team::pages::remove))
        .route("/invitation/{token}", get(team::pages::invitation))
        .route("/settings/leave", get(team::pages::leave))
}

async fn front(visitor: Visitor) -> Redirect {
    Redirect::to(if visitor.member().is_some() { "/dashboard" } else { "/sign-in" })
}

async fn nothing_here() -> Error {
    Error::NotFound
}

/// Hashed files are kept by browsers for ever; the rest is asked for again.
fn files(app: &App) -> Router<App> {
    let root = &app.settings.site_root;
    let serve = |folder: &str| ServeDir::new(root.join(folder)).precompressed_br().precompressed_gzip();
    let kept = |value: &'static str| {
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static(value))
    };
    Router::new()
        .nest_service(
            "/pkg",
            ServiceBuilder::new().layer(kept("public, max-age=31536000, immutable")).service(serve("pkg")),
        )
        .nest_service(
            "/fonts",
            ServiceBuilder::new().layer(kept("public, max-age=604800")).service(serve("fonts")),
        )
        .merge(single_files(root))
}

/// What the browser asks for at the top of the site: named by pages, by style/kit.css, or by custom.
fn single_files(root: &Path) -> Router<App> {
    ["favicon.svg", "icons.svg", "chevron.svg", "robots.txt"]
        .into_iter()
        .fold(Router::new(), |router, name| {
            router.route_service(&format!("/{name}"), ServeFile::new(root.join(name)))
        })
}

fn sessions(app: &App) -> SessionManagerLayer<auth::SessionStore> {
    let https = app.settings.is_https();
    SessionManagerLayer::new(app.sessions.clone())
        .with_name(auth::session_cookie(https))
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(auth::SESSION_LIFETIME.num_seconds())))
}

/// Event streams are never compressed: a compressor would hold events back.
fn compression() -> CompressionLayer<impl Predicate> {
    let predicate =
        SizeAbove::new(512).and(NotForContentType::new("text/event-stream")).and(NotForContentType::IMAGES);
    CompressionLayer::new().quality(tower_http::CompressionLevel::Precise(4)).compress_when(predicate)
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = text, "a handler panicked");
    metrics::counter!("panics_total").increment(1);
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.").into_response()
}
