//! The reception: what the verbs of identity need beside who asks.

use super::Passwords;
use crate::db::Db;
use crate::vault::Vault;

/// The database, and what passwords and mail need.
#[derive(Clone)]
pub struct Reception {
    pub(super) db: Db,
    pub(super) vault: Vault,
    pub(super) passwords: Passwords,
    pub(super) public_url: String,
}

impl Reception {
    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// What seals mails.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Where links in mails lead.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// A reception whose mails lead to `public_url`.
    #[must_use]
    pub fn new(db: Db, vault: Vault, passwords: Passwords, public_url: String) -> Self {
        Self { db, vault, passwords, public_url }
    }
}
