//! The only way to the database: a transaction is begun for one agency, or for the system with a reason.

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::ids::{AgencyId, UserId};
use crate::random::Random;
use chrono::{DateTime, Utc};
#[expect(clippy::disallowed_types, reason = "this is the file that hides the pool")]
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Postgres, SqlSafeStr, Transaction};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The database, with the clock and the randomness that go with every write.
#[derive(Clone)]
#[expect(clippy::disallowed_types, reason = "this is the file that hides the pool")]
pub struct Db {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// On whose behalf tenant data is touched. Implemented by scopes only.
pub trait Tenant {
    /// The agency whose rows are visible.
    fn agency_id(&self) -> AgencyId;
    /// Who is recorded as acting.
    fn actor(&self) -> Actor;
    /// Which of the agency's accounts may be touched.
    fn reach(&self) -> Reach;
}

/// Which of its agency's accounts a transaction may touch. Store functions join it (the view `reach`), in lists and in every
/// single lookup and write: an account out of reach is not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// All of them.
    Agency,
    /// Those that this member works on as a chatter, or that are hers as a creator.
    Of(UserId),
}

impl Reach {
    /// The member whose accounts alone may be touched: the parameter of `$n is null or … in (select account_id from reach …)`.
    #[must_use]
    pub fn member(self) -> Option<UserId> {
        match self {
            Self::Agency => None,
            Self::Of(user) => Some(user),
        }
    }
}

/// Who acts, as the audit log keeps it.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `member`, `creator link`, or `system: <reason>`.
    pub kind: String,
    /// The signed-in person, if it is one.
    pub user_id: Option<UserId>,
    /// From where.
    pub ip: Option<IpAddr>,
    /// Under which request.
    pub request_id: Option<String>,
}

impl Actor {
    /// The system itself, for `reason`.
    #[must_use]
    pub fn system(reason: &str) -> Self {
        Self { kind: format!("system: {reason}"), user_id: None, ip: None, request_id: None }
    }
}

/// A transaction that sees one agency's rows and no other's; rolled back unless committed.
pub struct AgencyTx {
    tx: Transaction<'static, Postgres>,
    agency_id: AgencyId,
    reach: Reach,
    actor: Actor,
    now: DateTime<Utc>,
    random: Arc<dyn Random>,
}

/// A transaction of the system itself: identity tables, and sweeps over all agencies. Rolled back unless committed.
pub struct SystemTx {
    tx: Transaction<'static, Postgres>,
    now: DateTime<Utc>,
    random: Arc<dyn Random>,
}

impl Db {
    /// Connects a pool of `max_connections` to `url`.
    ///
    /// # Errors
    /// When the URL is malformed or the database does not answer.
    pub async fn connect(
        url: &str,
        max_connections: u32,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let options = options
            .application_name("creatorcrm")
            .log_statements(tracing::log::LevelFilter::Trace)
            .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(1));
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self { pool, clock, random })
    }

    /// Applies the migrations that are missing, ours and then the job queue's.
    ///
    /// # Errors
    /// When one fails; it is rolled back.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        MIGRATIONS.run(&self.pool).await?;
        crate::jobs::migrate(self.pool.clone()).await
    }

    /// Begins a transaction for the agency of `tenant`, in one round trip.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self, tenant: &impl Tenant) -> Result<AgencyTx> {
        let agency_id = tenant.agency_id();
        // The only values put into the statement are a UUID's digits.
        let statement = format!("begin; set local app.agency_id = '{agency_id}'; set local role crm_tenant");
        let tx = self.begin_with(AssertSqlSafe(statement)).await?;
        let (now, random) = (self.now(), self.random.clone());
        Ok(AgencyTx { tx, agency_id, reach: tenant.reach(), actor: tenant.actor(), now, random })
    }

    /// Begins a transaction for identity tables and sweeps over all agencies; `reason` says why, to readers and in traces.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_system(&self, reason: &'static str) -> Result<SystemTx> {
        tracing::trace!(reason, "system transaction");
        let tx = self.begin_with("begin; set local role crm_system").await?;
        Ok(SystemTx { tx, now: self.now(), random: self.random.clone() })
    }

    /// Begins in a task of its own. A caller that is given up while the database answers (its browser went away, it lost a
    /// race) would otherwise hand back a connection that is inside a transaction, and in a role, of which sqlx knows nothing.
    async fn begin_with(
        &self,
        statement: impl SqlSafeStr + Send + 'static,
    ) -> Result<Transaction<'static, Postgres>> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { pool.begin_with(statement).await });
        Ok(begun.await.map_err(anyhow::Error::from)??)
    }

    /// Every agency, those that are deleted too: for commands and sweeps that go from one to the next.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agencies(&self, reason: &'static str) -> Result<Vec<AgencyId>> {
        let mut tx = self.begin_system(reason).await?;
        let all =
            sqlx::query_scalar!(r#"select agency_id as "id: AgencyId" from agencies order by agency_id"#)
                .fetch_all(tx.conn())
                .await?;
        Ok(all)
    }

    /// A connection that listens on `channels`; it reconnects on its own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn listen(&self, channels: &[&str]) -> Result<PgListener> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen_all(channels.iter().copied()).await?;
        Ok(listener)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Reclaims and measures `tables`: for whoever wrote so much at once that plans are not to wait for the database's own rounds.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tidy(&self, tables: &[&'static str]) -> Result<()> {
        let statement = format!("vacuum (analyze) {}", tables.join(", "));
        sqlx::query(AssertSqlSafe(statement)).execute(&self.pool).await?;
        Ok(())
    }

    /// The pool itself, for the job queue, which keeps its own tables.
    #[must_use]
    #[expect(clippy::disallowed_types, reason = "the queue's library takes the pool itself")]
    pub fn pool_for_jobs(&self) -> PgPool {
        self.pool.clone()
    }

    /// Connections open and idle, for the metrics.
    #[must_use]
    pub fn pool_size(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// The most connections that the pool opens.
    #[must_use]
    pub fn max_connections(&self) -> u32 {
        self.pool.options().get_max_connections()
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The source of randomness.
    #[must_use]
    pub fn random(&self) -> &Arc<dyn Random> {
        &self.random
    }

    /// Closes the pool, waiting for transactions in progress.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl AgencyTx {
    /// The connection to run statements on.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// The agency whose rows are visible; statements say `where agency_id = $1` with it all the same.
    #[must_use]
    pub fn agency_id(&self) -> AgencyId {
        self.agency_id
    }

    /// Which accounts may be touched.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// When the transaction began, by the clock handed in.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A new id of any noun.
    #[must_use]
    pub fn new_id<T: From<uuid::Uuid>>(&self) -> T {
        self.random.id(self.now).into()
    }

    /// Goes on as the system in the same transaction: what concerns several agencies commits together.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn into_system(mut self) -> Result<SystemTx> {
        let statement = "set local app.agency_id = ''; set local role crm_system";
        sqlx::raw_sql(statement).execute(&mut *self.tx).await?;
        Ok(SystemTx { tx: self.tx, now: self.now, random: self.random })
    }

    /// # Errors
    /// When the database refuses, then nothing was written.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await.map_err(Error::from)
    }
}

impl SystemTx {
    /// The connection to run statements on.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// When the transaction began, by the clock handed in.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// A new id of any noun.
    #[must_use]
    pub fn new_id<T: From<uuid::Uuid>>(&self) -> T {
        self.random.id(self.now).into()
    }

    /// Goes on as the agency `tenant` in the same transaction, so that identity and agency rows commit together.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn into_agency(mut self, tenant: &impl Tenant) -> Result<AgencyTx> {
        let agency_id = tenant.agency_id();
        let statement = format!("set local app.agency_id = '{agency_id}'; set local role crm_tenant");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *self.tx).await?;
        let Self { tx, now, random } = self;
        Ok(AgencyTx { tx, agency_id, reach: tenant.reach(), actor: tenant.actor(), now, random })
    }

    /// # Errors
    /// When the database refuses, then nothing was written.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await.map_err(Error::from)
    }
}
