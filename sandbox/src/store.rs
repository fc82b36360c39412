//! The state file: grants and the clock in one small file, what happened since genesis in a journal beside it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::clock::{Millis, real_now};
use crate::oauth::SavedGrants;
use crate::world::{Genesis, Mutation, World};

/// What the state file holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedState {
    pub genesis: Genesis,
    /// The history that the journal was written on; other code may make another one from the same genesis.
    pub fingerprint: String,
    /// The world's clock minus the real one.
    pub offset: Millis,
    /// The world's clock when this was saved.
    pub lived_until: Millis,
    pub grants: SavedGrants,
}

#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    journal: Mutex<File>,
    saving: Mutex<()>,
}

impl Store {
    /// Opens the files, making them if they are missing. A state file that cannot be read stops the start: going
    /// on would forget grants that an app believes alive.
    pub(crate) fn open(path: &Path) -> Result<(Self, Option<SavedState>), Error> {
        let fail = |error| Error::StateFile(path.to_owned(), error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fail)?;
        }
        let saved = match fs::read(path) {
            Ok(bytes) => Some(serde_json::from_slice(&bytes).map_err(|error| fail(error.into()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(fail(error)),
        };
        let journal_path = beside(path, ".rows");
        let journal = private().create(true).append(true).read(true).open(journal_path).map_err(fail)?;
        Ok((Self { path: path.to_owned(), journal: Mutex::new(journal), saving: Mutex::new(()) }, saved))
    }

    /// Saves atomically: a new file takes the old one's place.
    pub(crate) fn save(
        &self,
        (genesis, fingerprint): (Genesis, &str),
        now: Millis,
        grants: impl FnOnce() -> SavedGrants,
    ) -> io::Result<()> {
        // The snapshot is taken inside the lock, so that an older one never replaces a newer one.
        let _one_at_a_time = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = now - real_now();
        let state = SavedState {
            genesis,
            fingerprint: fingerprint.to_owned(),
            offset,
            lived_until: now,
            grants: grants(),
        };
        let draft = beside(&self.path, ".new");
        let mut file = private().write(true).create(true).truncate(true).open(&draft)?;
        file.write_all(&serde_json::to_vec(&state)?)?;
        fs::rename(draft, &self.path)
    }

    pub(crate) fn append(&self, mutations: &[Mutation]) -> io::Result<()> {
        let mut lines = Vec::new();
        for mutation in mutations {
            serde_json::to_writer(&mut lines, mutation)?;
            lines.push(b'\n');
        }
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).write_all(&lines)
    }

    /// Applies the journal. A torn last line is what a kill leaves; it is cut off.
    pub(crate) fn replay(&self, world: &mut World) -> Result<(), Error> {
        let fail = |error| Error::StateFile(self.path.clone(), error);
        let file = File::open(beside(&self.path, ".rows")).map_err(fail)?;
        let mut good = 0;
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(fail)?;
            let Ok(mutation) = serde_json::from_slice::<Mutation>(&line) else { break };
            mutation.apply(world);
            good += line.len() as u64 + 1;
        }
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).set_len(good).map_err(fail)
    }

    /// The journal belongs to another world.
    pub(crate) fn forget_journal(&self) -> Result<(), Error> {
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.set_len(0).map_err(|error| Error::StateFile(self.path.clone(), error))
    }
}

/// The token key is in there: readable by its owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
