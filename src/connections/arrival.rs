//! Arrival: a browser comes back from the consent page. The pair is sealed and stored before anything else happens.

use super::connector::Connector;
use super::policy::ConnectAccounts;
use super::refusal::{self, Refusal, Stop};
use super::types::Connected;
use super::{grant, store, tokens};
use crate::audit::{self, Event};
use crate::auth::{Origin, Permission, SystemScope};
use crate::db::SystemTx;
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::platform::{PlatformKind, TokenPair};
use crate::random::token_hash;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

/// What the platform sent along with the person.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which platform's callback was called.
    pub platform: PlatformKind,
    /// The state; without one nothing is known.
    pub state: Option<SecretString>,
    /// The code of a consent that was given.
    pub code: Option<SecretString>,
    /// The error of one that was not.
    pub error: Option<String>,
}

/// How a walk to the consent page ended.
#[derive(Debug)]
pub struct Arrival {
    /// Whether a creator walked, through a link, who is no member here.
    pub by_link: bool,
    /// The grant, if one was stored; it may be unfinished.
    pub connection: Option<ConnectionId>,
    /// What came of it.
    pub outcome: Result<Connected, Refusal>,
}

/// Takes what the platform sent back, once. Everything that a person can do something about is an arrival, not an error.
///
/// # Errors
/// Ours only.
pub async fn arrive(
    connector: Connector,
    origin: Origin,
    session: Option<Vec<u8>>,
    answer: Answer,
) -> Result<Arrival> {
    let (attempt, refused) = match take(&connector, &origin, session.as_deref(), &answer).await? {
        Taken::Nothing => {
            let outcome = Err(Refusal::UnknownState);
            return Ok(Arrival { by_link: false, connection: None, outcome });
        }
        Taken::Attempt(attempt, refused) => (attempt, refused),
    };
    let by_link = attempt.link.is_some();
    if let Some(refusal) = refused {
        return Ok(Arrival { by_link, connection: None, outcome: Err(refusal) });
    }
    let scope = scope_of(&attempt, &origin);
    let (connection, outcome) = match redeem(&connector, &scope, &attempt, &answer).await {
        Ok(id) => (Some(id), grant::finish(&connector, &scope, id).await),
        Err(stop) => (None, Err(stop)),
    };
    let outcome = match outcome {
        Ok(connected) => Ok(connected),
        Err(Stop::Broken(error)) => return Err(error),
        Err(Stop::Refused(refusal)) => {
            if connection.is_none() {
                note(&connector, &scope, &attempt, &refusal).await?;
            }
            Err(refusal)
        }
    };
    Ok(Arrival { by_link, connection, outcome })
}

enum Taken {
    Nothing,
    Attempt(Box<store::Attempt>, Option<Refusal>),
}

/// Finds the attempt by its state and uses it up, unless it is not this browser's or is no longer good.
async fn take(
    connector: &Connector,
    origin: &Origin,
    session: Option<&[u8]>,
    answer: &Answer,
) -> Result<Taken> {
    let Some(state) = &answer.state else { return Ok(Taken::Nothing) };
    let state_hash = token_hash(state.expose_secret());
    let mut tx = connector.db.begin_system("take the answer of a consent page").await?;
    let Some(attempt) = store::lock_attempt(&mut tx, &state_hash).await? else { return Ok(Taken::Nothing) };
    if attempt.platform != answer.platform.as_str() {
        return Ok(Taken::Nothing);
    }
    let refusal = objection(&tx, &attempt, session);
    match &refusal {
        None => store::set_attempt_used(&mut tx, &state_hash).await?,
        // It may come back for as long as somebody likes.
        Some(_) if attempt.refused_at.is_some() => {}
        Some(refusal) => {
            store::set_attempt_refused(&mut tx, &state_hash).await?;
            let mut tx = tx.into_agency(&scope_of(&attempt, origin)).await?;
            audit::record(&mut tx, refused(&attempt, refusal)).await?;
            tx.commit().await?;
            return Ok(Taken::Attempt(Box::new(attempt), Some(refusal.clone())));
        }
    }
    tx.commit().await?;
    Ok(Taken::Attempt(Box::new(attempt), refusal))
}

fn objection(tx: &SystemTx, attempt: &store::Attempt, session: Option<&[u8]>) -> Option<Refusal> {
    if session != Some(&attempt.session_hash) {
        return Some(Refusal::OtherSession);
    }
    if attempt.used_at.is_some() {
        return Some(Refusal::Used);
    }
    if attempt.expires_at <= tx.now() {
        return Some(Refusal::Expired);
    }
    let may = attempt.link.is_some()
        || attempt.role.is_some_and(|role| ConnectAccounts::INFO.roles.contains(&role));
    (!may).then_some(Refusal::MayNot)
}

fn scope_of(attempt: &store::Attempt, origin: &Origin) -> SystemScope {
    let kind = if attempt.link.is_some() { "creator link" } else { "member" };
    SystemScope::caused_by(attempt.agency, origin.actor(kind, attempt.started_by))
}

fn refused(attempt: &store::Attempt, refusal: &Refusal) -> Event {
    let event = Event::new("connections.refused");
    let event = match (attempt.link, attempt.reconnects) {
        (Some(link), _) => event.subject(link),
        (None, Some(connection)) => event.subject(connection),
        (None, None) => event,
    };
    event.detail(json!({"platform": attempt.platform, "reason": refusal.label()}))
}

async fn note(
    connector: &Connector,
    scope: &SystemScope,
    attempt: &store::Attempt,
    refusal: &Refusal,
) -> Result<()> {
    let mut tx = connector.db.begin(scope).await?;
    audit::record(&mut tx, refused(attempt, refusal)).await?;
    tx.commit().await
}

/// Exchanges the code and stores the pair.
async fn redeem(
    connector: &Connector,
    scope: &SystemScope,
    attempt: &store::Attempt,
    answer: &Answer,
) -> Result<ConnectionId, Stop> {
    let Some(code) = answer.code.as_ref().filter(|_| answer.error.is_none()) else {
        return Err(match answer.error.as_deref() {
            Some("access_denied") => Refusal::Denied.into(),
            Some(other) => Refusal::ConsentFailed(other.chars().take(60).collect()).into(),
            None => Refusal::ConsentFailed("no code".to_owned()).into(),
        });
    };
    let state_hash = answer.state.as_ref().map(|state| token_hash(state.expose_secret())).unwrap_or_default();
    let pkce = tokens::open_verifier(&connector.vault, attempt.agency, &state_hash, &attempt.verifier)?;
    let client = connector.client(answer.platform)?;
    let redirect_uri = connector.redirect_uri(answer.platform)?;
    let pair = client.exchange_code(code, &pkce, redirect_uri).await;
    let pair = pair.map_err(|error| refusal::of_exchange(&error))?;
    store_pair(connector, scope, attempt, answer.platform, &pair).await
}

/// Seals the pair into a connection of its own, which nobody knows the owner of yet.
async fn store_pair(
    connector: &Connector,
    scope: &SystemScope,
    attempt: &store::Attempt,
    platform: PlatformKind,
    pair: &TokenPair,
) -> Result<ConnectionId, Stop> {
    let mut tx = connector.db.begin(scope).await?;
    // An agency that is deleted meanwhile holds this lock first and then gets no tokens any more.
    store::lock_connecting(&mut tx).await?;
    if !store::is_agency_open(&mut tx).await? {
        return Err(Refusal::MayNot.into());
    }
    let id: ConnectionId = tx.new_id();
    if let Some(link) = attempt.link {
        if !store::set_link_used(&mut tx, link).await? {
            return Err(Refusal::LinkGone.into());
        }
        audit::record(&mut tx, Event::new("links.used").subject(link).detail(json!({"connection": id})))
            .await?;
    }
    let sealed = tokens::seal_pair(&connector.vault, attempt.agency, id, pair)?;
    let asked = connector.client(platform)?.platform().oauth.scopes.iter().map(|scope| scope.name.to_owned());
    let scopes = pair.scopes.clone().unwrap_or_else(|| asked.collect());
    let grant = store::NewGrant {
        id,
        platform: platform.as_str(),
        display_name: &format!("{} account", platform.name()),
        scopes: &scopes,
        pair: &sealed,
        link: attempt.link,
        creator: attempt.creator,
        reconnects: attempt.reconnects,
        session_hash: attempt.link.map(|_| attempt.session_hash.as_slice()),
        connected_by: attempt.started_by,
    };
    store::add_grant(&mut tx, grant).await?;
    tx.commit().await?;
    Ok(id)
}
