//! Browser sessions in Postgres, read through a cache of seconds that NOTIFY ends early.

use crate::db::Db;
use crate::ids::UserId;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower_sessions::SessionStore as Store;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// A session ends after so long without a visit.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);

/// The name of the cookie. With `__Host-` a browser takes it only over https, for this host and the whole site.
#[must_use]
pub fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-session" } else { "session" }
}

/// Records by the hash of the session's id; `None` when there is none, so that a made-up cookie costs one query.
type SessionCache = Cache<Vec<u8>, Option<Record>>;

/// The keys under which a session keeps what its row shows in columns of their own.
pub mod key {
    /// The signed-in user's id.
    pub const USER: &str = "user_id";
    /// The agency chosen last.
    pub const AGENCY: &str = "agency_id";
    /// Set for a browser that only needs to be known again, such as that of a creator who opens a link.
    pub const VISITS: &str = "visits";
    /// The browser's name for itself.
    pub const USER_AGENT: &str = "user_agent";
    /// The address last seen at.
    pub const IP: &str = "ip";
    /// When the person signed in, in seconds since 1970: a session that changed its id since is still that one.
    pub const SINCE: &str = "since";
    /// When the person was last seen, in seconds since 1970.
    pub const SEEN: &str = "seen";
}

/// Stores sessions in Postgres.
#[derive(Clone)]
pub struct SessionStore {
    db: Db,
    cache: SessionCache,
    /// Rises with everything forgotten, so that what was read before that is not kept after it.
    forgotten: Arc<AtomicU64>,
}

impl std::fmt::Debug for SessionStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionStore")
    }
}

/// What the table keeps of a session's id.
#[must_use]
pub fn id_hash(id: Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

impl SessionStore {
    /// A store with an empty cache.
    #[must_use]
    pub fn new(db: Db) -> Self {
        let cache = Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(5)).build();
        Self { db, cache, forgotten: Arc::default() }
    }

    /// Reads the session with this hash from the database the next time: it was changed or ended.
    pub async fn forget(&self, hash: &[u8]) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate(hash).await;
    }

    /// Reads every session from the database the next time.
    pub fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }

    async fn read(&self, hash: &[u8]) -> crate::error::Result<Option<(serde_json::Value, DateTime<Utc>)>> {
        let mut tx = self.db.begin_system("read a session").await?;
        let row = sqlx::query!(
            "select data, expires_at from sessions where id_hash = $1 and expires_at > $2",
            hash,
            self.db.now()
        )
        .fetch_optional(tx.conn())
        .await?;
        Ok(row.map(|row| (row.data, row.expires_at)))
    }

    async fn add(&self, record: &Record) -> crate::error::Result<()> {
        let row = Columns::of(record)?;
        let mut tx = self.db.begin_system("begin a session").await?;
        sqlx::query!(
            "insert into sessions (id_hash, user_id, data, user_agent, ip, created_at, last_seen_at, expires_at)
             values ($1, $2, $3, $4, ($5::text)::inet, $6, $7, $8)",
            row.id_hash,
            row.user as Option<UserId>,
            row.data,
            row.user_agent,
            row.ip,
            row.since.unwrap_or_else(|| tx.now()),
            tx.now(),
            tx.now() + LIFETIME
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }

    /// Only changes: a session that was ended while this request ran stays ended.
    async fn change(&self, record: &Record) -> crate::error::Result<()> {
        let row = Columns::of(record)?;
        let mut tx = self.db.begin_system("change a session").await?;
        sqlx::query!(
            "update sessions set user_id = $2, data = $3, user_agent = $4, ip = ($5::text)::inet, last_seen_at = $6,
               expires_at = $7 where id_hash = $1",
            row.id_hash,
            row.user as Option<UserId>,
            row.data,
            row.user_agent,
            row.ip,
            tx.now(),
            tx.now() + LIFETIME
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

/// What the table shows of a session in columns of their own.
struct Columns {
    id_hash: Vec<u8>,
    user: Option<UserId>,
    data: serde_json::Value,
    user_agent: Option<String>,
    ip: Option<String>,
    since: Option<DateTime<Utc>>,
}

impl Columns {
    fn of(record: &Record) -> crate::error::Result<Self> {
        let text = |key: &str| record.data.get(key).and_then(|value| value.as_str());
        let since = record.data.get(key::SINCE).and_then(serde_json::Value::as_i64);
        Ok(Self {
            id_hash: id_hash(record.id),
            user: text(key::USER).and_then(|id| id.parse().ok()),
            data: serde_json::to_value(&record.data).map_err(anyhow::Error::from)?,
            user_agent: text(key::USER_AGENT).map(str::to_owned),
            ip: text(key::IP).map(str::to_owned),
            since: since.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        })
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl Store for SessionStore {
    /// A session that begins has a new id, also where the library hands over the id of the one before: that one may be
    /// known to somebody else.
    async fn create(&self, record: &mut Record) -> Result<()> {
        record.id = Id::default();
        self.add(record).await.map_err(backend)?;
        self.forget(&id_hash(record.id)).await;
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.change(record).await.map_err(backend)?;
        self.forget(&id_hash(record.id)).await;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let hash = id_hash(*id);
        if let Some(record) = self.cache.get(&hash).await {
            let now = self.db.now().timestamp();
            return Ok(record.filter(|record| record.expiry_date.unix_timestamp() > now));
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let row = self.read(&hash).await.map_err(backend)?;
        let record = row
            .map(|(data, expires_at)| {
                let data = serde_json::from_value(data).map_err(|error| Error::Decode(error.to_string()))?;
                let expiry_date =
                    time::OffsetDateTime::from_unix_timestamp(expires_at.timestamp()).map_err(backend)?;
                Ok::<_, Error>(Record { id: *id, data, expiry_date })
            })
            .transpose()?;
        if self.forgotten.load(Ordering::SeqCst) == forgotten {
            self.cache.insert(hash, record.clone()).await;
        }
        Ok(record)
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let hash = id_hash(*id);
        let mut tx = self.db.begin_system("end a session").await.map_err(backend)?;
        sqlx::query!("delete from sessions where id_hash = $1", hash)
            .execute(tx.conn())
            .await
            .map_err(backend)?;
        tx.commit().await.map_err(backend)?;
        self.forget(&hash).await;
        Ok(())
    }
}
