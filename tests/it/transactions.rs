//! Transactions whose callers go away.

use crate::app::{self, eventually};
use creatorcrm::clock::SystemClock;
use sqlx::{Connection, PgConnection};
use std::pin::pin;
use std::sync::Arc;

/// A browser may go away at any moment, also while a transaction begins. The connection must not go back to the pool inside
/// it: whoever came next would act in its role, or fail for ever.
#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_transaction_behind() {
    let (db, url) = app::database(Arc::new(SystemClock)).await;
    let mut given_up = 0;
    // How many of these answer in time depends on the machine: as many as it takes, within reason.
    for steps in (0..8).cycle().take(4000) {
        if given_up > 100 {
            break;
        }
        db.ping().await.unwrap();
        let mut begun = pin!(db.begin_system("test"));
        let mut there = futures::poll!(&mut begun).is_ready();
        for _ in 0..steps {
            if there {
                break;
            }
            tokio::task::yield_now().await;
            there = futures::poll!(&mut begun).is_ready();
        }
        given_up += i32::from(!there);
    }
    assert!(given_up > 100, "{given_up} were given up");
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
