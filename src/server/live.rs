//! What changed, as Postgres tells every process: ends caches early and moves live pages.

use super::listener::{Heard, Listener};
use super::state::App;
use crate::auth::Visitor;
use crate::ids::{AccountId, AgencyId};
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, StreamExt};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

/// What a process hears from Postgres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Some row changed, and the change is committed.
    Change(Change),
    /// A session was changed or ended: the hash of its id.
    Session(Vec<u8>),
    /// The connection was lost for a while: anything may have changed.
    Missed,
}

/// A committed change: some row of `table` in `agency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub agency: AgencyId,
    /// In which table.
    pub table: String,
    /// Of which account, if it concerns one.
    pub account: Option<AccountId>,
}

/// The process's broadcast of news.
#[derive(Clone, Debug)]
pub struct Changes {
    sender: broadcast::Sender<News>,
    stop: CancellationToken,
}

impl Changes {
    /// A broadcast that ends with `stop`, so that open streams do not hold up a shutdown.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self { sender: broadcast::channel(1024).0, stop }
    }

    /// All news from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.sender.subscribe()
    }

    /// Nobody listening is no error.
    fn tell(&self, news: News) {
        drop(self.sender.send(news));
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
        app.bells.forget_all();
        app.changes.tell(News::Missed);
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
                    app.changes.tell(News::Session(hash));
                }
            }
            "user_changed" => app.members.invalidate_all(),
            _ => heed(app, notification.payload()),
        }
    }
    Ok(())
}

/// The payload is the agency, the table and, where there is one, the account.
fn heed(app: &App, payload: &str) {
    let mut words = payload.split(' ');
    let (Some(agency), Some(table)) = (words.next().and_then(|id| id.parse().ok()), words.next()) else {
        return;
    };
    if matches!(table, "members" | "agencies" | "second_factor_rules") {
        app.members.invalidate_all();
    }
    if matches!(table, "alerts" | "alert_reads") {
        app.bells.forget_all();
    }
    let account = words.next().and_then(|id| id.parse().ok());
    app.changes.tell(News::Change(Change { agency, table: table.to_owned(), account }));
}

/// News that come within this time are told as one.
const GATHER: Duration = Duration::from_millis(50);

/// How long one stream lasts at most; the browser then connects again.
const STREAM_LIFE: Duration = Duration::from_secs(60);

/// `GET /live`: the tables of the member's agency that change, as server-sent events; for members who reach only some of the
/// accounts, without what concerns others. Islands then fetch what they show again, so that what is sent is decided by the
/// page's own access checks. A stream ends as soon as its session or membership does.
pub async fn stream(State(app): State<App>, visitor: Visitor) -> Response {
    // From before anything is read, so that what changes meanwhile is heard.
    let news = BroadcastStream::new(app.changes.subscribe());
    let listener = match Listener::new(&app, &visitor).await {
        Ok(listener) => listener,
        Err(error) => return super::frame::error_response(error),
    };
    let events = futures::stream::unfold((listener, news), |(mut listener, mut news)| async move {
        loop {
            // An error says that this stream fell behind. What comes in the same moment is weighed together.
            let mut heard = vec![news.next().await?.unwrap_or(News::Missed)];
            tokio::time::sleep(GATHER).await;
            while let Some(Some(more)) = news.next().now_or_never() {
                heard.push(more.unwrap_or(News::Missed));
            }
            match listener.hear(heard).await {
                Heard::Nothing => {}
                Heard::Change(name) => {
                    let event = Event::default().event("change").data(name);
                    return Some((Ok::<_, std::convert::Infallible>(event), (listener, news)));
                }
                Heard::End => return None,
            }
        }
    });
    let hello = futures::stream::once(async { Ok(Event::default().event("hello").data("")) });
    let stop = app.changes.stop.clone();
    let ended = async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(STREAM_LIFE) => {}
        }
    };
    Sse::new(hello.chain(events).take_until(ended)).keep_alive(KeepAlive::new()).into_response()
}
