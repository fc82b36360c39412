//! The worker: runs jobs until it is told to stop, beside any number of other processes that do the same.

use super::queue::Lane;
use super::task::{Shared, count};
use super::{list, queue};
use crate::server::state::App;
use anyhow::Result;
use graphile_worker::{JobInterrupted, JobInterruptedContext, Worker, WorkerOptions, WorkerRecoveryConfig};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Due jobs that nobody announced (delayed ones, recovered ones) are looked for this often.
const POLL: Duration = Duration::from_secs(1);
/// A worker that was not heard of for `SILENCE` is taken for dead, and its jobs run again.
const HEARTBEAT: Duration = Duration::from_secs(1);
const SWEEP: Duration = Duration::from_secs(2);
const SILENCE: Duration = Duration::from_secs(4);
/// How long a stopping worker lets its jobs go on; then it hands them back.
const GRACE: Duration = Duration::from_secs(5);
/// After a failure of the worker itself (the database was away), before it begins again.
const PAUSE: Duration = Duration::from_secs(1);

/// Works through both lanes until `stop`; then takes no new jobs, lets those that run end, and hands back the rest.
pub async fn work(app: App, stop: CancellationToken) {
    tokio::join!(keep_working(&app, Lane::Quick, &stop), keep_working(&app, Lane::Long, &stop));
}

async fn keep_working(app: &App, lane: Lane, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = work_once(app, lane, stop).await {
            tracing::error!(?lane, error = format!("{error:#}"), "the worker stopped; it begins again");
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

async fn work_once(app: &App, lane: Lane, stop: &CancellationToken) -> Result<()> {
    let worker = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        worker = options(app, lane, stop)?.init() => worker?,
    };
    Worker::run(&worker).await?;
    Ok(())
}

fn options(app: &App, lane: Lane, stop: &CancellationToken) -> Result<WorkerOptions> {
    let recovery = WorkerRecoveryConfig::default()
        .heartbeat_interval(HEARTBEAT)
        .sweep_interval(SWEEP)
        .sweep_threshold(SILENCE)
        .recovery_delay(Duration::ZERO);
    let options = WorkerOptions::default()
        .pg_pool(app.db.pool_for_jobs())
        .concurrency(at_once(lane))
        .poll_interval(POLL)
        .define_jobs(list::all())
        .add_extension(Shared(app.clone()))
        .worker_recovery(recovery)
        .listen_os_shutdown_signals(false)
        .shutdown_signal(stop.clone().cancelled_owned())
        .shutdown_grace_period(GRACE)
        .shutdown_interrupted_job_retry_delay(Duration::ZERO)
        .on(JobInterrupted, |context: JobInterruptedContext| async move {
            count(context.job.task_identifier(), "handed_back");
        });
    Ok(match lane {
        Lane::Quick => options.add_forbidden_flag(queue::LONG).with_cron(list::RECURRING)?,
        Lane::Long => options.add_accepted_flag(queue::LONG),
    })
}

/// Quick jobs are mostly the database's work; long ones mostly wait for a platform.
fn at_once(lane: Lane) -> usize {
    match lane {
        Lane::Quick => 4,
        Lane::Long => 16,
    }
}
