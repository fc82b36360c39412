//! What changed, as Postgres tells every process: ends caches early and moves live pages.

use super::state::App;
use crate::auth::Visitor;
use crate::error::Error;
use crate::ids::AgencyId;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

/// A committed change: some row of `table` in `agency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub agency: AgencyId,
    /// In which table.
    pub table: String,
}

/// The process's broadcast of changes.
#[derive(Clone, Debug)]
pub struct Changes {
    sender: broadcast::Sender<Change>,
    stop: CancellationToken,
}

impl Changes {
    /// A broadcast that ends with `stop`, so that open streams do not hold up a shutdown.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self { sender: broadcast::channel(1024).0, stop }
    }

    /// All changes from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }
}

/// Listens until the app stops. After a lost connection everything cached is dropped, for what was missed.
pub async fn listen(app: App) {
    let stop = app.changes.stop.clone();
    while !stop.is_cancelled() {
        let listening = tokio::select! {
            () = stop.cancelled() => return,
            ended = listen_once(&app) => ended,
        };
        if let Err(error) = listening {
            tracing::warn!(%error, "the connection that listens for changes was lost; trying again");
        }
        app.sessions.forget_all();
        app.members.invalidate_all();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn listen_once(app: &App) -> crate::error::Result<()> {
    let mut listener = app.db.listen(&["agency_changed", "session_changed", "user_changed"]).await?;
    while let Some(notification) = listener.try_recv().await? {
        match notification.channel() {
            "session_changed" => {
                let hash = data_encoding::HEXLOWER.decode(notification.payload().as_bytes());
                if let Ok(hash) = hash {
                    app.sessions.forget(&hash).await;
                }
            }
            "user_changed" => app.members.invalidate_all(),
            _ => heed(app, notification.payload()),
        }
    }
    Ok(())
}

fn heed(app: &App, payload: &str) {
    let Some((agency, table)) = payload.split_once(' ') else { return };
    let Ok(agency) = agency.parse() else { return };
    if matches!(table, "members" | "agencies") {
        app.members.invalidate_all();
    }
    // Nobody listening is no error.
    drop(app.changes.sender.send(Change { agency, table: table.to_owned() }));
}

/// How long one stream lasts at most.
const STREAM_LIFE: Duration = Duration::from_secs(60);

/// `GET /live`: the tables of the member's agency that change, as server-sent events. Islands then fetch what they show
/// again, so that what is sent is decided by the page's own access checks.
pub async fn stream(State(app): State<App>, visitor: Visitor) -> Response {
    let Some(member) = visitor.member() else { return super::frame::error_response(Error::NotSignedIn) };
    let agency = member.agency_id();
    let changes = BroadcastStream::new(app.changes.subscribe()).filter_map(move |change| async move {
        let name = match change {
            Ok(change) if change.agency == agency => change.table,
            Ok(_) => return None,
            // It fell behind: anything may have changed.
            Err(_) => "everything".to_owned(),
        };
        Some(Ok::<_, std::convert::Infallible>(Event::default().event("change").data(name)))
    });
    let hello = futures::stream::once(async { Ok(Event::default().event("hello").data("")) });
    let stop = app.changes.stop.clone();
    // The browser connects again, and is asked again who it is: a session that has ended hears no more then.
    let ended = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(STREAM_LIFE) => {}
        }
    };
    Sse::new(hello.chain(changes).take_until(ended)).keep_alive(KeepAlive::new()).into_response()
}
