//! Browser sessions in Postgres, read through a cache of seconds that NOTIFY ends early.

use crate::db::Db;
use crate::ids::UserId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use std::time::Duration;
use tower_sessions::SessionStore as Store;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// Records by the hash of the session's id; `None` when there is none, so that a made-up cookie costs one query.
pub type SessionCache = Cache<Vec<u8>, Option<Record>>;

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
    /// The address signed in from.
    pub const IP: &str = "ip";
}

/// Stores sessions in Postgres.
#[derive(Clone)]
pub struct SessionStore {
    db: Db,
    cache: SessionCache,
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
        Self { db, cache: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(5)).build() }
    }

    /// The cache, for the listener that ends entries early.
    #[must_use]
    pub fn cache(&self) -> &SessionCache {
        &self.cache
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

    async fn write(&self, record: &Record) -> crate::error::Result<()> {
        let text = |key: &str| record.data.get(key).and_then(|value| value.as_str());
        let user = text(key::USER).and_then(|id| id.parse::<UserId>().ok());
        let data = serde_json::to_value(&record.data).map_err(anyhow::Error::from)?;
        let expires_at = DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0).unwrap_or_default();
        let mut tx = self.db.begin_system("write a session").await?;
        sqlx::query!(
            "insert into sessions (id_hash, user_id, data, user_agent, ip, created_at, last_seen_at, expires_at)
             values ($1, $2, $3, $4, ($5::text)::inet, $6, $6, $7)
             on conflict (id_hash) do update set user_id = excluded.user_id, data = excluded.data,
               user_agent = excluded.user_agent, ip = excluded.ip, last_seen_at = excluded.last_seen_at,
               expires_at = excluded.expires_at",
            id_hash(record.id),
            user as Option<UserId>,
            data,
            text(key::USER_AGENT),
            text(key::IP),
            tx.now(),
            expires_at
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl Store for SessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // 128 random bits do not meet again; the upsert of `save` is what would happen anyway.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.write(record).await.map_err(backend)?;
        self.cache.invalidate(&id_hash(record.id)).await;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let hash = id_hash(*id);
        if let Some(record) = self.cache.get(&hash).await {
            return Ok(record);
        }
        let row = self.read(&hash).await.map_err(backend)?;
        let record = row
            .map(|(data, expires_at)| {
                let data = serde_json::from_value(data).map_err(|error| Error::Decode(error.to_string()))?;
                let expiry_date =
                    time::OffsetDateTime::from_unix_timestamp(expires_at.timestamp()).map_err(backend)?;
                Ok::<_, Error>(Record { id: *id, data, expiry_date })
            })
            .transpose()?;
        self.cache.insert(hash, record.clone()).await;
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
        self.cache.invalidate(&hash).await;
        Ok(())
    }
}
