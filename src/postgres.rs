//! A PostgreSQL of our own for a machine without `DATABASE_URL`: made, started, shared and stopped by this program.

mod error;
mod install;
mod place;
#[cfg(test)]
mod tests;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::process::Child;
use tokio::time::{sleep, timeout};

pub use error::PostgresError;
use place::Place;

type Result<T> = std::result::Result<T, PostgresError>;

/// The database that `start` makes sure of.
pub const DATABASE: &str = "creatorcrm";

/// The superuser of the cluster; only this machine's user (and root) can reach its socket.
const SUPERUSER: &str = "postgres";

/// Crash recovery replays the log before the first answer, so this is generous.
const READY_WITHIN: Duration = Duration::from_secs(120);
const STOPPED_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(25);

/// How the server is run.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Whether a commit survives a power cut. Off only for databases that are thrown away.
    pub durable: bool,
    pub max_connections: u16,
    pub shared_buffers_mb: u16,
}

impl Settings {
    /// For an agency's own data.
    pub const KEPT: Self = Self { durable: true, max_connections: 100, shared_buffers_mb: 256 };
    /// For tests: many connections, nothing synced to disk.
    pub const THROW_AWAY: Self = Self { durable: false, max_connections: 300, shared_buffers_mb: 128 };

    fn arguments(self) -> Vec<String> {
        let on_off = if self.durable { "on" } else { "off" };
        [
            "listen_addresses=".to_owned(),
            "unix_socket_permissions=0700".to_owned(),
            format!("max_connections={}", self.max_connections),
            format!("shared_buffers={}MB", self.shared_buffers_mb),
            format!("fsync={on_off}"),
            format!("synchronous_commit={on_off}"),
            format!("full_page_writes={on_off}"),
            // Every page is a handful of short statements on a solid-state disk: no just-in-time compilation.
            "jit=off".to_owned(),
            "random_page_cost=1.1".to_owned(),
            "timezone=UTC".to_owned(),
            "log_timezone=UTC".to_owned(),
        ]
        .into_iter()
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
    }
}

/// A PostgreSQL that answers. The process that started (or adopted) it owns it and stops it; others only use it.
#[derive(Debug)]
pub struct OwnPostgres {
    socket_dir: PathBuf,
    /// None when another living process owns the server.
    owned: Option<Owned>,
}

#[derive(Debug)]
struct Owned {
    server: Server,
    /// Held as long as we own the server; the kernel frees it however we end.
    _lock: File,
}

#[derive(Debug)]
enum Server {
    Child(Child),
    /// Left running by an owner that was killed.
    Adopted(Pid),
}

impl OwnPostgres {
    /// Makes (when empty), starts (when not running) and answers for the PostgreSQL of this data directory.
    pub async fn start(data_dir: &Path) -> Result<Self> {
        Self::start_with(data_dir, Settings::KEPT).await
    }

    /// As `start`, with other settings; they have no effect on a server that already runs.
    pub async fn start_with(data_dir: &Path, settings: Settings) -> Result<Self> {
        let place = Place::prepare(data_dir)?;
        let lock = place.lock_file()?;
        let postgres = loop {
            match lock.try_lock() {
                Ok(()) => break Self::own(&place, settings, lock).await?,
                Err(TryLockError::Error(source)) => {
                    return Err(PostgresError::io("lock", place.base(), source));
                }
                Err(TryLockError::WouldBlock) => match running(&place).await {
                    Some((_, socket_dir)) => break Self { socket_dir, owned: None },
                    None => sleep(POLL).await,
                },
            }
        };
        postgres.ensure_database().await?;
        Ok(postgres)
    }

    /// A URL for sqlx and psql, over the private socket.
    pub fn url(&self) -> String {
        self.url_of(DATABASE)
    }

    /// As `url`, for another database of the same cluster.
    pub fn url_of(&self, database: &str) -> String {
        let host = self.socket_dir.display().to_string().replace('%', "%25").replace('/', "%2F");
        format!("postgres://{SUPERUSER}@{host}/{database}")
    }

    /// Stops the server in order and waits for it, if it is ours to stop.
    pub async fn stop(mut self) -> Result<()> {
        let Some(mut owned) = self.owned.take() else { return Ok(()) };
        owned.server.signal(Signal::SIGINT);
        timeout(STOPPED_WITHIN, owned.server.ended()).await.map_err(|_| PostgresError::DoesNotStop)
    }

    /// Starts the server, or adopts one whose owner was killed. We hold the owner's lock.
    async fn own(place: &Place, settings: Settings, lock: File) -> Result<Self> {
        if let Some((pid, socket_dir)) = timeout(READY_WITHIN, settled(place)).await.unwrap_or_default() {
            return Ok(Self { socket_dir, owned: Some(Owned { server: Server::Adopted(pid), _lock: lock }) });
        }
        let version = place.cluster_version()?;
        let binaries = install::find(version.as_deref())?;
        if version.is_none() {
            init_cluster(place, &binaries, settings).await?;
        }
        let socket_dir = place.prepare_socket_dir()?;
        let child = spawn(place, &binaries, settings, &socket_dir)?;
        let mut owned = Owned { server: Server::Child(child), _lock: lock };
        owned.server.ready(place, &socket_dir).await?;
        Ok(Self { socket_dir, owned: Some(owned) })
    }

    async fn ensure_database(&self) -> Result<()> {
        let mut connection = options(&self.socket_dir).connect().await?;
        // Two processes that start together take turns; the lock ends with the connection.
        sqlx::query("select pg_advisory_lock(4010)").execute(&mut connection).await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut connection)
            .await?;
        if !exists {
            sqlx::query(AssertSqlSafe(format!("create database {DATABASE}")))
                .execute(&mut connection)
                .await?;
        }
        connection.close().await?;
        Ok(())
    }
}

impl Drop for Owned {
    /// For ends that skipped `stop`, such as a panic: asks once and does not wait.
    fn drop(&mut self) {
        if self.server.runs() {
            self.server.signal(Signal::SIGINT);
        }
    }
}

impl Server {
    fn pid(&self) -> Option<Pid> {
        match self {
            Self::Child(child) => child.id().map(|id| Pid::from_raw(id.cast_signed())),
            Self::Adopted(pid) => Some(*pid),
        }
    }

    fn runs(&mut self) -> bool {
        match self {
            Self::Child(child) => matches!(child.try_wait(), Ok(None)),
            Self::Adopted(pid) => place::is_postgres(*pid),
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid()
            && let Err(error) = kill(pid, signal)
        {
            tracing::debug!(%error, %pid, "PostgreSQL had already ended");
        }
    }

    async fn ended(&mut self) {
        while self.runs() {
            sleep(POLL).await;
        }
    }

    async fn ready(&mut self, place: &Place, socket_dir: &Path) -> Result<()> {
        let waiting = async {
            while self.runs() {
                if answers(socket_dir).await {
                    return true;
                }
                sleep(POLL).await;
            }
            false
        };
        match timeout(READY_WITHIN, waiting).await {
            Ok(true) => Ok(()),
            _ => Err(PostgresError::DoesNotStart { log: place.log_tail() }),
        }
    }
}

/// The server of this place that runs and answers, whoever started it.
async fn running(place: &Place) -> Option<(Pid, PathBuf)> {
    let (pid, socket_dir) = place.postmaster()?;
    (place::is_postgres(pid) && answers(&socket_dir).await).then_some((pid, socket_dir))
}

/// As `running`, once a server that is just starting or stopping has done so.
async fn settled(place: &Place) -> Option<(Pid, PathBuf)> {
    loop {
        let (pid, socket_dir) = place.postmaster()?;
        if !place::is_postgres(pid) {
            return None;
        }
        if answers(&socket_dir).await {
            return Some((pid, socket_dir));
        }
        sleep(POLL).await;
    }
}

async fn answers(socket_dir: &Path) -> bool {
    let attempt = async { options(socket_dir).connect().await?.close().await };
    matches!(timeout(Duration::from_secs(5), attempt).await, Ok(Ok(())))
}

fn options(socket_dir: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(5432)
        .username(SUPERUSER)
        .database("postgres")
}

/// Makes the cluster beside its place and then moves it there, so that a crash half-way leaves nothing in the way.
async fn init_cluster(place: &Place, binaries: &Path, settings: Settings) -> Result<()> {
    let unfinished = place.empty_unfinished_cluster()?;
    let mut command = install::ends_with_its_parent(&binaries.join("initdb"));
    command.arg("--pgdata").arg(&unfinished).args([
        "--username=postgres",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--auth-local=trust",
        "--auth-host=reject",
        "--data-checksums",
        "--no-instructions",
    ]);
    if !settings.durable {
        command.arg("--no-sync");
    }
    place.run_as_its_user(&mut command);
    let output = command.output().await.map_err(|e| PostgresError::io("run", &binaries.join("initdb"), e))?;
    if !output.status.success() {
        return Err(PostgresError::InitDb(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    std::fs::rename(&unfinished, place.cluster())
        .map_err(|e| PostgresError::io("finish", &place.cluster(), e))
}

fn spawn(place: &Place, binaries: &Path, settings: Settings, socket_dir: &Path) -> Result<Child> {
    let log = place.new_log()?;
    let errors = log.try_clone().map_err(|e| PostgresError::io("open the log in", place.base(), e))?;
    let mut command = install::ends_with_its_parent(&binaries.join("postgres"));
    command
        .arg("-D")
        .arg(place.cluster())
        .args(settings.arguments())
        .arg("-c")
        .arg(format!("unix_socket_directories={}", socket_dir.display()))
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        // The terminal's Ctrl-C reaches us, and we stop the server after our last query, not with it.
        .process_group(0);
    place.run_as_its_user(&mut command);
    command.spawn().map_err(|e| PostgresError::io("run", &binaries.join("postgres"), e))
}
