//! Earnings: the first sync's way back through time, and looks at what is new or may have changed.

use super::{Page, StepError, seconds};
use crate::db::AgencyTx;
use crate::earnings;
use crate::error::Result;
use crate::platform::{self, Cursor, Earning};
use crate::sync::plan::{Standing, Window, every};
use crate::sync::store::{self, Look};

pub(super) async fn backfill(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let window = standing.backfill_window();
    let cursor = standing.backfill_cursor.clone().map(Cursor::from_stored);
    let rows = ask(page, &window, cursor.as_ref()).await?;
    let Some(mut tx) = page.hold(1).await? else { return Ok(false) };
    record(&mut tx, page, &rows.items).await?;
    let begun_at = standing.backfill_begun_at.unwrap_or(standing.now);
    store::set_backfill(&mut tx, page.account, &window, rows.next.as_ref(), begun_at).await?;
    tx.commit().await?;
    Ok(true)
}

pub(super) async fn look(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let (since, unsettled) = standing.look();
    let cursor = standing.look_cursor.clone().map(Cursor::from_stored);
    let begun_at = standing.look_begun_at.filter(|_| cursor.is_some()).unwrap_or(standing.now);
    let rows = ask(page, &Window { since, until: None }, cursor.as_ref()).await?;
    let Some(mut tx) = page.hold(1).await? else { return Ok(false) };
    record(&mut tx, page, &rows.items).await?;
    let look = Look { begun_at, since, unsettled };
    let (every, every_unsettled) = (seconds(every::EARNINGS), seconds(every::UNSETTLED));
    store::set_look(&mut tx, page.account, &look, rows.next.as_ref(), every, every_unsettled).await?;
    tx.commit().await?;
    Ok(true)
}

async fn ask(
    page: &Page<'_>,
    window: &Window,
    cursor: Option<&Cursor>,
) -> Result<platform::Page<Earning>, StepError> {
    let access = page.access;
    let Window { since, until } = *window;
    let rows = access.client.earnings(&access.token, &access.account, since, until, cursor).await?;
    page.warn_of_skipped("earnings", &rows);
    Ok(rows)
}

async fn record(tx: &mut AgencyTx, page: &Page<'_>, rows: &[Earning]) -> Result<()> {
    let recorded = earnings::record(tx, page.account, rows).await?;
    if recorded.added > 0 {
        let ids: Vec<&str> = rows.iter().map(|row| row.transaction_id.as_str()).collect();
        store::set_due_by_new_earnings(tx, page.account, &ids).await?;
    }
    Ok(())
}
