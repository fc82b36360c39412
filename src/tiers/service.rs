//! Rating creators by their whole months, and reading what they were.

use super::jobs::RateCreators;
use super::store;
use super::types::{self, Rated, Tier};
use crate::auth::SystemScope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::{AgencyId, CreatorId};
use crate::jobs::{self, How};
use crate::period::{Choice, Period};
use chrono::{Months, NaiveDate};
use std::collections::BTreeMap;

/// Months that are rated, and shown of a creator.
const MONTHS: u32 = 12;

/// Has the creators of every agency rated.
///
/// # Errors
/// When the database does not answer.
pub async fn order_all(db: &Db) -> Result<()> {
    for agency in db.agencies("rate creators").await? {
        let mut tx = db.begin(&system(agency)).await?;
        order(&mut tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn system(agency: AgencyId) -> SystemScope {
    SystemScope::for_agency(agency, "rate creators")
}

async fn order(tx: &mut AgencyTx) -> Result<()> {
    let agency = tx.agency_id();
    let how = How::default().key(format!("rate_creators:{agency}"));
    jobs::enqueue(tx.conn(), &RateCreators { agency }, how).await
}

fn last_month(today: NaiveDate) -> Period {
    Choice::LastMonth.period(today)
}

/// Rates every creator by the last full month, and by those of the year before it where that was not done yet, or where another
/// sum is known now: otherwise what a creator was then stays.
///
/// # Errors
/// When the database does not answer; the months before that stay.
pub async fn rate_all(db: &Db, agency: AgencyId) -> Result<()> {
    for back in 0..MONTHS {
        let mut tx = db.begin(&system(agency)).await?;
        let last = last_month(tx.now().date_naive());
        let month = Period { start: last.start - Months::new(back), end: last.end - Months::new(back) };
        let worked = store::list_worked(&mut tx, month).await?;
        let tiers = types::rate(month.end, &worked);
        let rated: Vec<_> =
            worked.into_iter().filter_map(|it| Some((it, *tiers.get(&it.creator)?))).collect();
        store::set(&mut tx, month.start, &rated, back == 0).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What these creators were in the last full month. Where nobody was rated for it yet, that is ordered.
///
/// # Errors
/// When the database does not answer.
pub async fn of_creators(tx: &mut AgencyTx, creators: &[CreatorId]) -> Result<BTreeMap<CreatorId, Tier>> {
    let month = last_month(tx.now().date_naive()).start;
    if !creators.is_empty() && !store::knows(tx, month).await? {
        order(tx).await?;
    }
    store::list_of_month(tx, month, creators).await
}

/// What one creator was in the last year, the newest month first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_creator(tx: &mut AgencyTx, creator: CreatorId) -> Result<Vec<Rated>> {
    of_creators(tx, &[creator]).await?;
    store::list_of_creator(tx, creator, i64::from(MONTHS)).await
}
