//! Counts that may take long: made at once while they are cheap, else in the background, and kept with their time.
//!
//! A count goes through everything that its [`Span`] holds, of all accounts or of some. How much that is, the rollups know
//! beforehand, to the payment: up to [`INLINE`] it is counted for the page that asks, always fresh, and nothing is kept. Beyond
//! that a job counts, once however many ask, and its result is kept: a page then reads one row by its key, says of when it is,
//! and follows by its live regions when a newer one is there. It is counted again when somebody asks, something changed since
//! (`agencies.data_version`), and it is older than [`FRESH`]; forgotten when nobody asked for [`KEPT`].
//!
//! What is kept is read by whoever asks next, so it must not depend on who asked: counts are for `ViewDashboard`, which sees the
//! whole agency, and the accounts of a selection are among their parameters. Names of fans are never kept, only their ids.

mod jobs;
mod service;
mod store;

pub use jobs::{CountKept, ForgetCounts};
pub use service::get;

use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::AccountId;
use crate::period::Period;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// As many rows are gone through while the page waits: some 10 ms of the database.
pub const INLINE: i64 = 10_000;

/// A kept count younger than this is not made again, whatever changed.
pub const FRESH: TimeDelta = TimeDelta::minutes(10);

/// A count that nobody asked for in this time is forgotten.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// Something to count. The value itself is what is counted, and is written as JSON: the same value is the same count.
pub trait Count: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its name among the kept counts.
    const NAME: &'static str;
    /// How many rows are gone through for each payment of the span, about.
    const ROWS_PER_PAYMENT: i64 = 1;
    /// What comes of it. A change of its shape is a new [`Self::NAME`].
    type Result: Serialize + DeserializeOwned + Send + 'static;

    /// What is gone through.
    fn span(&self) -> Span;

    /// Counts. In the background it is the system that counts, so nothing may depend on who asks.
    fn count(&self, tx: &mut AgencyTx) -> impl Future<Output = Result<Self::Result>> + Send;
}

/// The payments that a count goes through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Of which days.
    pub days: Period,
    /// Of which accounts; `None` is all of the agency's.
    pub accounts: Option<Vec<AccountId>>,
}

impl Span {
    /// All payments that there ever were.
    #[must_use]
    pub fn ever(accounts: Option<&[AccountId]>) -> Self {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        Self::of(Period { start: day(2000), end: day(2200) }, accounts)
    }

    /// Those of some days.
    #[must_use]
    pub fn of(days: Period, accounts: Option<&[AccountId]>) -> Self {
        Self { days, accounts: accounts.map(<[AccountId]>::to_vec) }
    }

    /// Those from the first to the last day of two periods.
    #[must_use]
    pub fn of_both(one: Period, other: Period, accounts: Option<&[AccountId]>) -> Self {
        Self::of(Period { start: one.start.min(other.start), end: one.end.max(other.end) }, accounts)
    }
}

/// Accounts as a statement takes them, in `$n::uuid[] is null or account_id = any($n)`.
#[must_use]
pub(super) fn uuids(accounts: Option<&Vec<AccountId>>) -> Option<Vec<uuid::Uuid>> {
    accounts.map(|all| all.iter().map(|id| id.0).collect())
}

/// What came of a count, as far as there is something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<T> {
    /// The result; `None` until there is one.
    pub result: Option<T>,
    /// How fresh it is.
    pub told: Told,
}

/// How fresh a figure is, as its page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Counted for this page.
    Now,
    /// Counted then.
    AsOf {
        /// When.
        at: DateTime<Utc>,
        /// Whether a newer one was tried and failed.
        failed: bool,
    },
    /// There is nothing yet; a job is on its way.
    Counting {
        /// Whether it was tried and failed; it is tried again.
        failed: bool,
    },
}
