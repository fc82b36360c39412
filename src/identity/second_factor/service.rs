//! Setting up and removing factors, and recovery codes.

use super::app_code::Seed;
use super::letters::{self, Change};
use super::store::{self, Person};
use super::types::{CODES, Overview, Typed, code_hash, recovery_code};
use crate::audit::Event;
use crate::auth::{Fresh, Scope};
use crate::db::{Db, SystemTx};
use crate::error::{Error, Result};
use crate::identity::policy::ManageOwnSecondFactor;
use crate::identity::reception::Reception;
use crate::identity::records::record_everywhere;
use crate::identity::store as people;
use crate::ids::UserId;
use crate::mail;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// Who looks after their own factors, with the proof that they may right now.
pub(super) type Own = Fresh<ManageOwnSecondFactor>;

/// A seed that nobody confirmed is forgotten after so long.
const PENDING: TimeDelta = TimeDelta::hours(1);

/// How the person's second step stands.
pub(in crate::identity) async fn overview(db: &Db, scope: &Scope<ManageOwnSecondFactor>) -> Result<Overview> {
    let user = scope.member().user_id();
    let mut tx = db.begin_system("show a person's second factors").await?;
    let app_since = store::lookup_seed(&mut tx, user).await?.and_then(|row| row.confirmed_at);
    let passkeys = store::list_passkeys(&mut tx, user).await?;
    Ok(Overview { app_since, passkeys, codes_left: store::count_codes(&mut tx, user).await? })
}

/// Whether the person has a factor, that is: whether a password alone is not enough.
pub(in crate::identity) async fn has_factor(db: &Db, user: UserId) -> Result<bool> {
    store::has_factor(&mut db.begin_system("look for a second factor").await?, user).await
}

/// Whether the person has a passkey.
pub(in crate::identity) async fn has_passkeys(db: &Db, user: UserId) -> Result<bool> {
    let mut tx = db.begin_system("look for a passkey").await?;
    Ok(!store::list_passkeys(&mut tx, user).await?.is_empty())
}

/// What an app needs to be set up: shown to its owner until the first code is typed.
pub(in crate::identity) struct Enrolment {
    /// The QR code, as SVG.
    pub qr: String,
    /// The key in words.
    pub key: String,
}

/// The app that waits for its first code, if there is one.
pub(in crate::identity) async fn enrolment(reception: &Reception, own: &Own) -> Result<Option<Enrolment>> {
    let mut tx = reception.db.begin_system("show the key for an app").await?;
    let Some(seed) = pending(reception, &mut tx, own.member().user_id()).await? else { return Ok(None) };
    Ok(Some(Enrolment { qr: seed.as_qr(own.member().email())?, key: seed.as_text() }))
}

async fn pending(reception: &Reception, tx: &mut SystemTx, user: UserId) -> Result<Option<Seed>> {
    let row = store::lookup_seed(tx, user).await?;
    let young = |at: DateTime<Utc>, now: DateTime<Utc>| now - at < PENDING;
    let now = tx.now();
    let row = row.filter(|row| row.confirmed_at.is_none() && young(row.created_at, now));
    row.map(|row| Seed::open(&reception.vault, user, &row.seed)).transpose()
}

/// Makes a key for an app. It protects nothing until [`confirm_app`].
///
/// # Errors
/// `Conflict` when there is an app already.
pub(super) async fn begin_app(reception: &Reception, own: &Own) -> Result<()> {
    let user = own.member().user_id();
    let seed = Seed::new(reception.db.random().as_ref()).seal(&reception.vault, user)?;
    let mut tx = reception.db.begin_system("make a key for an app").await?;
    if !store::set_seed(&mut tx, user, &seed).await? {
        return Err(Error::conflict("An app is set up already. Remove it first to set up another."));
    }
    tx.commit().await
}

/// Sets the app up whose first code is `typed`; the recovery codes, when it is the person's first factor. Their other devices
/// are signed out then: `session` is the one that goes on.
///
/// # Errors
/// `Invalid` for a code that does not fit; `Conflict` when no app waits.
pub(super) async fn confirm_app(
    reception: &Reception,
    own: &Own,
    session: Option<&[u8]>,
    typed: &str,
) -> Result<Option<Vec<SecretString>>> {
    let wrong =
        || Error::field("code", "This code does not fit. Type the six digits that the app shows now.");
    let user = own.member().user_id();
    let mut tx = reception.db.begin_system("set up an app").await?;
    let person = store::lock_person(&mut tx, user).await?;
    let Some(seed) = pending(reception, &mut tx, user).await? else {
        return Err(Error::conflict("This took too long, or the app is set up already. Begin again."));
    };
    let Some(Typed::App(code)) = Typed::parse(typed) else { return Err(wrong()) };
    let step = seed.step_of(&code, tx.now())?.ok_or_else(wrong)?;
    let step = i64::try_from(step).map_err(anyhow::Error::from)?;
    store::set_seed_confirmed(&mut tx, user, step).await?;
    let codes = first_codes(reception, &mut tx, &person, session).await?;
    finish(tx, reception, own, "identity.app_added", json!({}), Change::AppAdded).await?;
    Ok(codes)
}

/// With the first factor come recovery codes, and the end of every session that was begun without it.
pub(super) async fn first_codes(
    reception: &Reception,
    tx: &mut SystemTx,
    person: &Person,
    session: Option<&[u8]>,
) -> Result<Option<Vec<SecretString>>> {
    if person.since.is_some() {
        return Ok(None);
    }
    people::remove_sessions(tx, person.user, session).await?;
    replace_codes(reception, tx, person.user).await.map(Some)
}

async fn replace_codes(reception: &Reception, tx: &mut SystemTx, user: UserId) -> Result<Vec<SecretString>> {
    let codes: Vec<_> = (0..CODES).map(|_| recovery_code(reception.db.random().as_ref())).collect();
    let hashes: Vec<_> = codes.iter().map(|code| code_hash(user, code)).collect();
    store::remove_codes(tx, user).await?;
    store::add_codes(tx, user, &hashes).await?;
    Ok(codes)
}

/// Makes new recovery codes in place of those before.
///
/// # Errors
/// `Conflict` when there is no factor for which they would stand in.
pub(super) async fn make_codes(reception: &Reception, own: &Own) -> Result<Vec<SecretString>> {
    let mut tx = reception.db.begin_system("make recovery codes").await?;
    let person = store::lock_person(&mut tx, own.member().user_id()).await?;
    if person.since.is_none() {
        return Err(Error::conflict("Set up an app or a passkey first."));
    }
    let codes = replace_codes(reception, &mut tx, person.user).await?;
    finish(tx, reception, own, "identity.recovery_codes_made", json!({}), Change::CodesMade).await?;
    Ok(codes)
}

/// Removes the app.
///
/// # Errors
/// `NotFound` when there is none.
pub(super) async fn remove_app(reception: &Reception, own: &Own) -> Result<()> {
    let mut tx = reception.db.begin_system("remove an app").await?;
    let person = store::lock_person(&mut tx, own.member().user_id()).await?;
    if !store::remove_seed(&mut tx, person.user).await? {
        return Err(Error::NotFound);
    }
    last_codes(&mut tx, &person).await?;
    finish(tx, reception, own, "identity.app_removed", json!({}), Change::AppRemoved).await
}

/// Recovery codes go with the last factor.
pub(super) async fn last_codes(tx: &mut SystemTx, person: &Person) -> Result<()> {
    if !store::has_factor(tx, person.user).await? {
        store::remove_codes(tx, person.user).await?;
    }
    Ok(())
}

/// Tells the person, puts it on record in all their agencies, and commits.
pub(super) async fn finish(
    mut tx: SystemTx,
    reception: &Reception,
    own: &Own,
    event: &'static str,
    detail: Value,
    change: Change<'_>,
) -> Result<()> {
    let (member, origin) = (own.member(), own.origin());
    let letter = letters::changed(reception, member.email(), origin, tx.now(), change);
    mail::send(&mut tx, &reception.vault, letter).await?;
    let user = member.user_id();
    let event = Event::new(event).subject(user).detail(detail);
    record_everywhere(tx, user, &origin.actor("member", Some(user)), event).await?.commit().await
}

/// One line each, as they are shown, copied and kept in a file.
pub(super) fn as_lines(codes: &[SecretString]) -> String {
    codes.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>().join("\n")
}

/// Forgets ceremonies that nobody ended.
pub(in crate::identity) async fn sweep(tx: &mut SystemTx) -> Result<u64> {
    let now = tx.now();
    store::remove_ceremonies_ended(tx, now).await
}
