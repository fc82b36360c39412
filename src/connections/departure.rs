//! Departure: sending a browser to the platform's consent page, with what proves later that it is the same one.

use super::connector::Connector;
use super::links::Open;
use super::policy::ConnectAccounts;
use super::{links, store, tokens};
use crate::auth::{Origin, Scope, SystemScope};
use crate::creators;
use crate::db::{AgencyTx, Tenant};
use crate::error::{Error, Result};
use crate::ids::{ConnectLinkId, ConnectionId, CreatorId, UserId};
use crate::platform::{Authorization, PkceVerifier, PlatformKind, Url};
use crate::random::token_hash;
use chrono::Duration;
use secrecy::{ExposeSecret, SecretString};

/// How long a person may take on the consent page.
const PATIENCE: Duration = Duration::minutes(10);
/// What ended so long ago is swept.
const KEPT: Duration = Duration::days(1);

/// What a member wants connected.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Where.
    pub platform: PlatformKind,
    /// For which creator; a new one is made of the account's name otherwise.
    pub creator: Option<CreatorId>,
    /// Have the platform ask for a fresh sign-in: the browser may be signed in there as somebody else.
    pub fresh_sign_in: bool,
}

/// The address of the consent page for `wish`; only the browser whose session hashes to `session` may come back.
///
/// # Errors
/// `NotFound` for a creator that is not this agency's, `Conflict` for a platform that is not set up.
pub async fn begin(
    connector: &Connector,
    scope: &Scope<ConnectAccounts>,
    session: &[u8],
    wish: Wish,
) -> Result<Url> {
    begin_for(connector, scope, scope.member().user_id(), session, wish).await
}

/// [`begin`] on behalf of `member`, when the system itself is at work for the agency.
pub(crate) async fn begin_for(
    connector: &Connector,
    tenant: &impl Tenant,
    member: UserId,
    session: &[u8],
    wish: Wish,
) -> Result<Url> {
    let mut tx = connector.db.begin(tenant).await?;
    if let Some(creator) = wish.creator {
        ensure_creator(&mut tx, creator).await?;
    }
    let walk = Walk {
        creator: wish.creator,
        fresh_sign_in: wish.fresh_sign_in,
        started_by: Some(member),
        ..Walk::to(wish.platform)
    };
    depart(connector, tx, session, walk).await
}

/// The same to renew `connection`, which has to be granted by the same person of the platform.
///
/// # Errors
/// `NotFound` for a connection that has ended or is not this agency's.
pub async fn begin_again(
    connector: &Connector,
    scope: &Scope<ConnectAccounts>,
    session: &[u8],
    connection: ConnectionId,
    fresh_sign_in: bool,
) -> Result<Url> {
    let mut tx = connector.db.begin(scope).await?;
    let grant = store::find_grant(&mut tx, connection).await?.ok_or(Error::NotFound)?;
    let platform = grant.platform.parse().map_err(anyhow::Error::from)?;
    let walk = Walk {
        reconnects: Some(connection),
        fresh_sign_in,
        started_by: Some(scope.member().user_id()),
        ..Walk::to(platform)
    };
    depart(connector, tx, session, walk).await
}

/// The same for whoever holds a creator's link.
///
/// # Errors
/// `NotFound` for a token that is no link's, `Conflict` for a link that no longer works.
pub async fn begin_by_link(
    connector: &Connector,
    origin: &Origin,
    session: &[u8],
    token: &SecretString,
    fresh_sign_in: bool,
) -> Result<Url> {
    let Open::Good(link) = links::open(&connector.db, token).await? else {
        return Err(Error::conflict("This link no longer works. Ask the agency for a new one."));
    };
    let scope = SystemScope::caused_by(link.agency, origin.actor("creator link", None));
    let tx = connector.db.begin(&scope).await?;
    let walk = Walk { link: Some(link.id), creator: link.creator, fresh_sign_in, ..Walk::to(link.platform) };
    depart(connector, tx, session, walk).await
}

/// A walk that begins now.
struct Walk {
    platform: PlatformKind,
    link: Option<ConnectLinkId>,
    reconnects: Option<ConnectionId>,
    creator: Option<CreatorId>,
    started_by: Option<UserId>,
    fresh_sign_in: bool,
}

impl Walk {
    fn to(platform: PlatformKind) -> Self {
        Self { platform, link: None, reconnects: None, creator: None, started_by: None, fresh_sign_in: false }
    }
}

async fn depart(connector: &Connector, mut tx: AgencyTx, session: &[u8], walk: Walk) -> Result<Url> {
    let random = connector.db.random();
    let (state, pkce) = (random.token(), PkceVerifier::from_random(random.bytes()));
    let state_hash = token_hash(state.expose_secret());
    let verifier = tokens::seal_verifier(&connector.vault, tx.agency_id(), &state_hash, &pkce)?;
    let page = connector.client(walk.platform)?.authorize_url(&Authorization {
        state: state.expose_secret(),
        pkce: &pkce,
        redirect_uri: connector.redirect_uri(walk.platform)?,
        prompt_login: walk.fresh_sign_in,
    });
    let attempt = store::NewAttempt {
        state_hash: &state_hash,
        platform: walk.platform.as_str(),
        session_hash: session,
        verifier: &verifier,
        link: walk.link,
        reconnects: walk.reconnects,
        creator: walk.creator,
        started_by: walk.started_by,
        expires_at: tx.now() + PATIENCE,
    };
    store::add_attempt(&mut tx, attempt).await?;
    let long_ago = tx.now() - KEPT;
    store::remove_old_attempts(&mut tx, long_ago).await?;
    tx.commit().await?;
    Ok(page)
}

/// A creator that is chosen has to be one of this agency's.
pub(super) async fn ensure_creator(tx: &mut AgencyTx, creator: CreatorId) -> Result<()> {
    let known = creators::offered(tx).await?;
    if known.iter().any(|known| known.id == creator) { Ok(()) } else { Err(Error::NotFound) }
}
