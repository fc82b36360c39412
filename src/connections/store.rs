//! The SQL of connections.

use crate::db::SystemTx;
use crate::error::Result;

/// How many connections of a platform are in one state of health.
pub(super) struct HealthCount {
    pub platform: String,
    pub health: String,
    pub connections: i64,
}

pub(super) async fn count_by_health(tx: &mut SystemTx) -> Result<Vec<HealthCount>> {
    let rows = sqlx::query_as!(
        HealthCount,
        r#"select platform, health, count(*) as "connections!" from connections group by platform, health"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
