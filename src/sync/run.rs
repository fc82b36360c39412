//! A run: one account's sync at work for a while, in one process. It is fenced: whoever begins the next run ends it.

use super::jobs;
use super::plan::{Standing, Step};
use super::steps::{self, Page, StepError};
use super::store::{self, End};
use super::types::Stream;
use crate::auth::SystemScope;
use crate::connections::{self, Access};
use crate::db::{Db, Tenant};
use crate::error::{Error, Result};
use crate::ids::{AccountId, AgencyId};
use crate::platform::{PlatformError, Platforms};
use crate::vault::Vault;
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// A run that has more to do lets others go first after this.
const TURN: Duration = Duration::from_secs(20);
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Access is asked for again after this; a token lives longer.
const ACCESS_FOR: Duration = Duration::from_secs(10);
/// Waits after failures in a row: doubled each time.
const FIRST_WAIT: f64 = 2.0;
const LONGEST_WAIT: f64 = 600.0;
/// What only a person can put right is looked at again after this.
const PERSON_WAIT: f64 = 3600.0;

/// What a run works with.
#[derive(Clone, Copy)]
pub(super) struct Tools<'a> {
    pub db: &'a Db,
    pub vault: &'a Vault,
    pub platforms: &'a Platforms,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All that was due is read.
    Finished,
    /// Its turn is over; another job goes on.
    Continued,
    /// Some streams could not be read; they are tried again.
    Partly,
    /// The platform asked to wait.
    RateLimited,
    /// The platform is in trouble.
    Failed,
    /// A person has to reconnect the account.
    NeedsPerson,
    /// Another run has begun, or the account was disconnected.
    Fenced,
    /// It is not its time, or another run is alive.
    Busy,
}

impl Outcome {
    fn label(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Continued => "continued",
            Self::Partly => "partly",
            Self::RateLimited => "rate_limited",
            Self::Failed => "failed",
            Self::NeedsPerson => "needs_person",
            Self::Fenced => "fenced",
            Self::Busy => "busy",
        }
    }
}

/// Syncs `account` for a while.
///
/// # Errors
/// When the database does not answer. What the platform does is kept with the sync.
pub(super) async fn run(tools: Tools<'_>, agency: AgencyId, account: AccountId) -> Result<Outcome> {
    let begun = Instant::now();
    let scope = SystemScope::for_agency(agency, "sync an account");
    let outcome = match claim(tools.db, &scope, account).await? {
        None => Outcome::Busy,
        Some(id) => {
            let (db, watched) = (tools.db.clone(), scope.clone());
            let mut run = Run {
                tools,
                scope,
                account,
                id,
                begun,
                access: None,
                worked: false,
                refused: false,
                put_off: Vec::new(),
            };
            tokio::select! {
                outcome = run.work() => outcome?,
                () = until_fenced(&db, &watched, account, id) => Outcome::Fenced,
            }
        }
    };
    metrics::counter!("syncs_total", "outcome" => outcome.label()).increment(1);
    metrics::histogram!("sync_duration_seconds").record(begun.elapsed().as_secs_f64());
    Ok(outcome)
}

async fn claim(db: &Db, scope: &SystemScope, account: AccountId) -> Result<Option<Uuid>> {
    let mut tx = db.begin(scope).await?;
    let id: Uuid = tx.new_id();
    let claimed = store::claim(&mut tx, account, id).await?;
    if !claimed {
        store::set_busy(&mut tx, account).await?;
    }
    tx.commit().await?;
    Ok(claimed.then_some(id))
}

/// Says every second that the run is alive; returns once that is no longer true.
async fn until_fenced(db: &Db, scope: &SystemScope, account: AccountId, id: Uuid) {
    let beat = async || -> Result<bool> {
        let mut tx = db.begin(scope).await?;
        let alive = store::set_alive(&mut tx, account, id).await?;
        tx.commit().await?;
        Ok(alive)
    };
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match beat().await {
            Ok(true) => {}
            Ok(false) => return,
            // The run itself meets the same trouble, and reports it.
            Err(error) => tracing::debug!(%error, "a sync's heartbeat failed"),
        }
    }
}

struct Run<'a> {
    tools: Tools<'a>,
    scope: SystemScope,
    account: AccountId,
    id: Uuid,
    begun: Instant,
    access: Option<(Access, Instant)>,
    /// A call succeeded.
    worked: bool,
    /// The last call was refused for its token.
    refused: bool,
    /// Streams that failed in this run, and why.
    put_off: Vec<(Stream, PlatformError)>,
}

impl Run<'_> {
    async fn work(&mut self) -> Result<Outcome> {
        loop {
            let Some(standing) = self.standing().await? else { return Ok(Outcome::Fenced) };
            let access = match self.access().await {
                Ok(access) => access,
                Err(error) => return self.without_access(&standing, error).await,
            };
            if let Some(until) = access.paused_until.filter(|until| *until > standing.now) {
                let wait = seconds(until - standing.now);
                return self.wait(&standing, wait).await;
            }
            let (step, due) = match self.next(&standing, &access) {
                Some(next) => next,
                None => return self.finish(&standing, &access, LONGEST_WAIT).await,
            };
            if due > standing.now {
                return self.finish(&standing, &access, seconds(due - standing.now)).await;
            }
            if self.begun.elapsed() > TURN {
                return self.hand_on().await;
            }
            if let Some(outcome) = self.take(step, &standing, &access).await? {
                return Ok(outcome);
            }
        }
    }

    async fn standing(&self) -> Result<Option<Standing>> {
        let mut tx = self.tools.db.begin(&self.scope).await?;
        store::find_standing(&mut tx, self.account, self.id).await
    }

    async fn access(&mut self) -> Result<Access> {
        if let Some((access, since)) = &self.access
            && since.elapsed() < ACCESS_FOR
        {
            return Ok(access.clone());
        }
        let Tools { db, vault, platforms } = self.tools;
        let access = connections::access(db, vault, platforms, &self.scope, self.account).await?;
        self.access = Some((access.clone(), Instant::now()));
        Ok(access)
    }

    /// The most urgent step that is due, or the one that is due next.
    fn next(&self, standing: &Standing, access: &Access) -> Option<(Step, DateTime<Utc>)> {
        let profile = access.client.platform();
        let steps = standing.steps(&profile.capabilities, &profile.limits);
        let open = steps
            .into_iter()
            .filter(|(step, _)| !self.put_off.iter().any(|(stream, _)| *stream == step.stream()));
        let steps: Vec<_> = open.collect();
        let due = steps.iter().find(|(_, due)| *due <= standing.now).copied();
        due.or_else(|| steps.into_iter().min_by_key(|(_, due)| *due))
    }

    /// Takes one step; the outcome when that ends the run.
    async fn take(&mut self, step: Step, standing: &Standing, access: &Access) -> Result<Option<Outcome>> {
        let page =
            Page { db: self.tools.db, scope: &self.scope, account: self.account, run: self.id, access };
        match steps::take(step, &page, standing).await {
            Ok(true) => {
                if !std::mem::replace(&mut self.worked, true) {
                    connections::note_success(self.tools.db, &self.scope, access.connection).await?;
                }
                self.refused = false;
                Ok(None)
            }
            Ok(false) => Ok(Some(Outcome::Fenced)),
            Err(StepError::Ours(error)) => Err(error),
            Err(StepError::Platform(error)) => self.meet(step, standing, access, error).await,
        }
    }

    /// What a failed call means: for this stream, for the run, or for the connection.
    async fn meet(
        &mut self,
        step: Step,
        standing: &Standing,
        access: &Access,
        error: PlatformError,
    ) -> Result<Option<Outcome>> {
        tracing::debug!(account = %self.account, ?step, %error, "a sync met trouble");
        match &error {
            PlatformError::RateLimited { retry_after } => {
                self.note(access, &error).await?;
                self.wait(standing, retry_after.as_secs_f64()).await.map(Some)
            }
            PlatformError::Unauthorized if !self.refused => {
                // The token ended early: access is asked for again, which refreshes.
                self.refused = true;
                self.access = None;
                self.note(access, &error).await?;
                Ok(None)
            }
            PlatformError::Unauthorized
            | PlatformError::TimedOut
            | PlatformError::Unreachable
            | PlatformError::InvalidGrant
            | PlatformError::UnsupportedVersion { .. } => {
                self.note(access, &error).await?;
                self.fail(standing, &sentence(access, &error)).await.map(Some)
            }
            PlatformError::Rejected { .. } => {
                let mut tx = self.tools.db.begin(&self.scope).await?;
                if store::hold(&mut tx, self.account, self.id, 1).await? {
                    store::forget_cursors(&mut tx, self.account).await?;
                    tx.commit().await?;
                }
                self.put_off.push((step.stream(), error));
                Ok(None)
            }
            PlatformError::Unavailable { .. }
            | PlatformError::Malformed { .. }
            | PlatformError::MissingScope => {
                self.put_off.push((step.stream(), error));
                Ok(None)
            }
        }
    }

    async fn note(&self, access: &Access, error: &PlatformError) -> Result<()> {
        connections::note_failure(self.tools.db, &self.scope, access.connection, error).await
    }

    // --------------------------------------------------- ends

    async fn finish(&self, standing: &Standing, access: &Access, next_in: f64) -> Result<Outcome> {
        if let Some((stream, error)) = self.put_off.first() {
            // When nothing at all worked it is the connection's matter too.
            if !self.worked {
                self.note(access, error).await?;
            }
            let problem = format!("{} ({}).", sentence(access, error).trim_end_matches('.'), stream.words());
            let wait = self.back_off(standing.failures);
            let end = End {
                next_in: wait.min(next_in),
                failures: standing.failures.saturating_add(1),
                problem: Some(problem),
                ..End::default()
            };
            return self.end(end, Outcome::Partly).await;
        }
        let complete = standing.is_complete(&access.client.platform().capabilities);
        let end = End { finished: complete, idle: complete, next_in, ..End::default() };
        self.end(end, Outcome::Finished).await
    }

    /// The turn is over: the next job is added together with the end of this run.
    async fn hand_on(&self) -> Result<Outcome> {
        let mut tx = self.tools.db.begin(&self.scope).await?;
        let end = End { next_in: 60.0, ..End::default() };
        if !store::release(&mut tx, self.account, self.id, &end).await? {
            return Ok(Outcome::Fenced);
        }
        jobs::enqueue(tx.conn(), self.scope.agency_id(), self.account, Duration::ZERO).await?;
        tx.commit().await?;
        Ok(Outcome::Continued)
    }

    async fn wait(&self, standing: &Standing, wait: f64) -> Result<Outcome> {
        let end = End {
            next_in: wait,
            retry_in: Some(wait),
            failures: standing.failures,
            problem: Some("The platform asked us to slow down; syncing goes on by itself.".to_owned()),
            ..End::default()
        };
        self.end(end, Outcome::RateLimited).await
    }

    async fn fail(&self, standing: &Standing, problem: &str) -> Result<Outcome> {
        let failures = if self.worked { 0 } else { standing.failures };
        let wait = self.back_off(failures);
        let end = End {
            next_in: wait,
            retry_in: Some(wait),
            failures: failures.saturating_add(1),
            problem: Some(problem.to_owned()),
            ..End::default()
        };
        self.end(end, Outcome::Failed).await
    }

    async fn without_access(&self, standing: &Standing, error: Error) -> Result<Outcome> {
        match error {
            Error::Upstream(sentence) => self.fail(standing, &sentence).await,
            Error::Conflict(sentence) => {
                let end = End {
                    idle: true,
                    next_in: PERSON_WAIT,
                    failures: standing.failures,
                    problem: Some(sentence),
                    ..End::default()
                };
                self.end(end, Outcome::NeedsPerson).await
            }
            error => Err(error),
        }
    }

    async fn end(&self, end: End, outcome: Outcome) -> Result<Outcome> {
        let mut tx = self.tools.db.begin(&self.scope).await?;
        let released = store::release(&mut tx, self.account, self.id, &end).await?;
        tx.commit().await?;
        Ok(if released { outcome } else { Outcome::Fenced })
    }

    /// Doubled with each failure in a row, and spread, so that accounts that failed together do not come back together.
    fn back_off(&self, failures: i32) -> f64 {
        let [byte] = self.tools.db.random().bytes::<1>();
        let spread = 0.75 + f64::from(byte) / 512.0;
        (FIRST_WAIT * 2_f64.powi(failures.clamp(0, 12))).min(LONGEST_WAIT) * spread
    }
}

fn seconds(wait: chrono::Duration) -> f64 {
    wait.as_seconds_f64().max(0.0)
}

/// What happened, for the person who looks at the account.
fn sentence(access: &Access, error: &PlatformError) -> String {
    let name = access.platform.name();
    match error {
        PlatformError::Unavailable { .. } => format!("{name} reports a fault of its own."),
        PlatformError::TimedOut => format!("{name} did not answer in time."),
        PlatformError::Unreachable => format!("{name} cannot be reached."),
        PlatformError::Malformed { .. } => format!("{name} gave an answer that cannot be read."),
        PlatformError::MissingScope => format!("The connection lacks a permission of {name}'s."),
        PlatformError::UnsupportedVersion { .. } => {
            format!("{name} switched off the API that this version of CreatorCRM speaks.")
        }
        PlatformError::InvalidGrant | PlatformError::Unauthorized => {
            format!("{name} does not accept our access at the moment.")
        }
        PlatformError::RateLimited { .. } => format!("{name} asked us to slow down."),
        PlatformError::Rejected { .. } => format!("{name} refused a request."),
    }
}
