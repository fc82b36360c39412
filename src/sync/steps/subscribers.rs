//! Subscribers joined and lost, per day.

use super::{Page, StepError, seconds};
use crate::clock::day_begins;
use crate::platform::Cursor;
use crate::sync::plan::{Standing, every};
use crate::sync::store;
use chrono::{DateTime, Duration, Utc};

/// Days before the last reading that are read again: they may not have been over then.
const AGAIN: Duration = Duration::days(3);

pub(super) async fn read(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let access = page.access;
    let cursor = standing.subscribers_cursor.clone().map(Cursor::from_stored);
    let since = standing.subscribers_done_at.map(|done| midnight(done - AGAIN, access));
    let days =
        access.client.subscriber_days(&access.token, &access.account, since, None, cursor.as_ref()).await?;
    page.warn_of_skipped("subscriber days", &days);
    let Some(mut tx) = page.hold(1).await? else { return Ok(false) };
    store::add_subscriber_days(&mut tx, page.account, &days.items).await?;
    let every = seconds(every::SUBSCRIBERS);
    store::set_subscribers(&mut tx, page.account, days.next.as_ref(), every, standing.now).await?;
    tx.commit().await?;
    Ok(true)
}

/// The beginning of the day in the platform's zone: a bound inside a day would count a part of it.
fn midnight(at: DateTime<Utc>, access: &crate::connections::Access) -> DateTime<Utc> {
    let zone = access.client.platform().day_zone;
    day_begins(at.with_timezone(&zone).date_naive(), zone)
}
