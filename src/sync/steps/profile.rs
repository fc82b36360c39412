//! The account's own description, and its counts.

use super::{Page, StepError, seconds};
use crate::sync::plan::{Standing, every};
use crate::sync::store;

pub(super) async fn read(page: &Page<'_>, standing: &Standing) -> Result<bool, StepError> {
    let access = page.access;
    let profile = access.client.profile(&access.token, &access.account).await?;
    let Some(mut tx) = page.hold(1).await? else { return Ok(false) };
    store::set_profile(&mut tx, page.account, &profile, seconds(every::PROFILE), standing.now).await?;
    tx.commit().await?;
    Ok(true)
}
