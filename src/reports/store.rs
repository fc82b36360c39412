//! The SQL of reports: who has which, when they are due, and who was told.

use super::types::{MonthOf, Report, Schedule};
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::ids::{AgencyId, ReportId, UserId};
use crate::keyset::Turn;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// A report's place in the list: when it was made, and its id.
pub type Key = (DateTime<Utc>, ReportId);

// ------------------------------------------------------- reports

/// Up to `limit` reports in the direction of `turn`.
pub(super) async fn list(tx: &mut AgencyTx, turn: &Turn<Key>, limit: i64) -> Result<Vec<Report>> {
    let agency = tx.agency_id();
    let (at, id) = turn.key().copied().unzip();
    let rows = sqlx::query!(
        r#"select r.id as "id: ReportId", r.month, r.state = 'ready' as "is_ready!", r.version, r.figures_at, r.accounts, r.pages,
                  octet_length(r.pdf)::bigint as bytes, u.name as "made_by?", r.made_at
           from reports r left join users u on u.id = r.made_by
           where r.agency_id = $1
             and ($2::timestamptz is null or case when $4 then (r.made_at, r.id) > ($2, $3) else (r.made_at, r.id) < ($2, $3) end)
           order by case when $4 then r.made_at end, case when $4 then r.id end, r.made_at desc, r.id desc limit $5"#,
        agency as AgencyId,
        at,
        id as Option<ReportId>,
        turn.is_back(),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let report = rows.into_iter().map(|row| Report {
        id: row.id,
        month: MonthOf::containing(row.month),
        is_ready: row.is_ready,
        version: row.version,
        figures_at: row.figures_at,
        accounts: row.accounts.unwrap_or(0),
        pages: row.pages.unwrap_or(0),
        bytes: row.bytes.unwrap_or(0),
        made_by: row.made_by,
        made_at: row.made_at,
    });
    Ok(report.collect())
}

/// The file of a report that is ready, and its month.
pub(super) async fn lookup_file(tx: &mut AgencyTx, id: ReportId) -> Result<(MonthOf, Vec<u8>)> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        r#"select month, pdf as "pdf!" from reports where agency_id = $1 and id = $2 and state = 'ready'"#,
        agency as AgencyId,
        id as ReportId
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((MonthOf::containing(row.month), row.pdf))
}

/// A report that has been under way for longer is made by nobody any more.
const STALE: TimeDelta = TimeDelta::hours(1);

/// A report of this month that is being made.
pub(super) async fn find_underway(tx: &mut AgencyTx, month: MonthOf) -> Result<Option<ReportId>> {
    let (agency, since) = (tx.agency_id(), tx.now() - STALE);
    let id = sqlx::query_scalar!(
        r#"select id as "id: ReportId" from reports
           where agency_id = $1 and month = $2 and state = 'making' and made_at > $3 limit 1"#,
        agency as AgencyId,
        month.first(),
        since
    );
    Ok(id.fetch_optional(tx.conn()).await?)
}

/// Whether a report is still to be made.
pub(super) async fn is_underway(tx: &mut AgencyTx, id: ReportId) -> Result<bool> {
    let agency = tx.agency_id();
    let found = sqlx::query_scalar!(
        r#"select exists (select from reports where agency_id = $1 and id = $2 and state = 'making') as "found!""#,
        agency as AgencyId,
        id as ReportId
    );
    Ok(found.fetch_one(tx.conn()).await?)
}

/// Notes that a report is to be made, and forgets those that nobody makes any more.
pub(super) async fn add_underway(
    tx: &mut AgencyTx,
    id: ReportId,
    month: MonthOf,
    by: Option<UserId>,
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    sqlx::query!(
        "delete from reports where agency_id = $1 and state = 'making' and made_at <= $2",
        agency as AgencyId,
        now - STALE
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into reports (agency_id, id, month, state, made_by, made_at) values ($1, $2, $3, 'making', $4, $5)",
        agency as AgencyId,
        id as ReportId,
        month.first(),
        by as Option<UserId>,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A report as it was drawn.
pub(super) struct Drawn {
    pub version: String,
    pub figures_at: DateTime<Utc>,
    pub accounts: i64,
    pub pages: i64,
    pub pdf: Vec<u8>,
}

/// Keeps what was drawn of a report under way, or nothing when the month has a report with these figures; whether it was kept.
pub(super) async fn set_drawn(tx: &mut AgencyTx, id: ReportId, drawn: &Drawn) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let done = sqlx::query!(
        "update reports r set state = 'ready', version = $3, figures_at = $4, accounts = $5, pages = $6, pdf = $7, made_at = $8
         where r.agency_id = $1 and r.id = $2 and r.state = 'making'
           and not exists (select from reports o where o.agency_id = $1 and o.month = r.month and o.version = $3)",
        agency as AgencyId,
        id as ReportId,
        drawn.version,
        drawn.figures_at,
        drawn.accounts,
        drawn.pages,
        drawn.pdf,
        now
    );
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// The report of this month with these figures.
pub(super) async fn find_version(
    tx: &mut AgencyTx,
    month: MonthOf,
    version: &str,
) -> Result<Option<ReportId>> {
    let agency = tx.agency_id();
    let id = sqlx::query_scalar!(
        r#"select id as "id: ReportId" from reports where agency_id = $1 and month = $2 and version = $3"#,
        agency as AgencyId,
        month.first(),
        version
    );
    Ok(id.fetch_optional(tx.conn()).await?)
}

pub(super) async fn remove_underway(tx: &mut AgencyTx, id: ReportId) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "delete from reports where agency_id = $1 and id = $2 and state = 'making'",
        agency as AgencyId,
        id as ReportId
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Makes whoever makes a report of this month wait for whoever does so already.
pub(super) async fn lock_month(tx: &mut AgencyTx, month: MonthOf) -> Result<()> {
    let key = format!("report {} {month}", tx.agency_id());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", key).execute(tx.conn()).await?;
    Ok(())
}

// ------------------------------------------------------- schedules

/// A schedule, and how far it has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    pub schedule: Schedule,
    pub sent_through: MonthOf,
}

fn stand(is_on: bool, day: i16, hour: i16, sent_through: NaiveDate) -> Stand {
    let small = |number: i16| u32::try_from(number).unwrap_or(0);
    let schedule = Schedule { is_on, day: small(day), hour: small(hour) };
    Stand { schedule, sent_through: MonthOf::containing(sent_through) }
}

pub(super) async fn find_schedule(tx: &mut AgencyTx) -> Result<Option<Stand>> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        "select is_on, day, hour, sent_through from report_schedules where agency_id = $1",
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| stand(row.is_on, row.day, row.hour, row.sent_through)))
}

/// The same, so that nobody else sends or changes it meanwhile.
pub(super) async fn lock_schedule(tx: &mut AgencyTx) -> Result<Option<Stand>> {
    let agency = tx.agency_id();
    let row = sqlx::query!(
        "select is_on, day, hour, sent_through from report_schedules where agency_id = $1 for update",
        agency as AgencyId
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| stand(row.is_on, row.day, row.hour, row.sent_through)))
}

/// Sets when reports are mailed; nothing that was due before is sent for it.
pub(super) async fn set_schedule(
    tx: &mut AgencyTx,
    schedule: Schedule,
    sent_through: MonthOf,
    by: UserId,
) -> Result<()> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let small = |number: u32| i16::try_from(number).unwrap_or(0);
    sqlx::query!(
        "insert into report_schedules as s (agency_id, is_on, day, hour, sent_through, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (agency_id) do update set is_on = excluded.is_on, day = excluded.day, hour = excluded.hour,
           sent_through = greatest(s.sent_through, excluded.sent_through), set_by = excluded.set_by, set_at = excluded.set_at",
        agency as AgencyId,
        schedule.is_on,
        small(schedule.day),
        small(schedule.hour),
        sent_through.first(),
        by as UserId,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn set_sent_through(tx: &mut AgencyTx, month: MonthOf) -> Result<()> {
    let agency = tx.agency_id();
    sqlx::query!(
        "update report_schedules set sent_through = $2 where agency_id = $1",
        agency as AgencyId,
        month.first()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Every schedule that is on, with the zone of its agency's clocks; for the system's look around.
pub(super) async fn list_schedules(tx: &mut SystemTx) -> Result<Vec<(AgencyId, Stand, Tz)>> {
    let rows = sqlx::query!(
        r#"select s.agency_id as "agency: AgencyId", s.is_on, s.day, s.hour, s.sent_through, a.time_zone
           from report_schedules s join agencies a on a.agency_id = s.agency_id
           where s.is_on and a.deleted_at is null"#
    )
    .fetch_all(tx.conn())
    .await?;
    let of = |row: &str| row.parse().unwrap_or(Tz::UTC);
    Ok(rows
        .into_iter()
        .map(|row| (row.agency, stand(row.is_on, row.day, row.hour, row.sent_through), of(&row.time_zone)))
        .collect())
}

/// The agency's name, and the zone of its clocks.
pub(super) async fn lookup_agency(tx: &mut AgencyTx) -> Result<(String, Tz)> {
    let agency = tx.agency_id();
    let row = sqlx::query!("select name, time_zone from agencies where agency_id = $1", agency as AgencyId)
        .fetch_one(tx.conn())
        .await?;
    Ok((row.name, row.time_zone.parse().unwrap_or(Tz::UTC)))
}

// ------------------------------------------------------- readers

pub(super) async fn is_reader(tx: &mut AgencyTx, user: UserId) -> Result<bool> {
    let agency = tx.agency_id();
    let found = sqlx::query_scalar!(
        r#"select exists (select from report_readers where agency_id = $1 and user_id = $2) as "found!""#,
        agency as AgencyId,
        user as UserId
    );
    Ok(found.fetch_one(tx.conn()).await?)
}

/// Whether anything changed.
pub(super) async fn add_reader(tx: &mut AgencyTx, user: UserId) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let done = sqlx::query!(
        "insert into report_readers (agency_id, user_id, since) values ($1, $2, $3) on conflict do nothing",
        agency as AgencyId,
        user as UserId,
        now
    );
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Whether anything changed.
pub(super) async fn remove_reader(tx: &mut AgencyTx, user: UserId) -> Result<bool> {
    let agency = tx.agency_id();
    let done = sqlx::query!(
        "delete from report_readers where agency_id = $1 and user_id = $2",
        agency as AgencyId,
        user as UserId
    );
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// The readers who are owners or managers still, with their addresses: never anybody else's.
pub(super) async fn list_readers(tx: &mut AgencyTx) -> Result<Vec<(UserId, String)>> {
    let agency = tx.agency_id();
    let rows = sqlx::query!(
        r#"select u.id as "id: UserId", u.email from report_readers r
           join members m on m.agency_id = r.agency_id and m.user_id = r.user_id
           join users u on u.id = r.user_id
           where r.agency_id = $1 and m.removed_at is null and m.role in ('owner', 'manager') order by u.id"#,
        agency as AgencyId
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.email)).collect())
}

/// Claims that `user` is told of the month's report; false when they were told already.
pub(super) async fn add_send(
    tx: &mut AgencyTx,
    month: MonthOf,
    user: UserId,
    report: ReportId,
) -> Result<bool> {
    let (agency, now) = (tx.agency_id(), tx.now());
    let done = sqlx::query!(
        "insert into report_sends (agency_id, month, user_id, report_id, sent_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        agency as AgencyId,
        month.first(),
        user as UserId,
        report as ReportId,
        now
    );
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}
