//! Where our own PostgreSQL keeps its files, and as which user it runs.

use std::fs::{DirBuilder, File, Metadata, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use nix::unistd::{Pid, Uid, User};
use sha2::{Digest, Sha256};
use tokio::process::Command;

use super::{PostgresError, Result};

/// Linux allows 107 bytes; some room is left for the names of lock files beside it.
const LONGEST_SOCKET_PATH: usize = 100;
const SOCKET_NAME: &str = ".s.PGSQL.5432";
/// For root, whose data directory may lie where no other user can go (such as root's home).
const ROOTS_FALLBACK: &str = "/var/lib/creatorcrm";

/// The directory of one cluster: `cluster/`, `socket/`, `server.log` and the owner's lock.
#[derive(Debug)]
pub(super) struct Place {
    base: PathBuf,
    /// Set when we are root, which PostgreSQL refuses to run as.
    user: Option<User>,
}

impl Place {
    /// Chooses and makes the directory below (or, for root, possibly away from) the data directory.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self> {
        let user = if Uid::effective().is_root() { Some(unprivileged_user()?) } else { None };
        std::fs::create_dir_all(data_dir).map_err(|e| PostgresError::io("make", data_dir, e))?;
        let data_dir = data_dir.canonicalize().map_err(|e| PostgresError::io("find", data_dir, e))?;
        let base = choose_base(&data_dir, user.as_ref());
        let place = Self { base, user };
        if let Some(parent) = place.base.parent() {
            std::fs::create_dir_all(parent).map_err(|e| PostgresError::io("make", parent, e))?;
        }
        place.make_private_dir(&place.base)?;
        Ok(place)
    }

    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.base.join("cluster")
    }

    /// Who holds this file's lock owns the server.
    pub(super) fn lock_file(&self) -> Result<File> {
        let path = self.base.join("owner.lock");
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| PostgresError::io("open", &path, e))
    }

    /// The major version that made the cluster, None when there is no cluster yet.
    pub(super) fn cluster_version(&self) -> Result<Option<String>> {
        let path = self.cluster().join("PG_VERSION");
        match std::fs::read_to_string(&path) {
            Ok(version) => Ok(Some(version.trim().to_owned())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(PostgresError::io("read", &path, e)),
        }
    }

    /// An empty path for `initdb`; what an earlier, interrupted one left is removed.
    pub(super) fn empty_unfinished_cluster(&self) -> Result<PathBuf> {
        let path = self.base.join("cluster.unfinished");
        match std::fs::remove_dir_all(&path) {
            Ok(()) => Ok(path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(path),
            Err(e) => Err(PostgresError::io("clear", &path, e)),
        }
    }

    /// Makes the directory of the socket; a data directory too deep for a socket gets a short one in /tmp.
    pub(super) fn prepare_socket_dir(&self) -> Result<PathBuf> {
        let deep = self.base.join("socket");
        let dir = if deep.as_os_str().len() + 1 + SOCKET_NAME.len() < LONGEST_SOCKET_PATH {
            deep
        } else {
            Path::new("/tmp").join(format!("creatorcrm-{}", short_name(&self.base)))
        };
        self.make_private_dir(&dir)?;
        Ok(dir)
    }

    /// An empty log file; the previous one is kept beside it.
    pub(super) fn new_log(&self) -> Result<File> {
        let path = self.log_path();
        if path.exists() {
            let previous = path.with_extension("log.1");
            std::fs::rename(&path, &previous).map_err(|e| PostgresError::io("keep", &previous, e))?;
        }
        File::create(&path).map_err(|e| PostgresError::io("write", &path, e))
    }

    /// The last lines of the log, for an error message.
    pub(super) fn log_tail(&self) -> String {
        let log = std::fs::read_to_string(self.log_path()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Process and socket directory as a running server wrote them down.
    pub(super) fn postmaster(&self) -> Option<(Pid, PathBuf)> {
        let file = std::fs::read_to_string(self.cluster().join("postmaster.pid")).ok()?;
        let mut lines = file.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        // Lines: pid, data directory, start time, port, socket directory.
        let socket_dir = lines.nth(3).filter(|dir| !dir.is_empty())?;
        Some((Pid::from_raw(pid), PathBuf::from(socket_dir)))
    }

    /// Root hands the command to the unprivileged user; anybody else runs it as they are.
    pub(super) fn run_as_its_user(&self, command: &mut Command) {
        command.current_dir(&self.base);
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
    }

    fn log_path(&self) -> PathBuf {
        self.base.join("server.log")
    }

    fn uid(&self) -> Uid {
        self.user.as_ref().map_or_else(Uid::effective, |user| user.uid)
    }

    /// Makes a directory that only the server's user may enter, and refuses one that is another user's.
    fn make_private_dir(&self, dir: &Path) -> Result<()> {
        match DirBuilder::new().mode(0o700).create(dir) {
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(PostgresError::io("make", dir, e));
            }
            Err(_) => {}
            Ok(()) => {
                if let Some(user) = &self.user {
                    chown(dir, Some(user.uid.as_raw()), Some(user.gid.as_raw()))
                        .map_err(|e| PostgresError::io("hand over", dir, e))?;
                }
            }
        }
        let found = dir.symlink_metadata().map_err(|e| PostgresError::io("read", dir, e))?;
        if !found.is_dir() || found.uid() != self.uid().as_raw() {
            return Err(PostgresError::SocketDirTaken(dir.to_owned()));
        }
        std::fs::set_permissions(dir, Permissions::from_mode(0o700))
            .map_err(|e| PostgresError::io("close", dir, e))
    }
}

/// Whether a living process with this number is a PostgreSQL (numbers are used again after a restart).
pub(super) fn is_postgres(pid: Pid) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
        let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
        program.ends_with(b"postgres")
    })
}

fn unprivileged_user() -> Result<User> {
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .ok_or(PostgresError::NoUser)
}

/// Below the data directory if PostgreSQL's user can get there. A cluster that exists is never passed over, so that a
/// change of permissions cannot make it look lost.
fn choose_base(data_dir: &Path, user: Option<&User>) -> PathBuf {
    let below = data_dir.join("postgres");
    let Some(user) = user else { return below };
    let away = Path::new(ROOTS_FALLBACK).join(data_dir.to_string_lossy().trim_matches('/').replace('/', "-"));
    let may_go_below =
        data_dir.ancestors().all(|dir| dir.metadata().is_ok_and(|found| may_enter(&found, user)));
    if below.join("cluster").exists() || (may_go_below && !away.join("cluster").exists()) {
        below
    } else {
        away
    }
}

fn may_enter(dir: &Metadata, user: &User) -> bool {
    let bit = if dir.uid() == user.uid.as_raw() {
        0o100
    } else if dir.gid() == user.gid.as_raw() {
        0o010
    } else {
        0o001
    };
    dir.mode() & bit != 0
}

fn short_name(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    data_encoding::HEXLOWER.encode(&digest[..6])
}
