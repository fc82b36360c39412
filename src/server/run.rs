//! Starting and stopping: the app is built here for main and for tests alike.

use super::fragments::Fragments;
use super::limits::Limits;
use super::live::{self, Changes};
use super::router::{router, watched};
use super::state::{App, Parts};
use super::{frame::Assets, telemetry};
use crate::alerts::Bells;
use crate::auth::{Members, SessionStore};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::identity::Passwords;
use crate::mail::Postman;
use crate::platform::fanvue::{FanvueClient, FanvueSettings};
use crate::platform::{PlatformClient, Platforms, Timeouts, Url, http_client};
use crate::random::Random;
use crate::vault::Vault;
use crate::{connections, jobs, rotation, sync};
use anyhow::{Context, Result};
use axum::serve::ListenerExt;
use secrecy::SecretString;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long requests in progress may go on after the signal to stop. PATIENCE of a page is shorter; downloads may be longer.
const FAREWELL: Duration = Duration::from_secs(40);
/// What rendered parts of pages may take of the memory.
const FRAGMENT_BYTES: u64 = 64 * 1024 * 1024;

/// Builds the app on `db`. Everything that differs in tests is handed in.
///
/// # Errors
/// A sentence that names the setting that does not fit.
pub fn build(settings: Settings, db: Db, random: &Arc<dyn Random>, stop: CancellationToken) -> Result<App> {
    build_with(settings, db, random, stop, Timeouts::default())
}

/// The same, with another patience with platforms.
///
/// # Errors
/// A sentence that names the setting that does not fit.
pub fn build_with(
    settings: Settings,
    db: Db,
    random: &Arc<dyn Random>,
    stop: CancellationToken,
    patience: Timeouts,
) -> Result<App> {
    settings.check()?;
    let vault = Vault::new(&settings.encryption_key(random.as_ref())?, random.clone())?;
    Ok(App::new(Parts {
        public_url: settings.public_url(),
        vault,
        platforms: platforms(&settings, patience)?,
        sessions: SessionStore::new(db.clone()),
        members: Members::default(),
        bells: Bells::default(),
        passwords: Passwords::new(random.clone()),
        limits: Limits::new(settings.rate_limit_factor),
        changes: Changes::new(stop),
        postman: postman(&settings)?,
        fragments: Fragments::new(FRAGMENT_BYTES),
        assets: Assets::load()?,
        metrics: telemetry::metrics()?,
        db,
        settings,
    }))
}

/// Production insists on a mail server (`Settings::check`).
fn postman(settings: &Settings) -> Result<Option<Postman>> {
    let url = settings.smtp_url.as_ref();
    url.map(|url| Postman::new(url, &settings.public_url())).transpose()
}

fn platforms(settings: &Settings, patience: Timeouts) -> Result<Platforms> {
    install_tls();
    let url =
        |name: &str, text: &str| text.parse::<Url>().with_context(|| format!("{name} is not an address"));
    let fanvue = FanvueSettings {
        client_id: settings.fanvue_client_id.clone().unwrap_or_default(),
        client_secret: settings.fanvue_client_secret.clone().unwrap_or_else(|| SecretString::from("")),
        authorize_url: url("FANVUE_AUTHORIZE_URL", &settings.fanvue_authorize_url)?,
        token_url: url("FANVUE_TOKEN_URL", &settings.fanvue_token_url)?,
        api_url: url("FANVUE_API_URL", &settings.fanvue_api_url)?,
        webhook_secret: settings.fanvue_webhook_secret.clone(),
        requests_per_minute: settings.fanvue_requests_per_minute,
    };
    let client: Arc<dyn PlatformClient> = Arc::new(FanvueClient::new(fanvue, http_client(patience)?));
    Ok(Platforms::new([client]))
}

/// Installs the TLS provider for the process; again is harmless.
pub fn install_tls() {
    // It fails only when one is installed already, which is what we want.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// The database of `settings`, migrated.
///
/// # Errors
/// When it does not answer or a migration fails.
pub async fn database(url: &str, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Db> {
    let db =
        Db::connect(url, 20, clock, random).await.context("the database does not answer (DATABASE_URL)")?;
    db.migrate().await.context("the database could not be migrated")?;
    Ok(db)
}

/// Serves, and works in the background, until `stop`; then finishes the requests in progress and hands back the jobs.
///
/// # Errors
/// When the port cannot be used (any more).
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) -> Result<()> {
    let working = tokio::spawn(work(app.clone(), stop.clone()));
    let served = serve_only(app, listener, stop.clone()).await;
    stop.cancel();
    working.await?;
    served
}

/// Everything that goes on in the background, until `stop`: jobs, what is due, keeping tokens fresh, and sealing again with a
/// new key.
pub async fn work(app: App, stop: CancellationToken) {
    let keeper =
        connections::keep_fresh(app.db.clone(), app.vault.clone(), app.platforms.clone(), stop.clone());
    let due = sync::keep_due(app.db.clone(), stop.clone());
    let sealed = rotation::keep_sealed(app.db.clone(), app.vault.clone(), stop.clone());
    tokio::join!(keeper, due, sealed, jobs::work(app, stop));
}

/// Serves until `stop`, without the background; then finishes the requests in progress.
///
/// # Errors
/// When the port cannot be used (any more).
pub async fn serve_only(app: App, listener: TcpListener, stop: CancellationToken) -> Result<()> {
    let listening = tokio::spawn(live::listen(app.clone()));
    let listener = listener.tap_io(|socket| {
        // Without it a keep-alive page takes 40 ms (ARCHITECTURE.md, section 10); failing to set it only costs that.
        drop(socket.set_nodelay(true));
    });
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served?,
        // A reader who takes forever does not hold up the end.
        () = after(&stop, FAREWELL) => tracing::warn!("some requests did not end in time and were cut off"),
    }
    listening.abort();
    Ok(())
}

/// Waits until `stop`, and so much longer.
async fn after(stop: &CancellationToken, wait: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(wait).await;
}

/// Works in the background alone; health and figures are told at `socket`, unless another process has it.
pub async fn work_watched(app: App, socket: SocketAddr, stop: CancellationToken) {
    match TcpListener::bind(socket).await {
        Ok(listener) => drop(tokio::spawn(axum::serve(listener, watched(app.clone())).into_future())),
        Err(error) => {
            tracing::warn!(%socket, %error, "health and figures of this worker are not told (HOST, PORT)")
        }
    }
    work(app, stop).await;
}
