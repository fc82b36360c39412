//! The rollup check finds what was tampered with, and nothing else.

use crate::app::database;
use crate::earnings::{new_account, new_agency, record_now, tip};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::earnings::check_rollups;
use std::sync::Arc;

#[tokio::test]
async fn a_figure_that_was_tampered_with_is_named() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let account = new_account(&db, agency, "Mia Hart").await;
    record_now(&db, agency, account, &[tip("t1", "2026-02-27T10:00:00Z", 1000, "leo")]).await;
    assert_eq!(check_rollups(&db).await.unwrap(), []);

    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::raw_sql(
        "update earning_days set net = net + 1; delete from fan_days; update fans set last_paid_at = null",
    )
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let found = check_rollups(&db).await.unwrap();
    let named: Vec<_> = found.iter().map(|it| (it.rollup.as_str(), it.key.as_str())).collect();
    assert_eq!(
        named,
        [("earning_days", "2026-02-27 USD tip"), ("fan_days", "2026-02-27 USD leo"), ("fans", "leo")]
    );
    assert_eq!(found[0].agency, agency);
    assert_eq!(found[0].kept, "1000 gross, 801 net, 1 payments");
    assert_eq!(found[1].kept, "0 gross, 0 net, 0 payments");
}
