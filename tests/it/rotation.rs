//! Rotating keys: whatever the previous key sealed opens with the new one alone afterwards.

use crate::app::database;
use crate::earnings::new_agency;
use creatorcrm::auth::SystemScope;
use creatorcrm::clock::SystemClock;
use creatorcrm::db::Db;
use creatorcrm::ids::AgencyId;
use creatorcrm::random::SystemRandom;
use creatorcrm::rotation::{BATCH, Resealed, rotate};
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

    // Stopped after the first batch: that batch is kept, and the rest is done by the next run.
    let stopped = tokio::sync::Notify::new();
    let mut stop = |_: &str, _: &Resealed| stopped.notify_one();
    tokio::select! {
        biased;
        () = stopped.notified() => {}
        _ = rotate(&db, &both, &mut stop) => panic!("it was to be stopped"),
    }
    assert_eq!(opened(&db, agency, &vault(&new)).await, usize::try_from(BATCH).unwrap() * 2);
    assert_eq!(opened(&db, agency, &both).await, all, "those who serve meanwhile open everything");

    let mut heard = Vec::new();
    let done =
        rotate(&db, &both, &mut |kind, done| heard.push((kind.to_owned(), done.sealed))).await.unwrap();
    let left = u64::try_from(ROWS - BATCH).unwrap();
    assert_eq!(done, Resealed { sealed: left + 1, unreadable: 0 });
    assert_eq!(heard.last(), Some(&("consents under way".to_owned(), 1)));
    assert_eq!(opened(&db, agency, &vault(&new)).await, all);
    assert_eq!(opened(&db, agency, &vault(&old)).await, 0);
    assert_eq!(rotate(&db, &both, &mut |_, _| {}).await.unwrap(), Resealed::default());
}

#[tokio::test]
async fn what_no_key_opens_is_counted_and_left_alone() {
    let (db, _) = database(Arc::new(SystemClock)).await;
    let agency = new_agency(&db).await;
    fill(&db, agency, &vault(&"ab".repeat(32))).await;
    let stranger = vault(&format!("{},{}", "cd".repeat(32), "ef".repeat(32)));
    let done = rotate(&db, &stranger, &mut |_, _| {}).await.unwrap();
    assert_eq!(done, Resealed { sealed: 0, unreadable: u64::try_from(ROWS).unwrap() + 1 });
    let all = usize::try_from(ROWS).unwrap() * 2 + 1;
    assert_eq!(opened(&db, agency, &vault(&"ab".repeat(32))).await, all);
}
