//! A grant that is stored: finding out whose it is, and connecting the accounts that it reaches.

use super::connector::Connector;
use super::departure::ensure_creator;
use super::policy::ConnectAccounts;
use super::refusal::{self, Refusal, Stop};
use super::types::{Connected, Health};
use super::{store, tokens};
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::creators;
use crate::db::{AgencyTx, Db, Tenant};
use crate::error::{Error, Result};
use crate::ids::{AccountId, ConnectionId, CreatorId};
use crate::platform::{AccountProfile, AccountRef, PlatformKind, ReachableAccount};
use crate::sync;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An account that a grant reaches, as it is kept until somebody has chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The platform's id.
    pub platform_account_id: String,
    /// Reached through an agency's grant.
    pub via_agency: bool,
    handle: Option<String>,
    display_name: Option<String>,
    pub(super) avatar_url: Option<String>,
    pub(super) followers: Option<i64>,
    pub(super) subscribers: Option<i64>,
    pub(super) since: Option<DateTime<Utc>>,
}

impl Reached {
    /// The name on the page, else in addresses.
    #[must_use]
    pub fn name(&self) -> &str {
        self.display_name.as_deref().or(self.handle.as_deref()).unwrap_or("Unnamed account")
    }

    /// The name in addresses, without the @; empty when the platform gives none.
    #[must_use]
    pub fn handle(&self) -> &str {
        self.handle.as_deref().unwrap_or_default()
    }
}

impl From<ReachableAccount> for Reached {
    fn from(reachable: ReachableAccount) -> Self {
        let ReachableAccount { account, profile } = reachable;
        Self {
            platform_account_id: profile.platform_account_id,
            via_agency: matches!(account, AccountRef::Creator(_)),
            handle: profile.handle,
            display_name: profile.display_name,
            avatar_url: profile.avatar_url,
            followers: profile.followers,
            subscribers: profile.subscribers,
            since: profile.registered_at,
        }
    }
}

/// Finishes a grant that is stored but not identified, for a member.
///
/// # Errors
/// `NotFound` for a grant that has ended or is not this agency's, `Upstream` when the platform is still in trouble,
/// `Conflict` with what to do about every other refusal.
pub async fn finish_again(
    connector: &Connector,
    scope: &Scope<ConnectAccounts>,
    id: ConnectionId,
) -> Result<Connected> {
    finish_told(connector, scope, id).await
}

/// [`finish`] for a form, to which a refusal is a problem like any other.
pub(super) async fn finish_told(
    connector: &Connector,
    tenant: &impl Tenant,
    id: ConnectionId,
) -> Result<Connected> {
    let mut tx = connector.db.begin(tenant).await?;
    let grant = store::find_grant(&mut tx, id).await?.ok_or(Error::NotFound)?;
    drop(tx);
    let platform = grant.platform.parse().map_err(anyhow::Error::from)?;
    finish(connector, tenant, id).await.map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.into_error(platform),
        Stop::Broken(error) => error,
    })
}

/// Asks the platform whose the grant is and connects what it reaches. A grant that is of no use is ended.
pub(super) async fn finish(
    connector: &Connector,
    tenant: &impl Tenant,
    id: ConnectionId,
) -> Result<Connected, Stop> {
    let done = identify(connector, tenant, id).await;
    if let Err(Stop::Refused(refusal)) = &done {
        give_up(&connector.db, tenant, id, refusal).await?;
    }
    done
}

async fn identify(connector: &Connector, tenant: &impl Tenant, id: ConnectionId) -> Result<Connected, Stop> {
    let mut tx = connector.db.begin(tenant).await?;
    let grant = store::find_grant(&mut tx, id).await?.ok_or(Error::NotFound)?;
    drop(tx);
    let kind: PlatformKind = grant.platform.parse().map_err(anyhow::Error::from).map_err(Error::from)?;
    let client = connector.client(kind)?;
    let missing = missing_permissions(connector, kind, &grant)?;
    if !missing.is_empty() {
        return Err(Refusal::MissingScopes(missing).into());
    }
    let sealed = grant.access_token.as_ref().ok_or(Error::NotFound)?;
    let token = tokens::open_access(&connector.vault, tenant.agency_id(), id, sealed)?;
    let me = client.me(&token).await.map_err(|error| refusal::of_identity(&error))?;
    let reached =
        client.reachable_accounts(&token, &me).await.map_err(|error| refusal::of_identity(&error))?;
    let reached: Vec<Reached> = reached.into_iter().map(Reached::from).collect();
    settle(&connector.db, tenant, id, kind, &me, &reached).await
}

/// What the grant lacks, in the words of why it was asked for. Without a refresh token it would end within the hour.
fn missing_permissions(
    connector: &Connector,
    kind: PlatformKind,
    grant: &store::Grant,
) -> Result<Vec<&'static str>> {
    let oauth = &connector.client(kind)?.platform().oauth;
    let lacking = oauth.missing(Some(&grant.scopes));
    let why = |name: &&str| oauth.scopes.iter().find(|scope| scope.name == *name).map(|scope| scope.why);
    let mut missing: Vec<_> = lacking.iter().filter_map(why).collect();
    if !grant.renewable {
        missing.push("To keep the figures current while you are away");
    }
    Ok(missing)
}

/// Connects what is clear and leaves the rest to be chosen; one process at a time, so that two consents of one person meet.
async fn settle(
    db: &Db,
    tenant: &impl Tenant,
    id: ConnectionId,
    kind: PlatformKind,
    me: &AccountProfile,
    reached: &[Reached],
) -> Result<Connected, Stop> {
    let mut tx = db.begin(tenant).await?;
    store::lock_connecting(&mut tx).await?;
    let grant = store::find_grant(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let owner = display_name(me);
    let expected = expected(&mut tx, grant.reconnects).await?;
    if let Some((person, name)) = &expected
        && *person != me.platform_account_id
    {
        return Err(Refusal::OtherPerson { granted: owner, expected: name.clone() }.into());
    }
    if reached.is_empty() {
        return Err(Refusal::NoCreator(owner).into());
    }
    if grant.own {
        ensure_hers(&mut tx, kind, &grant, &owner, reached).await?;
    }
    let replaced = store::find_grant_of(&mut tx, kind.as_str(), &me.platform_account_id, id).await?;
    let mut moved = Vec::new();
    if let Some(old) = replaced {
        moved = store::move_accounts(&mut tx, old, id).await?;
        store::end(&mut tx, old).await?;
    }
    let several = (reached.len() > 1).then_some(reached);
    store::set_identity(&mut tx, id, &me.platform_account_id, &owner, several).await?;
    for (account, _) in &moved {
        sync::want(&mut tx, *account).await?;
    }
    let attached = match reached {
        [one] => attach(&mut tx, id, kind, std::slice::from_ref(one), grant.creator).await?,
        _ => Attached { names: moved.into_iter().map(|(_, name)| name).collect(), known: replaced.is_some() },
    };
    let choose = several.is_some() && (expected.is_none() || attached.names.is_empty());
    let connected = Connected { connection: id, names: attached.names, again: attached.known, choose };
    if !connected.names.is_empty() {
        store::set_connected(&mut tx, id).await?;
        record(&mut tx, kind, &grant, &owner, &connected, replaced).await?;
    }
    tx.commit().await?;
    Ok(connected)
}

/// What a creator grants by herself ends at her own record: an agency's grant reaches others, and an account that is another
/// creator's here is not hers to move.
async fn ensure_hers(
    tx: &mut AgencyTx,
    kind: PlatformKind,
    grant: &store::Grant,
    owner: &str,
    reached: &[Reached],
) -> Result<(), Stop> {
    let not_hers = || Stop::from(Refusal::NotHers(owner.to_owned()));
    let [Reached { platform_account_id, via_agency: false, .. }] = reached else { return Err(not_hers()) };
    let known =
        store::list_known_accounts(tx, kind.as_str(), std::slice::from_ref(platform_account_id)).await?;
    let others = known.iter().any(|account| account.creator.is_some() && account.creator != grant.creator);
    if others || grant.creator.is_none() { Err(not_hers()) } else { Ok(()) }
}

fn display_name(me: &AccountProfile) -> String {
    me.display_name.clone().or_else(|| me.handle.clone()).unwrap_or_else(|| "Unnamed account".to_owned())
}

/// Whose connection this grant is to renew, when the platform had told.
async fn expected(tx: &mut AgencyTx, old: Option<ConnectionId>) -> Result<Option<(String, String)>> {
    let Some(old) = old else { return Ok(None) };
    store::find_person(tx, old).await
}

async fn record(
    tx: &mut AgencyTx,
    kind: PlatformKind,
    grant: &store::Grant,
    owner: &str,
    connected: &Connected,
    replaced: Option<ConnectionId>,
) -> Result<()> {
    let name = if connected.again { "connections.reconnected" } else { "connections.connected" };
    let event = Event::new(name).subject(connected.connection).detail(json!({
        "platform": kind.as_str(), "granted_by": owner, "accounts": connected.names, "scopes": grant.scopes,
        "link": grant.link, "replaces": replaced,
    }));
    audit::record(tx, event).await
}

/// Ends a grant that came to nothing; one that only waits for the platform is kept.
async fn give_up(db: &Db, tenant: &impl Tenant, id: ConnectionId, refusal: &Refusal) -> Result<(), Stop> {
    let mut tx = db.begin(tenant).await?;
    let Some(grant) = store::find_grant(&mut tx, id).await? else { return Ok(()) };
    if *refusal != Refusal::Unfinished && grant.health == Health::Choosing {
        store::end(&mut tx, id).await?;
        if let Some(link) = grant.link {
            store::set_link_unused(&mut tx, link).await?;
        }
    }
    let detail = json!({"platform": grant.platform, "reason": refusal.label()});
    audit::record(&mut tx, Event::new("connections.refused").subject(id).detail(detail)).await?;
    tx.commit().await?;
    Ok(())
}

/// What became of the accounts that were to be connected.
pub(super) struct Attached {
    pub names: Vec<String>,
    /// Whether any of them was here before.
    pub known: bool,
}

/// Connects accounts: each gets its row (or its old one back), its creator, and a sync. A grant that reaches nothing any
/// more after that is ended.
pub(super) async fn attach(
    tx: &mut AgencyTx,
    id: ConnectionId,
    kind: PlatformKind,
    chosen: &[Reached],
    creator: Option<CreatorId>,
) -> Result<Attached> {
    let ids: Vec<String> = chosen.iter().map(|it| it.platform_account_id.clone()).collect();
    let known = store::list_known_accounts(tx, kind.as_str(), &ids).await?;
    let mut names = Vec::new();
    for reached in chosen {
        let before = known.iter().find(|it| it.platform_account_id == reached.platform_account_id);
        let creator = match creator.or_else(|| before.and_then(|it| it.creator)) {
            Some(creator) => creator,
            None => creators::add_in(tx, &shortened(reached.name())).await?,
        };
        let account: AccountId = before.map_or_else(|| tx.new_id(), |it| it.id);
        if let Some(before) = before.filter(|it| it.creator != Some(creator)) {
            let event = Event::new("accounts.assigned").subject(account);
            audit::record(tx, event.detail(json!({ "from": before.creator, "to": creator }))).await?;
        }
        names.push(store::attach_account(tx, account, kind.as_str(), id, creator, reached).await?);
        sync::want(tx, account).await?;
    }
    for left in known.iter().filter(|it| !it.disconnected).filter_map(|it| it.connection) {
        if left != id && store::count_accounts(tx, left).await? == 0 {
            store::end(tx, left).await?;
            let detail = json!({"platform": kind.as_str(), "replaced_by": id});
            audit::record(tx, Event::new("connections.disconnected").subject(left).detail(detail)).await?;
        }
    }
    Ok(Attached { names, known: !known.is_empty() })
}

/// A creator's name has room for so many characters; a platform's may be longer.
fn shortened(name: &str) -> String {
    name.chars().take(100).collect()
}

/// Connects the accounts that somebody picked of what the grant reaches.
pub(super) async fn choose(
    db: &Db,
    tenant: &impl Tenant,
    id: ConnectionId,
    picked: &[String],
    creator: Option<CreatorId>,
) -> Result<Connected> {
    let mut tx = db.begin(tenant).await?;
    store::lock_connecting(&mut tx).await?;
    let grant = store::find_grant(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let kind: PlatformKind = grant.platform.parse().map_err(anyhow::Error::from)?;
    let reachable = grant.reachable.as_ref().map(|it| it.0.clone()).unwrap_or_default();
    let chosen: Vec<Reached> =
        reachable.into_iter().filter(|it| picked.contains(&it.platform_account_id)).collect();
    if chosen.is_empty() {
        return Err(Error::field("accounts[]", "Choose at least one account"));
    }
    if let Some(creator) = creator {
        ensure_creator(&mut tx, creator).await?;
    }
    let creator = creator.or(grant.creator).filter(|_| chosen.len() == 1);
    let attached = attach(&mut tx, id, kind, &chosen, creator).await?;
    store::set_connected(&mut tx, id).await?;
    let connected = Connected { connection: id, names: attached.names, again: attached.known, choose: false };
    record(&mut tx, kind, &grant, &grant.display_name, &connected, None).await?;
    tx.commit().await?;
    Ok(connected)
}
