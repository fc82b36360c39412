//! Proving at start that the keys at hand are those that seal this database, instead of failing at the first token later.

use super::sealed::SEALED;
use super::store;
use crate::db::{Db, SystemTx};
use crate::vault::{Place, Vault};
use anyhow::{Result, bail};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// What every canary says.
const WORDS: &str = "sealed by the right key";

/// A canary tells keys apart, not rows.
const PLACE: Place<'static> =
    Place { agency: Uuid::nil(), table: "key_canaries", row: "canary", column: "sealed" };

/// Opens the canary of every key that seals something here, and leaves one for each key at hand. Processes that start at the
/// same time take turns.
///
/// # Errors
/// A sentence for the operator: which key is missing, or that one is wrong, and what to do.
pub async fn prove(db: &Db, vault: &Vault) -> Result<()> {
    let mut tx = db.begin_system("prove the encryption keys").await?;
    store::lock_canaries(&mut tx).await?;
    let canaries = store::list_canaries(&mut tx).await?;
    for canary in &canaries {
        if !vault.holds(canary.key) {
            bail!(missing(canary.key, vault));
        }
        let opened = vault.open(PLACE, &canary.sealed);
        if !opened.is_ok_and(|text| text.expose_secret() == WORDS) {
            bail!(
                "ENCRYPTION_KEY is not the key of this database: the key {:02x} here does not open what the key {0:02x} sealed there. \
                 Set ENCRYPTION_KEY to the key that this database (or the backup it came from) was used with",
                canary.key
            );
        }
    }
    if canaries.is_empty() {
        prove_by_values(&mut tx, vault).await?;
    }
    for (key, sealed) in vault.seal_with_each(PLACE, &SecretString::from(WORDS))? {
        if canaries.iter().all(|canary| canary.key != key) {
            store::add_canary(&mut tx, key, &sealed).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

fn missing(key: u8, vault: &Vault) -> String {
    format!(
        "ENCRYPTION_KEY lacks the key {key:02x}, which sealed values of this database; it holds {}. If this is a backup that was \
         restored, set ENCRYPTION_KEY to the key of its time. If the key was changed, set ENCRYPTION_KEY=NEW,OLD with {key:02x} as \
         OLD, and run `creatorcrm rotate-keys` before OLD goes (docs/operations.md). A key's name here is the first byte of its SHA-256",
        vault.key_names()
    )
}

/// A database from before there were canaries: when none of its sealed values is by a key at hand, the keys are wrong.
async fn prove_by_values(tx: &mut SystemTx, vault: &Vault) -> Result<()> {
    let (mut known, mut unknown) = (0, None);
    for sealed in SEALED {
        for (key, count) in store::count_by_key(tx, sealed).await? {
            if vault.holds(key) {
                known += count;
            } else {
                tracing::warn!(
                    column = sealed.name(),
                    key = format!("{key:02x}"),
                    count,
                    "sealed by a key that is not at hand"
                );
                unknown = Some(key);
            }
        }
    }
    match unknown {
        Some(key) if known == 0 => bail!(missing(key, vault)),
        _ => Ok(()),
    }
}
