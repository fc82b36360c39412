//! What can go wrong with our own PostgreSQL, each with what to do about it.

use std::path::{Path, PathBuf};

/// Why our own PostgreSQL is not there.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "PostgreSQL is not installed. Run `make run`, or `apt-get install postgresql`, or set DATABASE_URL to a \
         PostgreSQL of yours."
    )]
    NotInstalled,
    #[error(
        "The database here was made by PostgreSQL {made_by}, which is not installed (found: {found}). Install \
         postgresql-{made_by}, or move the data with pg_upgrade."
    )]
    OtherVersion { made_by: String, found: String },
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`."
    )]
    NoUser,
    #[error(
        "{} belongs to somebody else. Set DATA_DIR to a shorter path, so that PostgreSQL's socket fits in it.",
        .0.display()
    )]
    SocketDirTaken(PathBuf),
    #[error("could not {what} {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("PostgreSQL could not make its data directory: {0}")]
    InitDb(String),
    #[error("PostgreSQL did not start. The end of its log:\n{log}")]
    DoesNotStart { log: String },
    #[error("PostgreSQL did not stop within a minute; it was left running")]
    DoesNotStop,
    #[error("our own PostgreSQL answers with an error: {0}")]
    Database(#[from] sqlx::Error),
}

impl PostgresError {
    pub(super) fn io(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }
}
