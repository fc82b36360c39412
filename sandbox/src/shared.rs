//! What all handlers and background tasks of one sandbox share.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;
use uuid::Uuid;

use crate::api::Limiter;
use crate::clock::{WorldClock, real_now};
use crate::control::faults::Faults;
use crate::oauth::{Access, Grants, Identity};
use crate::store::Store;
use crate::webhooks::Outbox;
use crate::world::{Genesis, Mover, Mutation, World};
use crate::{Config, Error};

/// Locks are taken in the order mover, world, grants, faults, so that no two handlers wait for each other.
#[derive(Debug)]
pub(crate) struct Shared {
    pub config: Config,
    pub addr: SocketAddr,
    pub clock: WorldClock,
    pub genesis: Genesis,
    fingerprint: String,
    pub counters: Counters,
    pub outbox: Outbox,
    pub shutdown: watch::Receiver<bool>,
    world: RwLock<World>,
    grants: Mutex<Grants>,
    faults: Mutex<Faults>,
    limiter: Mutex<Limiter>,
    mover: Mutex<Mover>,
    store: Option<Store>,
}

impl Shared {
    /// Makes the world, or brings back the one that the state file remembers.
    pub(crate) fn open(
        config: Config,
        addr: SocketAddr,
        shutdown: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let real_now = real_now();
        let wanted = Genesis {
            seed: config.seed,
            end: config.now.map_or(real_now, |now| now.timestamp_millis()),
            months: config.months,
            scale: config.fan_scale,
        };
        let (store, saved) = match &config.state_file {
            Some(path) => Store::open(path).map(|(store, saved)| (Some(store), saved))?,
            None => (None, None),
        };
        let same_world = saved.as_ref().filter(|saved| {
            let end = if config.now.is_some() { wanted.end } else { saved.genesis.end };
            saved.genesis == Genesis { end, ..wanted }
        });
        let genesis = same_world.map_or(wanted, |saved| saved.genesis);
        let start = same_world.map_or(genesis.end, |saved| real_now + saved.offset);
        let start = start.max(genesis.end);
        let lived_until = same_world.map_or(start, |saved| saved.lived_until);
        let mut world = genesis.make();
        let fingerprint = world.fingerprint();
        if let Some(store) = &store {
            if same_world.is_some_and(|saved| saved.fingerprint == fingerprint) {
                store.replay(&mut world)?;
            } else {
                store.forget_journal()?;
            }
        }
        let grants = Grants::new(&config, saved.map(|saved| saved.grants));
        Ok(Self {
            clock: WorldClock::starting_at(start),
            genesis,
            fingerprint,
            counters: Counters::default(),
            outbox: Outbox::new(&config),
            shutdown,
            mover: Mutex::new(Mover::new(&genesis, start, lived_until)),
            world: RwLock::new(world),
            grants: Mutex::new(grants),
            faults: Mutex::new(Faults::default()),
            limiter: Mutex::new(Limiter::new(config.rate_limit)),
            store,
            addr,
            config,
        })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn limiter(&self) -> MutexGuard<'_, Limiter> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn mover(&self) -> MutexGuard<'_, Mover> {
        self.mover.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what a plain edit of the world changes (lists, links): not journaled, gone after a restart.
    pub(crate) fn edit_world<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        edit(&mut self.world.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets things happen: journals them, applies them, and announces them by webhook.
    pub(crate) fn happen(&self, mutations: Vec<Mutation>) {
        if mutations.is_empty() {
            return;
        }
        let announced = {
            let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(store) = &self.store
                && let Err(error) = store.append(&mutations)
            {
                tracing::error!(%error, "the journal could not be written; this change will not survive a restart");
            }
            mutations
                .into_iter()
                .filter_map(|mutation| {
                    let event = crate::webhooks::event_for(&world, &mutation);
                    mutation.apply(&mut world);
                    event
                })
                .collect::<Vec<_>>()
        };
        for event in announced {
            if self.has_living_grant(event.creator) {
                self.outbox.send(event);
            }
        }
    }

    /// Does any grant that still lives reach this creator?
    pub(crate) fn has_living_grant(&self, creator: usize) -> bool {
        let in_agency = self.world().creators[creator].in_agency;
        self.grants().chains.values().any(|chain| {
            chain.death.is_none()
                && (chain.identity == Identity::Creator(creator)
                    || (in_agency && chain.identity == Identity::Agency))
        })
    }

    /// The user behind an identity.
    pub(crate) fn subject_uuid(&self, identity: Identity) -> Uuid {
        let world = self.world();
        match identity {
            Identity::Creator(index) => world.creators[index].uuid,
            Identity::Agency => world.agency_uuid,
        }
    }

    pub(crate) fn authenticate(&self, token: &str) -> Option<Access> {
        self.grants().authenticate(token, self.clock.now())
    }

    /// Writes grants and clock to the state file, if there is one. Returns when they are safe from a kill.
    pub(crate) async fn save_grants(&self) -> std::io::Result<()> {
        let Some(store) = &self.store else { return Ok(()) };
        store.save((self.genesis, &self.fingerprint), self.clock.now(), || self.grants().save())
    }

    /// Resolves when the sandbox is being stopped.
    pub(crate) async fn stopping(&self) {
        let mut shutdown = self.shutdown.clone();
        // An error means that the sender is gone, which is a stop as well.
        let _ = shutdown.wait_for(|stop| *stop).await;
    }

    /// Waits in the world of tests: until the time has passed or the sandbox stops.
    pub(crate) async fn pause(&self, milliseconds: u64) {
        tokio::select! {
            () = tokio::time::sleep(std::time::Duration::from_millis(milliseconds)) => {}
            () = self.stopping() => {}
        }
    }
}

/// What has been asked so far, for `/control/state`.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    api_requests: AtomicU64,
    token_requests: AtomicU64,
    refreshes: AtomicU64,
    rate_limited: AtomicU64,
    by_endpoint: Mutex<std::collections::BTreeMap<String, u64>>,
}

impl Counters {
    pub(crate) fn api_request(&self, endpoint: &str) {
        self.api_requests.fetch_add(1, Ordering::Relaxed);
        let mut counts = self.by_endpoint.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(endpoint.to_owned()).or_default() += 1;
    }

    pub(crate) fn token_request(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refresh(&self) {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn limited(&self) {
        self.rate_limited.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        let counts = self.by_endpoint.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::json!({
            "apiRequests": self.api_requests.load(Ordering::Relaxed),
            "tokenRequests": self.token_requests.load(Ordering::Relaxed),
            "refreshRequests": self.refreshes.load(Ordering::Relaxed),
            "rateLimited": self.rate_limited.load(Ordering::Relaxed),
            "byEndpoint": *counts,
        })
    }
}
