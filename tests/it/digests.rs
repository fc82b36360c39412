//! Mail about alerts: as each member chose, every alert once at most, whatever happens in between.

use crate::app::{Browser, Setup, TestApp, owner_agency};
use chrono::Duration;
use creatorcrm::alerts::{self, Evidence};
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::StoppedClock;
use creatorcrm::ids::{AgencyId, ConnectionId};
use std::sync::Arc;

struct World {
    app: TestApp,
    clock: StoppedClock,
    anna: Browser,
    agency: AgencyId,
}

/// An app whose clock stands at 6 in the morning of a Wednesday, and that works through no jobs.
async fn world() -> World {
    let clock = StoppedClock::at("2026-11-25T06:00:00Z".parse().unwrap());
    let setup = Setup { clock: Arc::new(clock.clone()), works: false, ..Setup::default() };
    let app = TestApp::set_up(setup).await;
    let anna = app.owner("anna").await;
    let agency = owner_agency(&app, "anna").await;
    World { app, clock, anna, agency }
}

impl World {
    async fn choose(&mut self, rhythm: &str, hour: &str) {
        let chosen = [("rhythm", rhythm), ("hour", hour)];
        let page = self.anna.submit("/settings/notifications", &chosen).await;
        assert!(page.text.contains("Saved."), "{}", page.text);
    }

    async fn raise(&self, cause: &str) {
        let evidence = Evidence::RollupsDiffer { differences: 1, example: cause.to_owned() };
        self.raise_with(cause, &evidence).await;
    }

    async fn raise_with(&self, cause: &str, evidence: &Evidence) {
        let scope = SystemScope::for_agency(self.agency, "test");
        let mut tx = self.app.db.begin(&scope).await.unwrap();
        alerts::raise(&mut tx, cause, None, evidence).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn send_due(&self) -> usize {
        let app = &self.app.app;
        alerts::send_due_digests(&app.db, &app.vault, &app.public_url).await.unwrap()
    }

    async fn mail_at_once(&self) {
        let app = &self.app.app;
        alerts::mail_at_once(&app.db, &app.vault, &app.public_url, self.agency).await.unwrap();
    }

    /// The subjects of all mails about alerts, in order.
    async fn mails(&self) -> Vec<String> {
        let mut tx = self.app.db.begin_system("test").await.unwrap();
        let statement = "select subject from mails where subject like 'North Studio:%' and recipient = 'anna@example.com' order by created_at, id";
        sqlx::query_scalar(statement).fetch_all(tx.conn()).await.unwrap()
    }

    async fn run(&self, statement: &'static str) {
        let mut db = <sqlx::PgConnection as sqlx::Connection>::connect(&self.app.database_url).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut db).await.unwrap();
    }
}

const ONE: &str = "North Studio: The agency: kept sums differ from a recount";

#[tokio::test]
async fn nobody_is_mailed_who_did_not_choose_so() {
    let mut world = world().await;
    world.raise("one").await;
    world.mail_at_once().await;
    world.clock.advance(Duration::days(8));
    assert_eq!(world.send_due().await, 0);
    world.choose("off", "8").await;
    world.raise("two").await;
    world.mail_at_once().await;
    assert_eq!(world.mails().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_daily_digest_comes_once_a_day_and_only_with_something_new() {
    let mut world = world().await;
    world.raise("before she chose").await;
    world.clock.advance(Duration::minutes(1));
    world.choose("daily", "8").await;
    world.raise("one").await;
    assert_eq!(world.send_due().await, 0, "it is not eight yet");
    world.clock.advance(Duration::hours(2));
    assert_eq!(world.send_due().await, 1);
    world.raise("two").await;
    world.clock.advance(Duration::hours(6));
    assert_eq!(world.send_due().await, 0, "today's is sent");
    world.clock.advance(Duration::days(1));
    world.raise("three").await;
    assert_eq!(world.send_due().await, 1);
    world.clock.advance(Duration::days(1));
    assert_eq!(world.send_due().await, 0, "nothing new, no mail");
    assert_eq!(world.mails().await, [ONE, "North Studio: 2 alerts"]);
}

#[tokio::test]
async fn a_weekly_digest_comes_on_monday() {
    let mut world = world().await;
    world.choose("weekly", "8").await;
    world.send_due().await;
    world.raise("one").await;
    world.clock.advance(Duration::days(4));
    assert_eq!(world.send_due().await, 0, "it is Sunday");
    world.clock.advance(Duration::hours(26));
    assert_eq!((world.send_due().await, world.send_due().await), (1, 0));
    assert_eq!(world.mails().await, [ONE]);
}

#[tokio::test]
async fn of_processes_that_send_at_once_one_does() {
    let mut world = world().await;
    world.choose("daily", "6").await;
    world.raise("one").await;
    let sent = futures::future::join_all((0..4).map(|_| world.send_due())).await;
    assert_eq!(sent.iter().sum::<usize>(), 1);
    world.choose("at_once", "6").await;
    world.raise("two").await;
    futures::future::join_all((0..4).map(|_| world.mail_at_once())).await;
    assert_eq!(world.mails().await, [ONE, ONE]);
}

#[tokio::test]
async fn who_dies_between_noting_and_sending_has_done_neither() {
    let mut world = world().await;
    world.choose("daily", "6").await;
    world.raise("one").await;
    world
        .run(
            "create function die() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
             create trigger die before insert on mails for each row execute function die()",
        )
        .await;
    let app = &world.app.app;
    assert_eq!(alerts::send_due_digests(&app.db, &app.vault, &app.public_url).await.unwrap(), 0);
    assert_eq!(world.mails().await, Vec::<String>::new());
    world.run("drop trigger die on mails").await;
    assert_eq!((world.send_due().await, world.send_due().await), (1, 0));
    assert_eq!(world.mails().await, [ONE]);
}

#[tokio::test]
async fn at_once_leaves_out_what_is_over_and_what_owners_are_told_of_otherwise() {
    let mut world = world().await;
    world.choose("at_once", "8").await;
    world.raise("over").await;
    world.run("update alerts set ended_at = raised_at").await;
    let broken = Evidence::ConnectionBroken {
        connection: ConnectionId(uuid::Uuid::nil()),
        platform: "Fanvue".to_owned(),
        names: "Mia".to_owned(),
    };
    world.raise_with("broken", &broken).await;
    world.mail_at_once().await;
    assert_eq!(world.mails().await, Vec::<String>::new());
    world.run("update members set role = 'manager'; delete from alert_mails").await;
    world.mail_at_once().await;
    world.mail_at_once().await;
    assert_eq!(world.mails().await, ["North Studio: Reconnect Mia on Fanvue"]);
}

#[tokio::test]
async fn who_left_or_is_something_else_now_is_mailed_no_more() {
    let mut world = world().await;
    world.choose("daily", "6").await;
    world.raise("one").await;
    world.run("update members set role = 'chatter'").await;
    assert_eq!(world.send_due().await, 0);
    world.run("update members set role = 'owner', removed_at = now()").await;
    assert_eq!(world.send_due().await, 0);
    world.run("update members set removed_at = null; update agencies set deleted_at = now()").await;
    assert_eq!(world.send_due().await, 0);
}

#[tokio::test]
async fn the_hour_is_the_agencys() {
    let mut world = world().await;
    world.run("update agencies set time_zone = 'Asia/Kolkata'").await;
    world.choose("daily", "12").await;
    world.raise("one").await;
    // 06:00 in UTC is 11:30 there.
    assert_eq!(world.send_due().await, 0);
    world.clock.advance(Duration::minutes(30));
    assert_eq!(world.send_due().await, 1);
}

#[tokio::test]
async fn a_rhythm_or_hour_that_there_is_not_is_refused() {
    let mut world = world().await;
    let page = world.anna.submit("/settings/notifications", &[("rhythm", "hourly"), ("hour", "8")]).await;
    assert!(page.text.contains("Choose one of these"), "{}", page.text);
    let page = world.anna.submit("/settings/notifications", &[("rhythm", "daily"), ("hour", "24")]).await;
    assert!(page.text.contains("Choose one of these"), "{}", page.text);
}
