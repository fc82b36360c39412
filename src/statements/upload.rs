//! A file on its way: kept in pieces as it comes, so that its size costs no memory and no transaction waits for a slow line.

use super::policy::ImportStatements;
use super::store;
use super::types::Account;
use crate::accounts;
use crate::agencies::checked_currency;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Invalid, Result};
use crate::ids::{AccountId, StatementImportId};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The largest file.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The size of a piece.
const PART: usize = 256 * 1024;
/// Files that wait for somebody at a time.
const MAX_OPEN: i64 = 20;
/// The longest name of a platform.
const MAX_PLATFORM: usize = 40;

/// Where the rows of a file shall go.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// An account that statements are recorded into already; otherwise one is made of the rest.
    pub account: Option<AccountId>,
    /// What the new account is called.
    pub name: String,
    /// What its platform is called.
    pub platform: String,
    /// What it earns in.
    pub currency: String,
    /// What the file is called.
    pub file: String,
}

/// A file that is being received.
pub struct Upload {
    db: Db,
    id: StatementImportId,
    part: i32,
    waiting: Vec<u8>,
    bytes: usize,
    hash: Sha256,
}

impl Upload {
    /// Begins to receive a file.
    ///
    /// # Errors
    /// `Invalid` for what needs correcting, `NotFound` for an account that is not one of statements, `Conflict` when too many
    /// files wait already.
    pub async fn begin(db: &Db, scope: &Scope<ImportStatements>, new: &New) -> Result<Self> {
        let mut tx = db.begin(scope).await?;
        let account = match new.account {
            Some(id) => store::lookup_account(&mut tx, id).await?,
            None => checked(&mut tx, new)?,
        };
        if store::count_open(&mut tx).await? >= MAX_OPEN {
            let sentence =
                format!("{MAX_OPEN} files wait to be recorded. Record or discard one of them first.");
            return Err(Error::conflict(sentence));
        }
        let id = tx.new_id();
        let file: String = new.file.chars().filter(|letter| !letter.is_control()).take(120).collect();
        let known = new.account.is_some();
        store::add(&mut tx, id, &file, &account, known, scope.member().user_id()).await?;
        tx.commit().await?;
        Ok(Self { db: db.clone(), id, part: 0, waiting: Vec::new(), bytes: 0, hash: Sha256::new() })
    }

    /// Takes the next piece, of any size.
    ///
    /// # Errors
    /// `Invalid` when the file is too large.
    pub async fn take(&mut self, scope: &Scope<ImportStatements>, piece: &[u8]) -> Result<()> {
        self.bytes += piece.len();
        if self.bytes > MAX_BYTES {
            let sentence = format!("This file is larger than {} MB. Cut it in two.", MAX_BYTES / 1024 / 1024);
            return Err(Error::field("file", sentence));
        }
        self.hash.update(piece);
        self.waiting.extend_from_slice(piece);
        if self.waiting.len() >= PART { self.put_down(scope).await } else { Ok(()) }
    }

    async fn put_down(&mut self, scope: &Scope<ImportStatements>) -> Result<()> {
        let mut tx = self.db.begin(scope).await?;
        store::add_part(&mut tx, self.id, self.part, &self.waiting).await?;
        tx.commit().await?;
        self.part += 1;
        self.waiting.clear();
        Ok(())
    }

    /// Makes sure that something came.
    ///
    /// # Errors
    /// `Invalid` when the file is empty.
    pub fn ensure_something(&self) -> Result<()> {
        if self.bytes > 0 {
            Ok(())
        } else {
            Err(Error::field("file", "Choose a file that has something in it"))
        }
    }

    /// The whole file is here.
    ///
    /// # Errors
    /// `Forbidden` when the member may no more.
    pub async fn finish(mut self, scope: &Scope<ImportStatements>) -> Result<StatementImportId> {
        // It may have taken minutes.
        scope.ensure_current(&self.db).await?;
        self.put_down(scope).await?;
        let mut tx = self.db.begin(scope).await?;
        let bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        store::set_received(&mut tx, self.id, bytes, &self.hash.finalize()).await?;
        audit::record(
            &mut tx,
            Event::new("statements.uploaded").subject(self.id).detail(json!({ "bytes": bytes })),
        )
        .await?;
        tx.commit().await?;
        Ok(self.id)
    }

    /// Forgets what came of a file that does not come whole.
    ///
    /// # Errors
    /// When the database refuses; the nightly sweep forgets it then.
    pub async fn give_up(self, scope: &Scope<ImportStatements>) -> Result<()> {
        let mut tx = self.db.begin(scope).await?;
        store::remove(&mut tx, self.id).await?;
        tx.commit().await
    }
}

/// The account that is made when the rows are recorded.
fn checked(tx: &mut AgencyTx, new: &New) -> Result<Account> {
    let mut invalid = Invalid::default();
    let name = invalid.take("name", accounts::checked_name(&new.name));
    let platform = match new.platform.trim() {
        "" => Err("Say what the platform is called"),
        text if text.chars().count() > MAX_PLATFORM => Err("At most 40 characters fit here"),
        text => Ok(text.to_owned()),
    };
    let platform = invalid.take("platform", platform);
    let currency = invalid.take("currency", checked_currency(&new.currency));
    invalid.check()?;
    Ok(Account {
        id: tx.new_id(),
        name: name.unwrap_or_default(),
        platform: platform.unwrap_or_default(),
        currency: currency.unwrap_or_default().parse().map_err(anyhow::Error::from)?,
    })
}
