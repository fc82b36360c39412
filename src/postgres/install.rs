//! Finding the system's PostgreSQL binaries, and starting one so that it never outlives us.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::{PostgresError, Result};

/// Where Debian keeps one directory per major version, none of them on PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The directory of `postgres` and `initdb`: of the version that made the cluster, else the newest.
pub(super) fn find(made_by: Option<&str>) -> Result<PathBuf> {
    let versions = debian_versions(Path::new(DEBIAN));
    match made_by {
        None => {
            versions.first().map(|(_, dir)| dir.clone()).or_else(on_path).ok_or(PostgresError::NotInstalled)
        }
        Some(version) => versions
            .iter()
            .find(|(major, _)| major.to_string() == version)
            .map(|(_, dir)| dir.clone())
            // One on PATH says nothing of its version; a wrong one names it in its log.
            .or_else(on_path)
            .ok_or_else(|| missing_version(version, &versions)),
    }
}

/// A command that the kernel interrupts when the thread that spawned it is gone, however we ended (kill -9 too). The
/// thread must therefore live as long as the program: main's, or one of the runtime's workers.
pub(super) fn ends_with_its_parent(program: &Path) -> Command {
    // Part of util-linux, which every Debian has. Elsewhere the next start adopts what was left running.
    let setpriv = Path::new("/usr/bin/setpriv");
    if !setpriv.exists() {
        return Command::new(program);
    }
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "INT", "--"]).arg(program);
    command
}

fn missing_version(made_by: &str, versions: &[(u32, PathBuf)]) -> PostgresError {
    if versions.is_empty() {
        return PostgresError::NotInstalled;
    }
    let found: Vec<String> = versions.iter().map(|(major, _)| major.to_string()).collect();
    PostgresError::OtherVersion { made_by: made_by.to_owned(), found: found.join(", ") }
}

/// Newest first.
fn debian_versions(root: &Path) -> Vec<(u32, PathBuf)> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| is_complete(bin))
        .collect();
    versions.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    versions
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|dir| is_complete(dir))
}

fn is_complete(bin: &Path) -> bool {
    ["postgres", "initdb"].iter().all(|name| bin.join(name).is_file())
}
