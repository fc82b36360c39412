//! A file on its way: kept in pieces as it comes, so that its size costs no memory and no transaction waits for a slow line.

use super::currencies;
use super::policy::ImportStatements;
use super::seat::Seat;
use super::sheet::{MAX_LINE, Sheet};
use super::store;
use super::types::Account;
use crate::accounts;
use crate::agencies::checked_currency;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Invalid, Result};
use crate::ids::{AccountId, StatementImportId};
use crate::money::Currency;
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// The largest file.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The size of a piece.
const PART: usize = 256 * 1024;
/// Files that wait for somebody at a time.
const MAX_OPEN: i64 = 20;
/// What takes longer to come does not come any more.
pub(super) const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(15);
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
    begun: Instant,
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
        let id = tx.new_id();
        let file: String = new.file.chars().filter(|letter| !letter.is_control()).take(120).collect();
        let known = new.account.is_some();
        store::add(&mut tx, id, &file, &account, known, scope.member().user_id()).await?;
        // The agency's row is locked last, as every commit does.
        store::lock_agency(&mut tx).await?;
        let since = tx.now() - ON_ITS_WAY;
        if store::count_open(&mut tx, since).await? > MAX_OPEN {
            let sentence =
                format!("{MAX_OPEN} files wait to be recorded. Record or discard one of them first.");
            return Err(Error::conflict(sentence));
        }
        tx.commit().await?;
        Ok(Self {
            db: db.clone(),
            id,
            begun: Instant::now(),
            part: 0,
            waiting: Vec::new(),
            bytes: 0,
            hash: Sha256::new(),
        })
    }

    /// Takes the next piece, of any size.
    ///
    /// # Errors
    /// `Invalid` when the file is too large, or takes too long.
    pub async fn take(&mut self, scope: &Scope<ImportStatements>, piece: &[u8]) -> Result<()> {
        self.bytes += piece.len();
        if self.bytes > MAX_BYTES {
            return Err(too_large());
        }
        if TimeDelta::from_std(self.begun.elapsed()).is_ok_and(|took| took > ON_ITS_WAY) {
            return Err(Error::field("file", "The file took too long to arrive. Choose it again."));
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
    /// `Forbidden` when the member may no more, `Invalid` when a line does not end; then nothing of the file is kept.
    pub async fn finish(mut self, scope: &Scope<ImportStatements>) -> Result<StatementImportId> {
        // It may have taken minutes.
        scope.ensure_current(&self.db).await?;
        self.put_down(scope).await?;
        if self.has_long_line(scope).await? {
            let sentence = format!(
                "A line of this file is longer than {} KB, so it is no table. Is a quotation mark missing?",
                MAX_LINE / 1024
            );
            self.give_up(scope).await?;
            return Err(Error::field("file", sentence));
        }
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

    async fn has_long_line(&self, scope: &Scope<ImportStatements>) -> Result<bool> {
        let seat = Seat::take().await?;
        let mut tx = self.db.begin(scope).await?;
        let file = store::lookup_file(&mut tx, self.id).await?;
        drop(tx);
        seat.read(move || Sheet::of(&file).has_long_line()).await
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

/// What is said of a file larger than [`MAX_BYTES`].
pub(super) fn too_large() -> Error {
    let sentence = format!("This file is larger than {} MB. Cut it in two.", MAX_BYTES / 1024 / 1024);
    Error::field("file", sentence)
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
    let currency = checked_currency(&new.currency)
        .and_then(|code| currencies::currency(&code).ok_or("Choose a currency that there is, such as USD"));
    let currency = invalid.take("currency", currency);
    invalid.check()?;
    Ok(Account {
        id: tx.new_id(),
        name: name.unwrap_or_default(),
        platform: platform.unwrap_or_default(),
        currency: currency.unwrap_or(Currency::USD),
    })
}
