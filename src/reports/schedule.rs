//! Reports by mail: when they are due, who wants word of them, and telling them exactly once.

use super::policy::MakeReports;
use super::store;
use super::types::{MonthOf, Schedule};
use super::{due, letters, making};
use crate::audit::{self, Event};
use crate::auth::{Scope, SystemScope};
use crate::db::{AgencyTx, Db};
use crate::error::{Invalid, Result};
use crate::ids::AgencyId;
use crate::mail;
use crate::server::state::App;
use serde_json::json;

/// Says when word of the month before is mailed. A month that was due already is not sent for it.
///
/// # Errors
/// `Invalid` for a day or an hour that there is not every month.
pub async fn set_schedule(db: &Db, scope: &Scope<MakeReports>, schedule: Schedule) -> Result<()> {
    let mut invalid = Invalid::default();
    if !(1..=28).contains(&schedule.day) {
        invalid.add("day", "Choose a day from 1 to 28, which every month has");
    }
    if schedule.hour > 23 {
        invalid.add("hour", "Choose an hour from 0 to 23");
    }
    invalid.check()?;
    let mut tx = db.begin(scope).await?;
    let (_, zone) = store::lookup_agency(&mut tx).await?;
    let sent_through = due::latest_due(schedule, tx.now(), zone);
    store::set_schedule(&mut tx, schedule, sent_through, scope.member().user_id()).await?;
    let detail = json!({ "on": schedule.is_on, "day": schedule.day, "hour": schedule.hour });
    let event = Event::new("reports.scheduled").subject(tx.agency_id());
    audit::record(&mut tx, event.detail(detail)).await?;
    tx.commit().await
}

/// Says whether the member wants word of reports.
///
/// # Errors
/// When the database refuses.
pub async fn set_reading(db: &Db, scope: &Scope<MakeReports>, wants: bool) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let user = scope.member().user_id();
    let changed = if wants {
        store::add_reader(&mut tx, user).await?
    } else {
        store::remove_reader(&mut tx, user).await?
    };
    if changed {
        let event = Event::new("reports.mail_changed").subject(user).detail(json!({ "on": wants }));
        audit::record(&mut tx, event).await?;
    }
    tx.commit().await
}

/// The agencies of which a report is due by now and was not sent.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn agencies_due(db: &Db) -> Result<Vec<AgencyId>> {
    let mut tx = db.begin_system("find reports that are due").await?;
    let now = tx.now();
    let all = store::list_schedules(&mut tx).await?;
    let is_due = |(_, stand, zone): &(AgencyId, store::Stand, chrono_tz::Tz)| {
        due::latest_due(stand.schedule, now, *zone) > stand.sent_through
    };
    Ok(all.into_iter().filter(is_due).map(|(agency, ..)| agency).collect())
}

/// Makes the report that is due and tells every reader once. The claim, the mail and how far the schedule has come commit
/// together: who is killed in between has told nobody, and whoever comes next tells everybody. Of several months that were
/// missed the newest is told.
///
/// # Errors
/// When the database refuses; then it is still due.
pub async fn mail(app: &App, agency: AgencyId) -> Result<()> {
    let scope = SystemScope::for_agency(agency, "mail the monthly report");
    let mut tx = app.db.begin(&scope).await?;
    let Some(month) = month_due(&mut tx).await? else { return Ok(()) };
    let is_wanted = !store::list_readers(&mut tx).await?.is_empty();
    drop(tx);
    let report = match is_wanted {
        true => Some(making::make_now(&app.db, &scope, month, None).await?.0),
        false => None,
    };
    let mut tx = app.db.begin(&scope).await?;
    // Another process may have told them meanwhile.
    if month_due(&mut tx).await? != Some(month) {
        return Ok(());
    }
    let mut told = 0;
    if let Some(report) = report {
        let (name, _) = store::lookup_agency(&mut tx).await?;
        for (user, email) in store::list_readers(&mut tx).await? {
            if store::add_send(&mut tx, month, user, report).await? {
                let letter = letters::ready(&app.public_url, &email, &name, month);
                mail::send_in_agency(&mut tx, &app.vault, letter).await?;
                told += 1;
            }
        }
        let detail = json!({ "month": month.to_string(), "members": told });
        audit::record(&mut tx, Event::new("reports.mailed").subject(report).detail(detail)).await?;
    }
    store::set_sent_through(&mut tx, month).await?;
    tx.commit().await?;
    tracing::info!(%agency, %month, told, "a monthly report was told of");
    Ok(())
}

/// The month whose report is due and was not sent, with the schedule locked.
async fn month_due(tx: &mut AgencyTx) -> Result<Option<MonthOf>> {
    let Some(stand) = store::lock_schedule(tx).await?.filter(|stand| stand.schedule.is_on) else {
        return Ok(None);
    };
    let (_, zone) = store::lookup_agency(tx).await?;
    let month = due::latest_due(stand.schedule, tx.now(), zone);
    Ok(Some(month).filter(|month| *month > stand.sent_through))
}
