//! Reading files takes processors and memory: few are read at a time in a process, away from the threads that answer.

use crate::error::Result;
use tokio::sync::{Semaphore, SemaphorePermit};

static SEATS: Semaphore = Semaphore::const_new(2);

/// The right to hold one file in memory and to read it. Who waits for one holds no connection.
pub(super) struct Seat(SemaphorePermit<'static>);

impl Seat {
    pub(super) async fn take() -> Result<Self> {
        Ok(Self(SEATS.acquire().await.map_err(anyhow::Error::from)?))
    }

    /// Does `work`, and keeps the seat until that ends, also when nobody waits for it any more.
    pub(super) async fn read<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let work = move || {
            let done = work();
            drop(self.0);
            done
        };
        Ok(tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?)
    }
}
