//! Transactions whose callers go away.

use crate::app::{self, eventually};
use creatorcrm::clock::SystemClock;
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::time::Duration;

/// A browser may go away at any moment, also while a transaction begins. The connection must not go back to the pool inside
/// it: whoever came next would act in its role, or fail for ever.
#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_transaction_behind() {
    let (db, url) = app::database(Arc::new(SystemClock)).await;
    for _ in 0..20 {
        db.ping().await.unwrap();
        let mut given_up = 0;
        for micros in (0..600).step_by(20) {
            let begun = tokio::time::timeout(Duration::from_micros(micros), db.begin_system("test")).await;
            given_up += usize::from(begun.is_err());
        }
        assert!(given_up > 0, "none was given up");
    }
    let mut watcher = PgConnection::connect(&url).await.unwrap();
    eventually("no connection is inside a transaction", async || {
        let inside: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where datname = current_database() and state like 'idle in transaction%'",
        )
        .fetch_one(&mut watcher)
        .await
        .unwrap();
        inside == 0
    })
    .await;
}
