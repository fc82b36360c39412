//! Links by which creators connect themselves: made by an owner, opened by whoever holds one, used once.

use super::departure::ensure_creator;
use super::policy::{ManageConnectLinks, ViewConnections};
use super::store;
use super::types::OpenLink;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::{AgencyId, ConnectLinkId, CreatorId, UserId};
use crate::platform::PlatformKind;
use crate::random::token_hash;
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// How long a link may be good for, in days.
pub const LIFETIMES: [i64; 4] = [1, 3, 7, 30];
const MAX_NOTE: usize = 100;

/// The link that an owner wants.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// Where the creator will connect.
    pub platform: PlatformKind,
    /// For whom it is, to tell links apart.
    pub note: String,
    /// For which creator of the agency, if she is one already.
    pub creator: Option<CreatorId>,
    /// For how many days it is good: one of [`LIFETIMES`].
    pub days: i64,
}

/// Makes a link; its token is given out here and never again, since only its hash is kept.
///
/// # Errors
/// `Invalid` for a note or lifetime that does not fit, `NotFound` for a creator that is not this agency's.
pub async fn make(db: &Db, scope: &Scope<ManageConnectLinks>, new: NewLink) -> Result<SecretString> {
    let note = checked_note(&new.note)?;
    if !LIFETIMES.contains(&new.days) {
        return Err(Error::field("days", "Choose how long the link is good for"));
    }
    let mut tx = db.begin(scope).await?;
    if let Some(creator) = new.creator {
        ensure_creator(&mut tx, creator).await?;
    }
    let token = db.random().token();
    let row = store::NewLinkRow {
        id: tx.new_id(),
        token_hash: &token_hash(token.expose_secret()),
        platform: new.platform.as_str(),
        note: &note,
        creator: new.creator,
        made_by: scope.member().user_id(),
        own: false,
        expires_at: tx.now() + Duration::days(new.days),
    };
    let event = Event::new("links.made").subject(row.id);
    let event = event.detail(json!({"platform": row.platform, "note": note, "expires_at": row.expires_at}));
    store::add_link(&mut tx, row).await?;
    audit::record(&mut tx, event).await?;
    tx.commit().await?;
    Ok(token)
}

fn checked_note(note: &str) -> Result<String> {
    match note.trim() {
        "" => Err(Error::field("note", "Type whom the link is for")),
        note if note.chars().count() > MAX_NOTE => {
            Err(Error::field("note", format!("At most {MAX_NOTE} characters fit here")))
        }
        note => Ok(note.to_owned()),
    }
}

/// Ends a link before anybody uses it; its note. Again changes nothing.
///
/// # Errors
/// `NotFound` for a link that was used or is not this agency's.
pub async fn revoke(db: &Db, scope: &Scope<ManageConnectLinks>, id: ConnectLinkId) -> Result<String> {
    let mut tx = db.begin(scope).await?;
    let (note, news) = store::set_link_revoked(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if news {
        audit::record(&mut tx, Event::new("links.revoked").subject(id).detail(json!({"note": note}))).await?;
    }
    tx.commit().await?;
    Ok(note)
}

/// Ends the open links that `user` made, who may make none any more, within the caller's transaction.
///
/// # Errors
/// When the database refuses.
pub async fn revoke_of(tx: &mut AgencyTx, user: UserId) -> Result<()> {
    store::revoke_links_of(tx, user).await
}

/// The links that can still be opened, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list_open(db: &Db, scope: &Scope<ViewConnections>) -> Result<Vec<OpenLink>> {
    store::list_open_links(&mut db.begin(scope).await?).await
}

/// A link as whoever holds it sees it.
#[derive(Clone, Debug)]
pub struct GoodLink {
    pub(super) id: ConnectLinkId,
    pub(super) agency: AgencyId,
    pub(super) creator: Option<CreatorId>,
    /// Which agency asks.
    pub agency_name: String,
    /// Where.
    pub platform: PlatformKind,
}

/// What a token opens.
#[derive(Clone, Debug)]
pub enum Open {
    /// A link that works.
    Good(GoodLink),
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
    /// The agency took it back.
    Revoked,
}

/// Opens a link by its token. What no longer works says only that.
///
/// # Errors
/// `NotFound` for a token that is no link's.
pub async fn open(db: &Db, token: &SecretString) -> Result<Open> {
    let mut tx = db.begin_system("open a creator's link").await?;
    let row = store::find_link(&mut tx, &token_hash(token.expose_secret())).await?.ok_or(Error::NotFound)?;
    if row.used_at.is_some() {
        return Ok(Open::Used);
    }
    if row.revoked_at.is_some() {
        return Ok(Open::Revoked);
    }
    if row.expires_at <= tx.now() {
        return Ok(Open::Expired);
    }
    Ok(Open::Good(GoodLink {
        id: row.id,
        agency: row.agency,
        creator: row.creator,
        agency_name: row.agency_name,
        platform: row.platform.parse().map_err(anyhow::Error::from)?,
    }))
}
