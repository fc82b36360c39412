//! Transactions whose callers go away.

use crate::app::{self, eventually};
use creatorcrm::clock::SystemClock;
use sqlx::{Connection, PgConnection};
use std::sync::Arc;

/// A browser may go away at any moment, also while a transaction begins. The connection must not go back to the pool inside
/// it: whoever came next would act in its role, or fail for ever.
#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_transaction_behind() {
    let (db, url) = app::database(Arc::new(SystemClock)).await;
    let mut given_up = 0;
    for patience in (1..40).cycle().take(400) {
        let mut begun = std::pin::pin!(db.begin_system("test"));
        let mut ready = false;
        for _ in 0..patience {
            ready = ready || futures::poll!(begun.as_mut()).is_ready();
            if !ready {
                tokio::task::yield_now().await;
            }
        }
        given_up += usize::from(!ready);
    }
    assert!(given_up >= 10, "{given_up} were given up");
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
