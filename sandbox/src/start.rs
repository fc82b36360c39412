//! Starting and stopping one sandbox; any number may run in one process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::shared::Shared;
use crate::{Config, Error, api, control, oauth, webhooks};

/// A running sandbox. Dropping it stops it at once; [`Sandbox::stop`] lets requests finish.
#[derive(Debug)]
pub struct Sandbox {
    /// Where it listens.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
    shutdown: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts a sandbox; it answers as soon as this returns.
///
/// # Errors
/// A host that is not loopback, a port that is taken, a state file that cannot be read.
pub async fn start(config: Config) -> Result<Sandbox, Error> {
    if !config.host.is_loopback() {
        return Err(Error::NotLoopback(config.host));
    }
    let listener = TcpListener::bind((config.host, config.port)).await.map_err(Error::Listen)?;
    let addr = listener.local_addr().map_err(Error::Listen)?;
    let (shutdown, stopping) = watch::channel(false);
    let shared = tokio::task::spawn_blocking(move || Shared::open(config, addr, stopping))
        .await
        .map_err(|error| Error::Listen(std::io::Error::other(error)))??;
    let shared = Arc::new(shared);
    shared.save_grants().await.map_err(Error::Listen)?;
    let mut tasks = vec![
        tokio::spawn(serve(listener, shared.clone())),
        tokio::spawn(control::keep_saved(shared.clone())),
    ];
    if shared.config.live {
        tasks.push(tokio::spawn(control::keep_moving(shared.clone())));
    }
    if let Some(url) = shared.config.webhook_url.clone() {
        let client = webhooks::client().map_err(Error::Client)?;
        tasks.push(tokio::spawn(webhooks::deliver(shared.clone(), client, url)));
    }
    Ok(Sandbox { addr, shared, shutdown, tasks })
}

impl Sandbox {
    /// `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base_url()
    }

    /// Finishes the requests in flight (hanging ones are cut short), saves, and frees the port.
    pub async fn stop(mut self) {
        self.shutdown.send_replace(true);
        for task in std::mem::take(&mut self.tasks) {
            let mut task = task;
            if tokio::time::timeout(Duration::from_secs(3), &mut task).await.is_err() {
                task.abort();
            }
        }
        if let Err(error) = self.shared.save_grants().await {
            tracing::error!(%error, "the state could not be saved");
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shutdown.send_replace(true);
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
    });
    let app = router(shared.clone());
    let stop = async move { shared.stopping().await };
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stop).await {
        tracing::error!(%error, "the server ended");
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(control::start_page))
        .route("/oauth2/auth", get(oauth::show).post(oauth::decide))
        .route("/oauth2/token", post(oauth::exchange))
        .nest("/control", control::routes())
        .fallback(api::handle)
        .with_state(shared)
}
