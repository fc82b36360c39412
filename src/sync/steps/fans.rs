//! Fans: the platform's lists make them known, its insights tell how each stands to the account.

use super::{Page, StepError, seconds};
use crate::platform::{Cursor, Fan};
use crate::sync::plan::{Standing, every};
use crate::sync::store;

/// The lists, in the order in which they are read. A stored cursor begins with the list's name.
const SUBSCRIBERS: &str = "subscribers";
const FOLLOWERS: &str = "followers";

pub(super) async fn list(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let stored = standing.fans_cursor.as_deref().unwrap_or(SUBSCRIBERS);
    let (list, cursor) = stored.split_once(' ').unwrap_or((stored, ""));
    let cursor = (!cursor.is_empty()).then(|| Cursor::from_stored(cursor));
    let fans = ask_list(page, list, cursor.as_ref()).await?;
    page.warn_of_skipped("fans", &fans);
    let next = match &fans.next {
        Some(next) => Some(format!("{list} {}", next.as_str())),
        None => (list == SUBSCRIBERS).then(|| FOLLOWERS.to_owned()),
    };
    let Some(mut tx) = page.hold(1).await? else { return Ok(false) };
    store::add_fans(&mut tx, page.account, &fans.items).await?;
    let every = seconds(every::FANS);
    store::set_fan_list(&mut tx, page.account, next.as_deref(), every, standing.now).await?;
    store::set_fans_done(&mut tx, page.account).await?;
    tx.commit().await?;
    Ok(true)
}

async fn ask_list(
    page: &Page<'_>,
    list: &str,
    cursor: Option<&Cursor>,
) -> Result<crate::platform::Page<Fan>, StepError> {
    let access = page.access;
    let fans = match list {
        FOLLOWERS => access.client.followers(&access.token, &access.account, cursor).await?,
        _ => access.client.subscribers(&access.token, &access.account, cursor).await?,
    };
    Ok(fans)
}

/// Asks about a batch of the fans that wait.
pub(super) async fn ask(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let access = page.access;
    let most = i64::try_from(access.client.platform().limits.fan_insights).unwrap_or(1);
    let mut tx = page.db.begin(page.scope).await?;
    let due = store::list_fans_due(&mut tx, page.account, most).await?;
    drop(tx);
    let ids: Vec<&str> = due.iter().map(String::as_str).collect();
    let insights = access.client.fan_insights(&access.token, &access.account, &ids).await?;
    let Some(mut tx) = page.hold(1).await? else { return Ok(false) };
    store::set_insights(&mut tx, page.account, &due, &insights, standing.now).await?;
    store::set_fans_done(&mut tx, page.account).await?;
    tx.commit().await?;
    Ok(true)
}
