//! Connecting, refreshing, disconnecting.

use super::store;
use crate::db::Db;
use crate::error::Result;
use std::collections::BTreeMap;

/// How many connections there are, by platform and health. Names no agency.
///
/// # Errors
/// When the database does not answer.
pub async fn health_by_platform(db: &Db) -> Result<BTreeMap<String, BTreeMap<String, i64>>> {
    let mut tx = db.begin_system("count connections by health").await?;
    let mut counts: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for row in store::count_by_health(&mut tx).await? {
        counts.entry(row.platform).or_default().insert(row.health, row.connections);
    }
    Ok(counts)
}
