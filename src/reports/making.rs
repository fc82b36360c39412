//! Making a report: figures of one moment, drawn away from the threads that answer, kept once.

use super::figures;
use super::pdf::{self, Made};
use super::store::{self, Drawn};
use super::types::{Figures, MonthOf};
use crate::audit::{self, Event};
use crate::db::{Db, Tenant};
use crate::error::Result;
use crate::ids::{ReportId, UserId};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Makes the month's report at once, the one that is under way if there is one: the one made, and whether it is new. Where nothing
/// changed since the last one of the month, that is it.
///
/// # Errors
/// When the database refuses.
pub async fn make_now(
    db: &Db,
    scope: &impl Tenant,
    month: MonthOf,
    by: Option<UserId>,
) -> Result<(ReportId, bool)> {
    let mut tx = db.begin(scope).await?;
    store::lock_month(&mut tx, month).await?;
    let id = match store::find_underway(&mut tx, month).await? {
        Some(id) => id,
        None => {
            let id = tx.new_id();
            store::add_underway(&mut tx, id, month, by).await?;
            id
        }
    };
    tx.commit().await?;
    make(db, scope, id, month).await
}

/// Makes a report that is under way; again with the same does nothing.
///
/// # Errors
/// When the database refuses; then it is still under way.
pub async fn make(db: &Db, scope: &impl Tenant, id: ReportId, month: MonthOf) -> Result<(ReportId, bool)> {
    let (figures, at) = figures::gather(db, scope, month).await?;
    let drawn =
        tokio::task::spawn_blocking(move || draw(&figures, at)).await.map_err(anyhow::Error::from)??;
    let mut tx = db.begin(scope).await?;
    store::lock_month(&mut tx, month).await?;
    if !store::is_underway(&mut tx, id).await? {
        // Whoever was quicker may have found that there is one with these figures.
        let same = store::find_version(&mut tx, month, &drawn.version).await?;
        return Ok((same.unwrap_or(id), false));
    }
    if let Some(same) = store::find_version(&mut tx, month, &drawn.version).await? {
        store::remove_underway(&mut tx, id).await?;
        tx.commit().await?;
        return Ok((same, false));
    }
    store::set_drawn(&mut tx, id, &drawn).await?;
    let detail = json!({ "month": month.to_string(), "version": drawn.version });
    audit::record(&mut tx, Event::new("reports.made").subject(id).detail(detail)).await?;
    tx.commit().await?;
    Ok((id, true))
}

fn draw(figures: &Figures, at: DateTime<Utc>) -> Result<Drawn> {
    let version = version(figures)?;
    let made = Made { at, figures_at: at, version: &version };
    let (pdf, pages) = pdf::draw(figures, &made)?;
    Ok(Drawn {
        accounts: figures.account_count,
        pages: i64::try_from(pages).unwrap_or(i64::MAX),
        figures_at: at,
        version,
        pdf,
    })
}

/// A fingerprint of everything that the report says.
fn version(figures: &Figures) -> Result<String> {
    let said = serde_json::to_vec(&(figures, figures.zone.name())).map_err(anyhow::Error::from)?;
    Ok(HEXLOWER.encode(&Sha256::digest(said)[..6]))
}
