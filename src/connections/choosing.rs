//! Choosing which of the creators that a grant reaches are connected: by a member, or by the creator who gave the grant.

use super::connector::Connector;
use super::grant::{self, Reached};
use super::policy::ConnectAccounts;
use super::store;
use super::types::Connected;
use crate::auth::{Origin, Scope};
use crate::creators;
use crate::db::{Actor, AgencyTx, Db, Reach, Tenant};
use crate::error::{Error, Result};
use crate::ids::{AgencyId, ConnectionId, CreatorId};
use crate::platform::PlatformKind;

/// What there is to choose from.
#[derive(Clone, Debug)]
pub struct Choosing {
    /// Where.
    pub platform: PlatformKind,
    /// Whose grant it is, as far as is known.
    pub owner: String,
    /// Whether the platform has told yet whose it is.
    pub identified: bool,
    /// Whether some of its accounts are connected.
    pub has_accounts: bool,
    /// What the grant reaches; empty until it is known, and for a grant of one creator.
    pub offers: Vec<Offered>,
    /// The agency's creators, for a member to choose one.
    pub creators: Vec<(CreatorId, String)>,
}

/// One account that can be chosen.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What it is.
    pub reached: Reached,
    /// How it stands here.
    pub here: Here,
}

/// How an account stands in the agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// Not seen before.
    New,
    /// It was here and is disconnected: its figures come back.
    Before,
    /// It is connected through another grant.
    Elsewhere,
    /// It is connected through this grant.
    Already,
}

/// A creator who gave a grant through a link, in the browser in which she did.
#[derive(Clone, Debug)]
pub struct CreatorVisit {
    agency: AgencyId,
    agency_name: String,
    connection: ConnectionId,
    actor: Actor,
}

impl CreatorVisit {
    /// The visit of whoever gave `connection` in the browser session that hashes to `session`.
    ///
    /// # Errors
    /// `NotFound` for every other browser.
    pub async fn find(
        db: &Db,
        origin: &Origin,
        session: Option<&[u8]>,
        connection: ConnectionId,
    ) -> Result<Self> {
        let session = session.ok_or(Error::NotFound)?;
        let mut tx = db.begin_system("find a creator's grant by her browser").await?;
        let found = store::find_grant_by_session(&mut tx, connection, session).await?;
        let actor = origin.actor("creator link", None);
        Ok(Self { agency: found.agency, agency_name: found.agency_name, connection, actor })
    }

    /// The agency that asked.
    #[must_use]
    pub fn agency_name(&self) -> &str {
        &self.agency_name
    }

    /// Her grant.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// What she can choose from. She does not learn what else the agency has.
    ///
    /// # Errors
    /// `NotFound` when the grant has ended.
    pub async fn choosing(&self, db: &Db) -> Result<Choosing> {
        let mut choosing = read(db, self, self.connection).await?;
        choosing.creators = Vec::new();
        for offer in &mut choosing.offers {
            if offer.here != Here::Already {
                offer.here = Here::New;
            }
        }
        Ok(choosing)
    }

    /// Connects what she picked, once: afterwards it is the agency's to change.
    ///
    /// # Errors
    /// `NotFound` when the grant has ended, `Invalid` when nothing was picked, `Conflict` when it is connected already.
    pub async fn choose(&self, db: &Db, picked: &[String]) -> Result<Connected> {
        self.ensure_unfinished(db).await?;
        grant::choose(db, self, self.connection, picked, None).await
    }

    /// Finishes her grant when the platform had been in trouble.
    ///
    /// # Errors
    /// As [`grant::finish_again`], and `Conflict` when it is connected already.
    pub async fn finish(&self, connector: &Connector) -> Result<Connected> {
        self.ensure_unfinished(&connector.db).await?;
        grant::finish_told(connector, self, self.connection).await
    }
}

impl CreatorVisit {
    async fn ensure_unfinished(&self, db: &Db) -> Result<()> {
        let grant = store::find_grant(&mut db.begin(self).await?, self.connection).await?;
        match grant.ok_or(Error::NotFound)?.health {
            super::Health::Choosing => Ok(()),
            _ => Err(Error::conflict("You are connected already. You can close this page.")),
        }
    }
}

impl Tenant for CreatorVisit {
    fn agency_id(&self) -> AgencyId {
        self.agency
    }

    fn actor(&self) -> Actor {
        self.actor.clone()
    }

    fn reach(&self) -> Reach {
        Reach::Agency
    }
}

/// What a member can choose from.
///
/// # Errors
/// `NotFound` for a grant that has ended or is not this agency's.
pub async fn choosing(db: &Db, scope: &Scope<ConnectAccounts>, id: ConnectionId) -> Result<Choosing> {
    read(db, scope, id).await
}

/// Connects everything that the grant reaches, when the system itself is at work for the agency; what that is.
pub(crate) async fn choose_all(db: &Db, tenant: &impl Tenant, id: ConnectionId) -> Result<Connected> {
    let all: Vec<String> =
        read(db, tenant, id).await?.offers.into_iter().map(|it| it.reached.platform_account_id).collect();
    grant::choose(db, tenant, id, &all, None).await
}

/// Connects what a member picked, of a single account for `creator` if one is given.
///
/// # Errors
/// As [`choosing`], and `Invalid` when nothing was picked.
pub async fn choose(
    db: &Db,
    scope: &Scope<ConnectAccounts>,
    id: ConnectionId,
    picked: &[String],
    creator: Option<CreatorId>,
) -> Result<Connected> {
    grant::choose(db, scope, id, picked, creator).await
}

/// The creators for whom an account can be connected, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn creators(db: &Db, scope: &Scope<ConnectAccounts>) -> Result<Vec<(CreatorId, String)>> {
    offered_creators(&mut db.begin(scope).await?).await
}

async fn offered_creators(tx: &mut AgencyTx) -> Result<Vec<(CreatorId, String)>> {
    Ok(creators::offered(tx).await?.into_iter().map(|known| (known.id, known.name)).collect())
}

async fn read(db: &Db, tenant: &impl Tenant, id: ConnectionId) -> Result<Choosing> {
    let mut tx = db.begin(tenant).await?;
    let grant = store::find_grant(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let reachable = grant.reachable.as_ref().map(|it| it.0.clone()).unwrap_or_default();
    Ok(Choosing {
        platform: grant.platform.parse().map_err(anyhow::Error::from)?,
        identified: grant.platform_user_id.is_some(),
        has_accounts: grant.accounts > 0,
        offers: offers(&mut tx, id, &grant.platform, reachable).await?,
        creators: offered_creators(&mut tx).await?,
        owner: grant.display_name,
    })
}

async fn offers(
    tx: &mut AgencyTx,
    id: ConnectionId,
    platform: &str,
    reachable: Vec<Reached>,
) -> Result<Vec<Offered>> {
    let ids: Vec<String> = reachable.iter().map(|it| it.platform_account_id.clone()).collect();
    let known = store::list_known_accounts(tx, platform, &ids).await?;
    let here = |reached: &Reached| match known
        .iter()
        .find(|it| it.platform_account_id == reached.platform_account_id)
    {
        None => Here::New,
        Some(account) if account.disconnected => Here::Before,
        Some(account) if account.connection == Some(id) => Here::Already,
        Some(_) => Here::Elsewhere,
    };
    Ok(reachable.into_iter().map(|reached| Offered { here: here(&reached), reached }).collect())
}
