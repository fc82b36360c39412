//! A job as the queue's library runs it: measured, and a failure logged once.

use super::queue::Job;
use crate::server::state::App;
use futures::FutureExt;
use graphile_worker::{IntoTaskHandlerResult, JobDefinition, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use tokio::time::Instant;

/// The app as jobs get it.
#[derive(Clone)]
pub(super) struct Shared(pub App);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App")
    }
}

/// What the library needs to know of `J`.
pub(super) fn task<J: Job>() -> JobDefinition {
    JobDefinition::of::<Task<J>>()
}

/// A job that was not read yet, so that one that cannot be read is logged like any other failure.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
struct Task<J> {
    payload: Value,
    #[serde(skip)]
    job: PhantomData<fn() -> J>,
}

impl<J: Job> TaskHandler for Task<J> {
    const IDENTIFIER: &'static str = J::NAME;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let begun = Instant::now();
        let done = perform::<J>(&context, self.payload).await;
        let outcome = done.as_ref().map_or_else(|failed| failed.outcome, |()| "done");
        count(J::NAME, outcome);
        metrics::histogram!("job_duration_seconds", "job" => J::NAME).record(begun.elapsed().as_secs_f64());
        if let Err(failed) = &done {
            let (attempt, of) = (context.job().attempts(), context.job().max_attempts());
            tracing::error!(job = J::NAME, id = context.job().id(), attempt, of, error = %failed, "a job failed");
        }
        done
    }
}

/// Counts what became of a job.
pub(super) fn count(job: &str, outcome: &'static str) {
    metrics::counter!("jobs_total", "job" => job.to_owned(), "outcome" => outcome).increment(1);
}

async fn perform<J: Job>(context: &WorkerContext, payload: Value) -> Result<(), Failed> {
    let failed = |outcome, why: String| Failed { outcome, why };
    let job: J = serde_json::from_value(payload).map_err(|error| failed("unreadable", error.to_string()))?;
    let Some(Shared(app)) = context.get_ext::<Shared>() else {
        return Err(failed("failed", "the worker has no app".to_owned()));
    };
    match AssertUnwindSafe(job.run(app)).catch_unwind().await {
        Ok(done) => done.map_err(|error| failed("failed", format!("{error:#}"))),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(ToString::to_string);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            metrics::counter!("panics_total").increment(1);
            Err(failed("panicked", text))
        }
    }
}

/// Why a job did not succeed. The queue keeps it beside the job and runs that again later.
struct Failed {
    outcome: &'static str,
    why: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.outcome, self.why)
    }
}

/// The library stores what `Debug` says.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
