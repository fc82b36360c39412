//! The audit chain: whole as long as nobody tampers, and the row where it breaks is named.

use crate::app::database;
use crate::earnings::new_agency;
use chrono::{DateTime, TimeDelta, Utc};
use creatorcrm::audit::{Broken, Chain, Event, Why, prune, record, record_view, verify, verify_all};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::{Clock, StoppedClock, SystemClock};
use creatorcrm::db::{Actor, Db};
use creatorcrm::ids::{AgencyId, UserId};
use creatorcrm::random::{Random, SeededRandom};
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
    for (statement, row, why) in [
        ("update audit set detail = '{\"by\": \"nobody\"}' where seq = 3", 3, Why::Changed),
        ("delete from audit where seq = 2", 2, Why::Missing),
        ("delete from audit where seq = 5", 5, Why::Missing),
        ("update audit_heads set seq = 4; delete from audit where seq = 5", 4, Why::CutOff),
    ] {
        let (db, url) = database(Arc::new(SystemClock)).await;
        let agency = new_agency(&db).await;
        add(&db, agency, 5).await;
        assert_eq!(verify_all(&db).await.unwrap(), []);
        tamper(&url, statement).await;
        let broken = verify_all(&db).await.unwrap();
        assert!(
            matches!(broken.as_slice(), [it] if it.row == row && it.why == why && it.agency == agency && it.at.is_some()),
            "{statement}: {broken:?}"
        );
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
    assert_eq!(creatorcrm::audit::verify(&db, &scope).await.unwrap().map(|whole| whole.changes), Ok(40));
}

/// As the page of a person records a view: the actor is a member.
fn member(agency: AgencyId, user: u128) -> SystemScope {
    let actor = Actor {
        kind: "member".to_owned(),
        user_id: Some(UserId(uuid::Uuid::from_u128(user))),
        ip: Some([203, 0, 113, 7].into()),
        request_id: None,
    };
    SystemScope::caused_by(agency, actor)
}

fn set(clock: &StoppedClock, to: DateTime<Utc>) {
    clock.advance(to - clock.now());
}

async fn see(db: &Db, agency: AgencyId, user: u128, subject: &str) {
    let mut tx = db.begin(&member(agency, user)).await.unwrap();
    record_view(&mut tx, Event::new("creators.viewed").subject(subject)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn whole(db: &Db, agency: AgencyId) -> Result<(i64, i64), Broken> {
    let found = verify(db, &SystemScope::for_agency(agency, "test")).await.unwrap();
    found.map(|whole| (whole.changes, whole.views))
}

#[tokio::test]
async fn a_view_is_kept_once_an_hour_per_person_and_subject() {
    let clock = StoppedClock::at(Utc::now());
    let (db, _) = database(Arc::new(clock.clone())).await;
    let agency = new_agency(&db).await;
    for _ in 0..3 {
        see(&db, agency, 1, "mia").await;
    }
    assert_eq!(whole(&db, agency).await, Ok((0, 1)));
    see(&db, agency, 2, "mia").await;
    see(&db, agency, 1, "nora").await;
    assert_eq!(whole(&db, agency).await, Ok((0, 3)));
    clock.advance(TimeDelta::minutes(59));
    see(&db, agency, 1, "mia").await;
    assert_eq!(whole(&db, agency).await, Ok((0, 3)));
    clock.advance(TimeDelta::minutes(2));
    see(&db, agency, 1, "mia").await;
    assert_eq!(whole(&db, agency).await, Ok((0, 4)));
}

#[tokio::test]
async fn views_leave_when_they_are_old_enough_and_the_rest_stays_whole() {
    let now = Utc::now();
    let clock = StoppedClock::at(now - TimeDelta::days(400));
    let (db, _) = database(Arc::new(clock.clone())).await;
    let agency = new_agency(&db).await;
    for days in [0, 20, 40] {
        set(&clock, now - TimeDelta::days(400 - days));
        see(&db, agency, 1, "mia").await;
        add(&db, agency, 1).await;
    }
    set(&clock, now);
    see(&db, agency, 1, "mia").await;
    assert_eq!(prune(&db, agency).await.unwrap(), 2, "two are older than a year");
    // Three changes, and the record of the pruning.
    assert_eq!(whole(&db, agency).await, Ok((4, 2)));
    assert_eq!(prune(&db, agency).await.unwrap(), 0);
    see(&db, agency, 1, "nora").await;
    assert_eq!(whole(&db, agency).await, Ok((4, 3)));
    set(&clock, now + TimeDelta::days(1000));
    assert_eq!(prune(&db, agency).await.unwrap(), 0, "the database's clock knows better");
}

#[tokio::test]
async fn nobody_removes_views_otherwise() {
    let now = Utc::now();
    let clock = StoppedClock::at(now - TimeDelta::days(500));
    let (db, url) = database(Arc::new(clock.clone())).await;
    let agency = new_agency(&db).await;
    for subject in ["a", "b", "c"] {
        see(&db, agency, 1, subject).await;
    }
    set(&clock, now - TimeDelta::days(100));
    see(&db, agency, 1, "d").await;
    let mut owner = PgConnection::connect(&url).await.unwrap();
    for statement in [
        "update audit_views set event = 'x'",
        "truncate audit_views",
        // Not from the beginning, with a gap, too young.
        "delete from audit_views where seq = 2",
        "delete from audit_views where seq in (1, 3)",
        "delete from audit_views",
    ] {
        let mut tx = db.begin_system("test").await.unwrap();
        assert!(sqlx::raw_sql(statement).execute(tx.conn()).await.is_err(), "{statement}");
        assert!(sqlx::raw_sql(statement).execute(&mut owner).await.is_err(), "{statement} as the owner");
    }
    let mut tx = db.begin(&member(agency, 1)).await.unwrap();
    let statement = "delete from audit_views where seq = 1";
    assert!(sqlx::raw_sql(statement).execute(tx.conn()).await.is_err(), "an agency removes none at all");
    drop(tx);
    // What may leave leaves; without the record of it the chain is broken.
    sqlx::raw_sql(statement).execute(&mut owner).await.unwrap();
    let broken = whole(&db, agency).await.unwrap_err();
    assert_eq!((broken.chain, broken.row, broken.why), (Chain::Views, 1, Why::Unrecorded));
}

/// What somebody with the database in hands may do to a chain, at row `seq`.
const TAMPERINGS: [&str; 8] = [
    "update {t} set at = at + interval '1 second' where seq = {n}",
    "update {t} set subject = 'somebody else' where seq = {n}",
    "update {t} set user_id = null, actor = 'system: x' where seq = {n}",
    "delete from {t} where seq = {n}",
    "insert into {t} select agency_id, seq + 1000, at, actor, user_id, event, subject, detail, ip, request_id, prev_hash, hash from {t} where seq = {n}; update {h} set seq = seq + 1000 where seq < 1000",
    "update {t} set prev_hash = '\\x00' where seq = {n}",
    "update {h} set seq = seq - 1 where seq > 0; delete from {t} where seq > (select seq from {h})",
    "update audit_view_heads set pruned_seq = pruned_seq + 1, pruned_hash = (select hash from audit_views where seq = pruned_seq + 1); delete from audit_views where seq <= (select pruned_seq from audit_view_heads)",
];

#[tokio::test]
async fn whatever_is_tampered_with_after_pruning_shows() {
    let now = Utc::now();
    let random: Arc<dyn Random> = Arc::new(SeededRandom::new(7));
    for round in 0..24_usize {
        let clock = StoppedClock::at(now - TimeDelta::days(500));
        let (db, url) = database(Arc::new(clock.clone())).await;
        let agency = new_agency(&db).await;
        let [old, young, changes, choice] = random.bytes::<4>();
        let (old, young, changes) =
            (i64::from(old % 6), i64::from(young % 5) + 2, i64::from(changes % 5) + 2);
        for subject in 0..old {
            see(&db, agency, 1, &format!("old {subject}")).await;
        }
        set(&clock, now - TimeDelta::days(2));
        for subject in 0..young {
            see(&db, agency, 2, &format!("young {subject}")).await;
        }
        for _ in 0..changes {
            add(&db, agency, 1).await;
        }
        set(&clock, now);
        assert_eq!(prune(&db, agency).await.unwrap(), old);
        let recorded = i64::from(old > 0);
        assert_eq!(whole(&db, agency).await, Ok((changes + recorded, young)), "round {round}");

        let tampering = TAMPERINGS[round % TAMPERINGS.len()];
        let (table, heads, row) = if tampering.contains("pruned_seq") || choice % 2 == 0 {
            ("audit_views", "audit_view_heads", old + 1 + i64::from(choice) % young)
        } else {
            ("audit", "audit_heads", 1 + i64::from(choice) % changes)
        };
        let statement =
            tampering.replace("{t}", table).replace("{h}", heads).replace("{n}", &row.to_string());
        let mut owner = PgConnection::connect(&url).await.unwrap();
        let free = "alter table audit disable trigger all; alter table audit_views disable trigger all";
        sqlx::raw_sql(free).execute(&mut owner).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.clone())).execute(&mut owner).await.unwrap();
        assert!(
            whole(&db, agency).await.is_err(),
            "round {round}, {old} old, {young} young, {changes} changes: {statement}"
        );
    }
}
