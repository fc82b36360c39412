#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use sqlx::{Connection, PgConnection};

use super::*;

/// A directory that PostgreSQL's user can reach, removed at the end.
struct TempDir(PathBuf);

impl TempDir {
    fn new(name: &str) -> Self {
        let path = Path::new("/tmp").join(format!("creatorcrm-test-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

async fn start(dir: &TempDir) -> OwnPostgres {
    OwnPostgres::start_with(&dir.0, Settings::THROW_AWAY).await.unwrap()
}

async fn execute(postgres: &OwnPostgres, sql: &'static str) {
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
}

async fn count(postgres: &OwnPostgres) -> i64 {
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    sqlx::query_scalar("select count(*) from kept").fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn an_empty_directory_becomes_a_database_that_keeps_its_rows() {
    let dir = TempDir::new("keeps");
    // What an initdb that was killed leaves behind.
    let place = Place::prepare(&dir.0).unwrap();
    std::fs::create_dir(place.empty_unfinished_cluster().unwrap()).unwrap();

    let first = start(&dir).await;
    execute(&first, "create table kept as select 1").await;
    first.stop().await.unwrap();
    assert!(running(&place).await.is_none());

    let second = start(&dir).await;
    assert_eq!(count(&second).await, 1);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_guest_shares_the_server_and_leaves_it_running() {
    let dir = TempDir::new("guest");
    let owner = start(&dir).await;
    execute(&owner, "create table kept as select 1").await;
    let guest = start(&dir).await;
    assert_eq!(count(&guest).await, 1);
    guest.stop().await.unwrap();
    assert_eq!(count(&owner).await, 1);
    owner.stop().await.unwrap();
}

#[tokio::test]
async fn two_that_start_together_share_one_server() {
    let dir = TempDir::new("race");
    let (one, two) = tokio::join!(start(&dir), start(&dir));
    assert_eq!(one.url(), two.url());
    assert_eq!([&one, &two].iter().filter(|p| p.owned.is_some()).count(), 1);
    one.stop().await.unwrap();
    two.stop().await.unwrap();
    assert!(running(&Place::prepare(&dir.0).unwrap()).await.is_none());
}

#[tokio::test]
async fn a_server_whose_owner_was_killed_is_adopted_and_stopped() {
    let dir = TempDir::new("adopted");
    let mut killed = start(&dir).await;
    execute(&killed, "create table kept as select 1").await;
    // As after kill -9: the lock is free and nobody told the server to stop.
    let owned = killed.owned.take().unwrap();
    owned._lock.unlock().unwrap();

    let next = start(&dir).await;
    assert!(matches!(next.owned.as_ref().unwrap().server, Server::Adopted(_)));
    assert_eq!(count(&next).await, 1);
    next.stop().await.unwrap();
    std::mem::forget(owned);
}

#[tokio::test]
async fn a_killed_server_is_recovered_with_its_rows() {
    let dir = TempDir::new("recovered");
    let killed = OwnPostgres::start(&dir.0).await.unwrap();
    execute(&killed, "create table kept as select 1").await;
    kill(killed.owned.as_ref().unwrap().server.pid().unwrap(), Signal::SIGKILL).unwrap();
    drop(killed);

    let next = start(&dir).await;
    assert_eq!(count(&next).await, 1);
    next.stop().await.unwrap();
}

#[tokio::test]
async fn a_deep_directory_gets_a_short_socket() {
    let dir = TempDir::new("deep");
    let deep = dir.0.join("a-rather-long-name/".repeat(6));
    let postgres = OwnPostgres::start_with(&deep, Settings::THROW_AWAY).await.unwrap();
    assert!(postgres.socket_dir.starts_with("/tmp/"));
    assert!(postgres.socket_dir.as_os_str().len() < 40);
    execute(&postgres, "select 1").await;
    let socket_dir = postgres.socket_dir.clone();
    postgres.stop().await.unwrap();
    std::fs::remove_dir(socket_dir).unwrap();
}
