//! Rotating keys: whatever the previous key sealed opens with the new one alone afterwards.

use crate::app::database;
use crate::earnings::new_agency;
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::ids::AgencyId;
use creatorcrm::random::SystemRandom;
use creatorcrm::rotation::{BATCH, Outcome, Progress, SEALED, progress, prove, rotate};
use creatorcrm::vault::{Place, SealedToken, Vault};
use secrecy::ExposeSecret;
use std::sync::Arc;

const ROWS: i64 = BATCH * 2 + 30;

fn vault(keys: &str) -> Vault {
    Vault::new(&keys.into(), Arc::new(SystemRandom)).unwrap()
}

fn place<'a>(agency: AgencyId, table: &'a str, row: &'a str, column: &'a str) -> Place<'a> {
    Place { agency: agency.0, table, row, column }
}

/// Connections and one attempt, sealed by `vault`.
async fn fill(db: &Db, agency: AgencyId, vault: &Vault) {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    for number in 0..ROWS {
        let id: uuid::Uuid = tx.new_id();
        let text = id.to_string();
        let seal = |column| {
            vault.seal(place(agency, "connections", &text, column), &format!("{column} {id}").into())
        };
        sqlx::query(
            "insert into connections (agency_id, id, platform, platform_user_id, display_name, access_token, refresh_token,
               health, health_since, connected_at) values ($1, $2, 'fanvue', $3, 'Mia', $4, $5, 'connected', now(), now())",
        )
        .bind(agency)
        .bind(id)
        .bind(number.to_string())
        .bind(seal("access_token").unwrap())
        .bind(seal("refresh_token").unwrap())
        .execute(tx.conn())
        .await
        .unwrap();
    }
    let verifier =
        vault.seal(place(agency, "oauth_attempts", "2a", "verifier"), &"v".repeat(43).into()).unwrap();
    sqlx::query(
        "insert into oauth_attempts (agency_id, state_hash, platform, session_hash, verifier, created_at, expires_at)
         values ($1, '\\x2a', 'fanvue', '\\x00', $2, now(), now())",
    )
    .bind(agency)
    .bind(verifier)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// How many tokens `vault` opens in their places.
async fn opened(db: &Db, agency: AgencyId, vault: &Vault) -> usize {
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let rows: Vec<(uuid::Uuid, SealedToken, SealedToken)> =
        sqlx::query_as("select id, access_token, refresh_token from connections")
            .fetch_all(tx.conn())
            .await
            .unwrap();
    let good = rows.iter().flat_map(|(id, access, refresh)| {
        [("access_token", access), ("refresh_token", refresh)].map(|(column, sealed)| {
            let row = id.to_string();
            let open = vault.open(place(agency, "connections", &row, column), sealed);
            open.is_ok_and(|secret| secret.expose_secret() == format!("{column} {id}"))
        })
    });
    let verifier: SealedToken =
        sqlx::query_scalar("select verifier from oauth_attempts").fetch_one(tx.conn()).await.unwrap();
    let verifier = vault.open(place(agency, "oauth_attempts", "2a", "verifier"), &verifier).is_ok();
    good.filter(|good| *good).count() + usize::from(verifier)
}

#[tokio::test]
async fn after_rotating_the_previous_key_is_needed_no_more() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let (old, new) = ("ab".repeat(32), "cd".repeat(32));
    fill(&db, agency, &vault(&old)).await;
    let all = usize::try_from(ROWS).unwrap() * 2 + 1;
    let both = vault(&format!("{new},{old}"));

    // Stopped after the first batch: that batch is kept, and the next run goes on behind it.
    let stopped = tokio::sync::Notify::new();
    let mut stop = |_: &Progress| stopped.notify_one();
    tokio::select! {
        biased;
        () = stopped.notified() => {}
        _ = rotate(&db, &both, &mut stop) => panic!("it was to be stopped"),
    }
    assert_eq!(opened(&db, agency, &vault(&new)).await, usize::try_from(BATCH).unwrap());
    assert_eq!(opened(&db, agency, &both).await, all, "those who serve meanwhile open everything");

    let mut heard = Vec::new();
    let done =
        rotate(&db, &both, &mut |at| heard.push((at.column.clone(), at.sealed, at.total))).await.unwrap();
    assert_eq!(done, Outcome { sealed: ROWS * 2 + 1, left: 0 });
    assert_eq!(heard.first(), Some(&("connections.access_token".to_owned(), BATCH * 2, ROWS)));
    assert_eq!(heard.last(), Some(&("oauth_attempts.verifier".to_owned(), 1, 1)));
    assert_eq!(opened(&db, agency, &vault(&new)).await, all);
    assert_eq!(opened(&db, agency, &vault(&old)).await, 0);

    // A process that was not restarted seals with the old key once more: that is found, wherever it is.
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    let first: uuid::Uuid =
        sqlx::query_scalar("select min(id::text)::uuid from connections").fetch_one(tx.conn()).await.unwrap();
    let row = first.to_string();
    let late = vault(&old)
        .seal(place(agency, "connections", &row, "access_token"), &format!("access_token {row}").into());
    sqlx::query("update connections set access_token = $2 where id = $1")
        .bind(first)
        .bind(late.unwrap())
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    rotate(&db, &both, &mut |_| {}).await.unwrap();
    assert_eq!(opened(&db, agency, &vault(&new)).await, all);
}

#[tokio::test]
async fn two_who_rotate_together_do_the_work_once() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let (old, new) = ("ab".repeat(32), "cd".repeat(32));
    fill(&db, agency, &vault(&old)).await;
    let both = vault(&format!("{new},{old}"));
    let (mut one, mut other) = (|_: &Progress| {}, |_: &Progress| {});
    let done = tokio::join!(rotate(&db, &both, &mut one), rotate(&db, &both, &mut other));
    assert_eq!((done.0.unwrap().left, done.1.unwrap().left), (0, 0));
    let columns = progress(&db, both.key_id()).await.unwrap();
    assert_eq!(columns.iter().map(|at| at.sealed).sum::<i64>(), ROWS * 2 + 1);
    assert!(columns.iter().all(|at| at.finished_at.is_some()));
}

#[tokio::test]
async fn what_no_key_opens_is_counted_and_left_alone() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    fill(&db, agency, &vault(&"ab".repeat(32))).await;
    let stranger = vault(&format!("{},{}", "cd".repeat(32), "ef".repeat(32)));
    for _ in 0..2 {
        let done = rotate(&db, &stranger, &mut |_| {}).await.unwrap();
        assert_eq!(done, Outcome { sealed: 0, left: ROWS * 2 + 1 });
        let columns = progress(&db, stranger.key_id()).await.unwrap();
        assert_eq!(columns.iter().map(|at| at.unreadable).sum::<i64>(), ROWS * 2 + 1);
    }
    let all = usize::try_from(ROWS).unwrap() * 2 + 1;
    assert_eq!(opened(&db, agency, &vault(&"ab".repeat(32))).await, all);
}

/// The sentence with which a start with `keys` ends, or nothing when it goes on.
async fn refused(db: &Db, keys: &str) -> Option<String> {
    prove(db, &vault(keys)).await.err().map(|error| error.to_string())
}

#[tokio::test]
async fn a_start_with_the_wrong_key_says_which_one_is_missing() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let (old, new) = ("ab".repeat(32), "cd".repeat(32));
    let both = format!("{new},{old}");
    // The first start leaves a canary; two at once do no harm.
    let starts = tokio::join!(refused(&db, &old), refused(&db, &old));
    assert_eq!(starts, (None, None));
    let sentence = refused(&db, &new).await.unwrap();
    let name = |keys: &str| vault(keys).key_names();
    for part in ["ENCRYPTION_KEY", "NEW,OLD", "backup", &format!("lacks the key {}", name(&old)), &name(&new)]
    {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
    assert!(!sentence.contains(&new) && !sentence.contains(&old), "no key is told");
    // With both it starts; from then on the new one is needed too, since something may be sealed by it.
    assert_eq!(refused(&db, &both).await, None);
    assert!(refused(&db, &old).await.is_some());
    assert!(refused(&db, &new).await.is_some(), "the old one is not to go before everything is sealed again");
    assert_eq!(rotate(&db, &vault(&both), &mut |_| {}).await.unwrap().left, 0);
    assert_eq!(refused(&db, &new).await, None);
    assert!(refused(&db, &old).await.is_some());
}

#[tokio::test]
async fn a_key_that_only_looks_right_does_not_pass() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let right = vault(&"ab".repeat(32));
    assert_eq!(refused(&db, &"ab".repeat(32)).await, None);
    let mut tx = db.begin_system("test").await.unwrap();
    // What another key with the same first byte of its hash would have left.
    let other =
        right.seal(place(AgencyId(uuid::Uuid::nil()), "key_canaries", "x", "sealed"), &"x".into()).unwrap();
    sqlx::query("delete from key_canaries").execute(tx.conn()).await.unwrap();
    sqlx::query("insert into key_canaries values ($1, $2, now())")
        .bind(i16::from(right.key_id()))
        .bind(other)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let sentence = refused(&db, &"ab".repeat(32)).await.unwrap();
    assert!(sentence.contains("ENCRYPTION_KEY is not the key of this database"), "{sentence}");
}

#[tokio::test]
async fn a_database_from_before_there_were_canaries_is_judged_by_its_values() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    fill(&db, agency, &vault(&"ab".repeat(32))).await;
    assert!(refused(&db, &"cd".repeat(32)).await.is_some());
    assert_eq!(refused(&db, &"ab".repeat(32)).await, None);
}

/// What the program itself says, started with other keys on the test's database, and how it ends.
fn program(command: &str, database_url: &str, keys: &str) -> std::process::Command {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_creatorcrm"));
    program
        .arg(command)
        .env_clear()
        .env("DATABASE_URL", database_url)
        .env("ENCRYPTION_KEY", keys)
        .env("PORT", "0");
    program.stdin(std::process::Stdio::null());
    program
}

#[tokio::test]
async fn killed_in_the_middle_it_goes_on_where_it_was_and_the_program_says_when_the_old_key_may_go() {
    let (db, url) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let (old, new) = ("ab".repeat(32), "cd".repeat(32));
    fill(&db, agency, &vault(&old)).await;
    let both = format!("{new},{old}");
    let key = vault(&new).key_id();
    // Somebody holds a row in the middle, so that it is killed there and not before or after.
    let mut tx = db.begin(&SystemScope::for_agency(agency, "test")).await.unwrap();
    sqlx::query("select 1 from connections where id = (select id from connections order by id offset 150 limit 1) for update")
        .execute(tx.conn())
        .await
        .unwrap();
    let mut child = program("rotate-keys", &url, &both).stdout(std::process::Stdio::null()).spawn().unwrap();
    let sealed = async || progress(&db, key).await.unwrap().iter().map(|at| at.sealed).sum::<i64>();
    crate::platform_world::until("the first batch is kept", async || (sealed().await == BATCH).then_some(()))
        .await;
    child.kill().unwrap();
    child.wait().unwrap();
    drop(tx);
    assert_eq!(sealed().await, BATCH);

    let refused = program("worker", &url, &new).output().unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("ENCRYPTION_KEY lacks the key"), "{said}");

    let done = program("rotate-keys", &url, &both).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success() && said.contains(&format!("connections.access_token: {} of {ROWS}", BATCH * 2)),
        "{said}"
    );
    assert!(said.contains("the previous one may go"), "{said}");
    assert_eq!(opened(&db, agency, &vault(&new)).await, usize::try_from(ROWS).unwrap() * 2 + 1);
    assert_eq!(sealed().await, ROWS * 2 + 1, "nothing was done twice");
    assert_eq!(prove(&db, &vault(&new)).await.err().map(|error| error.to_string()), None);
}

#[tokio::test]
async fn who_serves_seals_again_by_itself() {
    let (db, url) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    let (old, new) = ("ab".repeat(32), "cd".repeat(32));
    fill(&db, agency, &vault(&old)).await;
    let both = format!("{new},{old}");
    let setup = crate::app::Setup {
        arguments: vec!["--encryption-key".to_owned(), both],
        database_url: Some(url),
        ..crate::app::Setup::default()
    };
    let _app = crate::app::TestApp::set_up(setup).await;
    let all = usize::try_from(ROWS).unwrap() * 2 + 1;
    let new = vault(&new);
    crate::platform_world::until("everything is sealed again", async || {
        (opened(&db, agency, &new).await == all).then_some(())
    })
    .await;
}

/// Columns of bytes that are no sealed values: hashes, whose names say so, the canaries, which each key has of its own, the
/// names of passkeys, which every browser tells, and files of figures that stand unsealed in other tables: statements until they
/// are recorded, and reports.
fn is_no_secret(table: &str, column: &str) -> bool {
    const OTHERS: [(&str, &str); 4] = [
        ("passkeys", "credential_id"),
        ("statement_imports", "fingerprint"),
        ("statement_parts", "bytes"),
        ("reports", "pdf"),
    ];
    column.ends_with("hash") || table == "key_canaries" || OTHERS.contains(&(table, column))
}

#[tokio::test]
async fn no_sealed_column_is_forgotten() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let mut tx = db.begin_system("test").await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
         where table_schema = 'public' and data_type = 'bytea'",
    )
    .fetch_all(tx.conn())
    .await
    .unwrap();
    for sealed in SEALED {
        let found = columns.iter().any(|(table, column)| table == sealed.table && column == sealed.column);
        assert!(found, "{} is registered and not there", sealed.name());
    }
    let forgotten: Vec<_> = columns
        .iter()
        .filter(|(table, column)| !is_no_secret(table, column))
        .filter(|(table, column)| !SEALED.iter().any(|it| it.table == table && it.column == column))
        .collect();
    assert!(forgotten.is_empty(), "add to src/rotation/sealed.rs, or say here why not: {forgotten:?}");
    // Whatever is sealed is named by a `Place`; those in cookies live for a minute.
    let places = crate::app::sources().into_iter().flat_map(|(file, text)| {
        let tables: Vec<_> = text
            .split("Place {")
            .skip(1)
            .filter_map(|it| {
                let inside = it.split_once("}")?.0;
                Some(inside.split_once("table: \"")?.1.split_once("\"")?.0.to_owned())
            })
            .collect();
        tables.into_iter().map(move |table| (file.clone(), table))
    });
    let known = |table: &str| {
        SEALED.iter().any(|it| it.table == table) || ["cookies", "key_canaries"].contains(&table)
    };
    let unknown: Vec<_> = places.filter(|(_, table)| !known(table)).collect();
    assert!(unknown.is_empty(), "sealed in a table that is not registered: {unknown:?}");
}
