//! Sealing again what an earlier key sealed: the tokens of connections and the verifiers of attempts.

use super::{store, tokens};
use crate::db::Db;
use crate::error::Result;
use crate::rotation::{BATCH, Resealed};
use crate::vault::{SealedToken, Vault};

/// Seals everything of connections again that an earlier key sealed; `progress` hears of each batch.
///
/// # Errors
/// When the database does not answer; the batches before that are kept.
pub async fn reseal(db: &Db, vault: &Vault, progress: &mut dyn FnMut(&str, &Resealed)) -> Result<Resealed> {
    let mut all = tokens_again(db, vault, progress).await?;
    all.add(&verifiers_again(db, vault, progress).await?);
    Ok(all)
}

/// A batch holds the locks of its rows, so a refresh in progress is waited for and none begins meanwhile.
async fn tokens_again(db: &Db, vault: &Vault, progress: &mut dyn FnMut(&str, &Resealed)) -> Result<Resealed> {
    let (mut done, mut after) = (Resealed::default(), None);
    loop {
        let mut tx = db.begin_system("seal tokens with the current key").await?;
        let rows = store::lock_stale_tokens(&mut tx, vault.key_id(), after, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = Some((last.agency, last.id));
        for row in &rows {
            let id = row.id.to_string();
            let again = |column, sealed: &Option<SealedToken>| {
                sealed.as_ref().map(|it| vault.reseal(tokens::place(row.agency, &id, column), it)).transpose()
            };
            let both = again("access_token", &row.access_token)
                .and_then(|access| Ok((access, again("refresh_token", &row.refresh_token)?)));
            match both {
                Ok((access, refresh)) => {
                    store::set_sealed_tokens(&mut tx, row.agency, row.id, access, refresh).await?;
                    done.sealed += 1;
                }
                Err(error) => {
                    tracing::warn!(connection = %row.id, %error, "the tokens of a connection do not open");
                    done.unreadable += 1;
                }
            }
        }
        tx.commit().await?;
        progress("connections", &done);
    }
}

async fn verifiers_again(
    db: &Db,
    vault: &Vault,
    progress: &mut dyn FnMut(&str, &Resealed),
) -> Result<Resealed> {
    let (mut done, mut after) = (Resealed::default(), None);
    loop {
        let mut tx = db.begin_system("seal verifiers with the current key").await?;
        let rows = store::lock_stale_verifiers(&mut tx, vault.key_id(), after, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(done) };
        after = Some((last.agency, last.state_hash.clone()));
        for row in &rows {
            match tokens::reseal_verifier(vault, row.agency, &row.state_hash, &row.verifier) {
                Ok(again) => {
                    store::set_sealed_verifier(&mut tx, row.agency, &row.state_hash, &again).await?;
                    done.sealed += 1;
                }
                Err(_) => done.unreadable += 1,
            }
        }
        tx.commit().await?;
        progress("consents under way", &done);
    }
}
