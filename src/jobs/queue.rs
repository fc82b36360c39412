//! What a job is, and how it enters the queue.

use crate::db::Db;
use crate::error::{Error, Result};
use crate::server::state::App;
use anyhow::Context;
use graphile_worker::WorkerUtils;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Connection, PgConnection};
use std::future::Future;
use std::time::Duration;

/// Work that outlives a request. The queue may run it again after a crash, so running it twice must do no harm.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name in the queue, in metrics and in logs.
    const NAME: &'static str;
    /// Beside which jobs it runs.
    const LANE: Lane = Lane::Quick;

    /// Does the work; a failure is logged and repeated with growing distance.
    fn run(self, app: &App) -> impl Future<Output = Result<()>> + Send;
}

/// Jobs of different lanes do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Over in well under a second.
    Quick,
    /// Seconds or more: it waits for somebody outside.
    Long,
}

/// How the queue marks jobs of the long lane.
pub(super) const LONG: &str = "long";

/// How a job stands in the queue.
#[derive(Clone, Debug, Default)]
pub struct How {
    key: Option<String>,
    queue: Option<String>,
    delay: Duration,
}

impl How {
    /// Only one job with this key waits at a time: a later one replaces it. One that runs already is not touched.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Jobs of the same queue run one after the other; jobs without one run side by side.
    #[must_use]
    pub fn queue(mut self, queue: impl Into<String>) -> Self {
        self.queue = Some(queue.into());
        self
    }

    /// Not before so long from now, by the database's clock.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// Adds `job` in the caller's transaction (`tx.conn()` of either kind): it is there if and only if that commits.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue<J: Job>(conn: &mut PgConnection, job: &J, how: How) -> Result<()> {
    let payload = serde_json::to_value(job).context("a job is written as JSON")?;
    let flags = (J::LANE == Lane::Long).then(|| vec![LONG.to_owned()]);
    sqlx::query!(
        "select enqueue_job($1, $2::jsonb::json, $3, now() + make_interval(secs => $4), $5, $6)",
        J::NAME,
        payload,
        how.key,
        how.delay.as_secs_f64(),
        how.queue,
        flags.as_deref()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many seconds the job has waited that is due longest.
///
/// # Errors
/// When the database does not answer.
pub async fn oldest_due(db: &Db) -> Result<f64> {
    let mut tx = db.begin_system("how long jobs wait").await?;
    let seconds = sqlx::query_scalar!(r#"select oldest_due_job_seconds() as "seconds!""#);
    Ok(seconds.fetch_one(tx.conn()).await?)
}

/// Brings the queue's own schema up to date. Many processes may start at once: one does it, the others wait.
///
/// # Errors
/// When the database refuses.
#[expect(clippy::disallowed_types, reason = "the queue keeps its own tables and takes the pool")]
pub async fn migrate(pool: sqlx::PgPool) -> anyhow::Result<()> {
    const LOCK: i64 = 0x6a6f_6273;
    let mut guard = pool.acquire().await?.detach();
    sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut guard).await?;
    let migrated = WorkerUtils::new(pool, "graphile_worker".to_owned()).migrate().await;
    // Closing the connection gives the lock back, whatever happened.
    guard.close().await?;
    migrated.map_err(|error| Error::from(anyhow::Error::new(error)))?;
    Ok(())
}
