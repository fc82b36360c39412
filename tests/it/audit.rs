//! The audit chain: whole as long as nobody tampers, and the row where it breaks is named.

use crate::app::database;
use crate::earnings::new_agency;
use creatorcrm::audit::{Broken, Event, record, verify_all};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::ids::AgencyId;
use sqlx::{Connection, PgConnection};
use std::sync::Arc;

async fn add(db: &Db, agency: AgencyId, events: usize) {
    for _ in 0..events {
        let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
        record(&mut tx, Event::new("tests.happened").subject(agency)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// As somebody who owns the database itself.
async fn tamper(url: &str, statement: &'static str) {
    let mut owner = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("alter table audit disable trigger all; alter table audit no force row level security")
        .execute(&mut owner)
        .await
        .unwrap();
    sqlx::raw_sql(statement).execute(&mut owner).await.unwrap();
}

#[tokio::test]
async fn a_row_that_was_changed_removed_or_cut_off_is_named() {
    for (statement, row) in [
        ("update audit set detail = '{\"by\": \"nobody\"}' where seq = 3", 3),
        ("delete from audit where seq = 2", 2),
        ("delete from audit where seq = 5", 5),
        ("update audit_heads set seq = 4; delete from audit where seq = 5", 4),
    ] {
        let (db, url) = database(Arc::new(SystemClock)).await;
        let agency = new_agency(&db).await;
        add(&db, agency, 5).await;
        assert_eq!(verify_all(&db).await.unwrap(), []);
        tamper(&url, statement).await;
        assert_eq!(verify_all(&db).await.unwrap(), [Broken { agency, row }], "{statement}");
    }
}

#[tokio::test]
async fn nobody_in_the_program_can_change_a_row() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    add(&db, agency, 1).await;
    for statement in ["update audit set event = 'x'", "delete from audit", "truncate audit"] {
        let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
        assert!(sqlx::raw_sql(statement).execute(tx.conn()).await.is_err(), "{statement}");
        drop(tx);
        let mut tx = db.begin_system("test").await.unwrap();
        assert!(sqlx::raw_sql(statement).execute(tx.conn()).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn writers_at_the_same_time_make_one_chain() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    futures::future::join_all((0..8).map(|_| add(&db, agency, 5))).await;
    assert_eq!(verify_all(&db).await.unwrap(), []);
    let scope = SystemScope::for_agency(agency, "test");
    assert_eq!(creatorcrm::audit::verify(&db, &scope).await.unwrap(), Ok(40));
}
