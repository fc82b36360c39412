//! Writing mail.

use super::jobs::SendMail;
use super::store;
use crate::db::{AgencyTx, SystemTx};
use crate::error::Result;
use crate::jobs::{self, How};
use crate::vault::{Place, SealedToken, Vault};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::PgConnection;
use uuid::Uuid;

/// One mail, as plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The address, checked before.
    pub to: String,
    /// The subject; never holds a secret.
    pub subject: String,
    /// The text; may hold a single-use link, so it is sealed at rest and cleared once sent.
    pub body: String,
}

/// Sends `mail` if and only if the transaction commits.
///
/// One process at a time sends it. Only a crash between the mail server's yes and our note of it sends the mail again (with
/// the same Message-ID): SMTP cannot be asked what arrived, and the other way round it could be lost.
///
/// # Errors
/// When the database refuses.
pub async fn send(tx: &mut SystemTx, vault: &Vault, mail: Mail) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now());
    add(tx.conn(), vault, id, now, mail).await
}

/// The same, from an agency's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn send_in_agency(tx: &mut AgencyTx, vault: &Vault, mail: Mail) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now());
    add(tx.conn(), vault, id, now, mail).await
}

async fn add(conn: &mut PgConnection, vault: &Vault, id: Uuid, now: DateTime<Utc>, mail: Mail) -> Result<()> {
    let row = id.to_string();
    let body = vault.seal(place(&row), &SecretString::from(mail.body))?;
    store::add(conn, id, now, &mail.to, &mail.subject, &body).await?;
    jobs::enqueue(conn, &SendMail { id }, How::default()).await
}

/// A mail as it was stored, with its text where that is still kept.
pub(super) fn open(vault: &Vault, row: &store::Row) -> Result<Option<String>> {
    use secrecy::ExposeSecret;
    let id = row.id.to_string();
    let opened = row.body.as_ref().map(|sealed: &SealedToken| vault.open(place(&id), sealed)).transpose()?;
    Ok(opened.map(|body| body.expose_secret().to_owned()))
}

fn place(row: &str) -> Place<'_> {
    Place { agency: Uuid::nil(), table: "mails", row, column: "body" }
}
