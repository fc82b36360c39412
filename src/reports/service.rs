//! Asking for reports, looking at those that there are, and taking one away.

use super::jobs::MakeReport;
use super::making;
use super::policy::MakeReports;
use super::store::{self, Key};
use super::types::{MonthOf, Report, Schedule};
use super::{due, figures};
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::ReportId;
use crate::jobs::{self, How};
use crate::keyset::{Page, Turn};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Reports on one page of the list.
const PAGE: usize = 50;
/// The report of so many accounts is made while somebody waits; of more in the background.
const IN_A_REQUEST: i64 = 200;
/// Months that are offered at most.
const MAX_MONTHS: usize = 60;

/// What the page of reports shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Reports, the newest first.
    pub page: Page<Report>,
    /// The months of which one can be made, the newest first; empty before anything was earned.
    pub months: Vec<MonthOf>,
    /// When word of them is mailed.
    pub schedule: Schedule,
    /// When the next is due, if the schedule is on.
    pub next_due: Option<DateTime<Utc>>,
    /// Whether the member wants word of them.
    pub is_reader: bool,
}

/// What became of a wish for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It is made.
    Made(ReportId),
    /// Nothing changed since the one that there is.
    Same(ReportId),
    /// It is being made.
    Begun(ReportId),
}

/// The reports, and what can be asked for.
///
/// # Errors
/// When the database does not answer.
pub async fn overview(db: &Db, scope: &Scope<MakeReports>, turn: &Turn<Key>) -> Result<Overview> {
    let mut tx = db.begin(scope).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let rows = store::list(&mut tx, turn, limit).await?;
    let (_, zone) = store::lookup_agency(&mut tx).await?;
    let stand = store::find_schedule(&mut tx).await?;
    let schedule = stand.map(|stand| stand.schedule).unwrap_or_default();
    let next = stand.filter(|stand| stand.schedule.is_on).map(|stand| stand.sent_through.next());
    Ok(Overview {
        page: Page::of(rows, turn, PAGE, |report| (report.made_at, report.id)),
        months: months(figures::first_month(&mut tx).await?, MonthOf::containing(tx.now().date_naive())),
        schedule,
        next_due: next.map(|month| due::due(schedule, month, zone)),
        is_reader: store::is_reader(&mut tx, scope.member().user_id()).await?,
    })
}

fn months(first: Option<MonthOf>, last: MonthOf) -> Vec<MonthOf> {
    let Some(first) = first else { return Vec::new() };
    let back = |month: &MonthOf| Some(month.back(1));
    std::iter::successors(Some(last), back).take_while(|month| *month >= first).take(MAX_MONTHS).collect()
}

/// Has the month's report made: at once for few accounts, otherwise in the background.
///
/// # Errors
/// `Invalid` for a month that has not come yet.
pub async fn want(db: &Db, scope: &Scope<MakeReports>, month: MonthOf) -> Result<Wanted> {
    let mut tx = db.begin(scope).await?;
    if month > MonthOf::containing(tx.now().date_naive()) {
        return Err(Error::field("month", "This month has not come yet"));
    }
    let by = scope.member().user_id();
    if figures::count_accounts(&mut tx).await? <= IN_A_REQUEST {
        drop(tx);
        let (id, is_new) = making::make_now(db, scope, month, Some(by)).await?;
        return Ok(if is_new { Wanted::Made(id) } else { Wanted::Same(id) });
    }
    store::lock_month(&mut tx, month).await?;
    if let Some(id) = store::find_underway(&mut tx, month).await? {
        return Ok(Wanted::Begun(id));
    }
    let id = tx.new_id();
    store::add_underway(&mut tx, id, month, Some(by)).await?;
    let job = MakeReport { agency: tx.agency_id(), report: id, month: month.first(), by };
    jobs::enqueue(tx.conn(), &job, How::default()).await?;
    tx.commit().await?;
    Ok(Wanted::Begun(id))
}

/// The file of a report and its name; that it left is on record before it does.
///
/// # Errors
/// `NotFound` for one that is not the agency's, or not made yet.
pub async fn download(db: &Db, scope: &Scope<MakeReports>, id: ReportId) -> Result<(String, Vec<u8>)> {
    let mut tx = db.begin(scope).await?;
    let (month, pdf) = store::lookup_file(&mut tx, id).await?;
    let detail = json!({ "month": month.to_string() });
    audit::record(&mut tx, Event::new("reports.downloaded").subject(id).detail(detail)).await?;
    tx.commit().await?;
    Ok((format!("report-{month}.pdf"), pdf))
}
