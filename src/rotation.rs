//! Rotating keys: everything that the previous key sealed is sealed again with the current one, in batches, while others serve.

use crate::connections;
use crate::db::Db;
use crate::error::Result;
use crate::mail;
use crate::vault::Vault;

/// How many values are sealed again in one transaction.
pub const BATCH: i64 = 100;

/// What was done with the sealed values of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values that an earlier key had sealed and the current one seals now.
    pub sealed: u64,
    /// Values that none of the keys in ENCRYPTION_KEY opens; they stay as they are.
    pub unreadable: u64,
}

impl Resealed {
    /// The next batch's figures, added.
    pub fn add(&mut self, batch: &Self) {
        self.sealed += batch.sealed;
        self.unreadable += batch.unreadable;
    }
}

/// Seals everything again that an earlier key sealed. It may be stopped at any moment and run again; `progress` hears of each
/// batch, by kind and how many of it so far.
///
/// # Errors
/// When the database does not answer; the batches before that are kept.
pub async fn rotate(db: &Db, vault: &Vault, progress: &mut dyn FnMut(&str, &Resealed)) -> Result<Resealed> {
    let mut all = Resealed::default();
    all.add(&connections::reseal(db, vault, progress).await?);
    all.add(&mail::reseal(db, vault, progress).await?);
    Ok(all)
}
