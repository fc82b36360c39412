//! Browser sessions in Postgres, read through a cache of seconds that NOTIFY ends early.

use super::Over;
use crate::audit::{self, Event};
use crate::db::{Db, Tenant};
use crate::ids::UserId;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use moka::future::Cache;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower_sessions::SessionStore as Store;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// A session is kept for so long without a visit: the longest that an agency can allow (auth/limits.rs ends it earlier).
pub const LIFETIME: TimeDelta = TimeDelta::days(30);

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
    /// When the password was set by which the person signed in, in microseconds since 1970.
    pub const PASSWORD: &str = "password_set_at";
    /// The hash under which the session's row waits for its new id.
    pub const RENEWED: &str = "renewed";
    /// When the person signed in, in seconds since 1970.
    pub const BEGUN: &str = "begun";
    /// When the person was last seen, in seconds since 1970.
    pub const SEEN: &str = "seen";
    /// When the person last proved who they are, in seconds since 1970.
    pub const PROVEN: &str = "proven";
    /// Set when the person passed the second step.
    pub const SECOND_STEP: &str = "second_step";
    /// The person whose password fitted and who has not passed the second step; then there is no `USER`.
    pub const WAITING: &str = "waiting_user_id";
    /// Until when the second step may be passed, in seconds since 1970.
    pub const WAITS_UNTIL: &str = "waits_until";
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

    /// Whether the session with this hash is one of `user` and not over; always asked of the database.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn goes_on(&self, hash: &[u8], user: UserId) -> crate::error::Result<bool> {
        let mut tx = self.db.begin_system("see whether a session goes on").await?;
        let now = tx.now();
        let goes_on = sqlx::query_scalar!(
            r#"select exists (select from sessions where id_hash = $1 and user_id = $2 and expires_at > $3) as "it!""#,
            hash,
            user as UserId,
            now
        );
        Ok(goes_on.fetch_one(tx.conn()).await?)
    }

    /// Adds the row, unless the password by which the person signed in was changed since: whoever changes it either sees
    /// this row and ends it, or is waited for here. Nor is a person with a second factor signed in who did not pass it.
    async fn add(&self, record: &Record) -> crate::error::Result<()> {
        let row = Columns::of(record)?;
        let mut tx = self.db.begin_system("begin a session").await?;
        sqlx::query!(
            "with person as (
               select from users where id = $2 and password_set_at = $8 and (second_factor_since is null or $9) for share)
             insert into sessions (id_hash, user_id, data, user_agent, ip, created_at, last_seen_at, expires_at)
             select $1, $2, $3, $4, ($5::text)::inet, $6, $6, $7 where $2::uuid is null or exists (select from person)",
            row.id_hash,
            row.user as Option<UserId>,
            row.data,
            row.user_agent,
            row.ip,
            tx.now(),
            row.waits_until.unwrap_or(tx.now() + LIFETIME),
            row.password_set_at,
            row.passed
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }

    /// Takes the session's row away from its id, and gives the hash under which it waits for the next one; nothing when the
    /// session has ended. There is a row all the while, so whoever ends the person's sessions ends this one too.
    pub(super) async fn begin_renewal(&self, id: Id) -> crate::error::Result<Option<String>> {
        let waiting = self.db.random().bytes::<32>();
        let hash = id_hash(id);
        let mut tx = self.db.begin_system("renew a session").await?;
        let done =
            sqlx::query!("update sessions set id_hash = $2 where id_hash = $1", hash, waiting.as_slice())
                .execute(tx.conn())
                .await?;
        tx.commit().await?;
        self.forget(&hash).await;
        Ok((done.rows_affected() == 1).then(|| HEXLOWER.encode(&waiting)))
    }

    /// Ends a session that its agency lets go on no longer, and puts that on record; of many requests at once, one does.
    pub(super) async fn end_over(
        &self,
        id: Id,
        tenant: &impl Tenant,
        user: UserId,
        over: Over,
    ) -> crate::error::Result<()> {
        let hash = id_hash(id);
        let mut tx = self.db.begin_system("end a session that is over").await?;
        let done = sqlx::query!("delete from sessions where id_hash = $1", hash).execute(tx.conn()).await?;
        if done.rows_affected() == 1 {
            let mut tx = tx.into_agency(tenant).await?;
            let event = Event::new("identity.session_ended").subject(user);
            audit::record(&mut tx, event.detail(json!({ "why": over.as_str() }))).await?;
            tx.commit().await?;
        }
        self.forget(&hash).await;
        Ok(())
    }

    /// Changes the row with the hash `before`, and only changes: a session that was ended while this request ran stays ended.
    async fn change(&self, before: &[u8], record: &Record) -> crate::error::Result<()> {
        let row = Columns::of(record)?;
        let mut tx = self.db.begin_system("change a session").await?;
        sqlx::query!(
            "update sessions set id_hash = $8, user_id = $2, data = $3, user_agent = $4, ip = ($5::text)::inet, last_seen_at = $6,
               expires_at = $7 where id_hash = $1",
            before,
            row.user as Option<UserId>,
            row.data,
            row.user_agent,
            row.ip,
            tx.now(),
            row.waits_until.unwrap_or(tx.now() + LIFETIME),
            row.id_hash
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
    password_set_at: Option<DateTime<Utc>>,
    /// Whether the second step was passed, or is what the session waits for.
    passed: bool,
    /// Until when it waits.
    waits_until: Option<DateTime<Utc>>,
}

impl Columns {
    fn of(record: &Record) -> crate::error::Result<Self> {
        let text = |key: &str| record.data.get(key).and_then(|value| value.as_str());
        let password_set_at = record.data.get(key::PASSWORD).and_then(serde_json::Value::as_i64);
        Ok(Self {
            id_hash: id_hash(record.id),
            // Who ends the person's sessions ends those too that wait for the second step.
            user: text(key::USER).or(text(key::WAITING)).and_then(|id| id.parse().ok()),
            data: serde_json::to_value(&record.data).map_err(anyhow::Error::from)?,
            user_agent: text(key::USER_AGENT).map(str::to_owned),
            ip: text(key::IP).map(str::to_owned),
            password_set_at: password_set_at.and_then(DateTime::from_timestamp_micros),
            waits_until: record
                .data
                .get(key::WAITS_UNTIL)
                .and_then(serde_json::Value::as_i64)
                .and_then(|at| DateTime::from_timestamp(at, 0)),
            passed: record.data.contains_key(key::SECOND_STEP) || record.data.contains_key(key::WAITING),
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
        let waiting = record.data.remove(key::RENEWED);
        let waiting = waiting.as_ref().and_then(|hash| HEXLOWER.decode(hash.as_str()?.as_bytes()).ok());
        match waiting {
            Some(hash) => self.change(&hash, record).await.map_err(backend)?,
            None => self.add(record).await.map_err(backend)?,
        }
        self.forget(&id_hash(record.id)).await;
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.change(&id_hash(record.id), record).await.map_err(backend)?;
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
