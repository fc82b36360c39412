//! Passwords: Argon2id at OWASP's parameters, on blocking threads, a few at a time.

use super::types::network;
use crate::error::{Error, Result};
use crate::random::Random;
use argon2::password_hash::phc::{PasswordHash, Salt};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use moka::future::Cache;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashing is bound by cores; more at once only makes everybody wait longer.
const AT_ONCE: usize = 2;
/// Beyond this many waiting, people are asked to come back rather than kept waiting.
const WAITING: usize = 64;
/// So many of those may come from one network, and be for one email: nobody fills the queue for everybody.
const OF_NETWORK: usize = 8;
const OF_EMAIL: usize = 2;
/// Nobody is kept waiting for longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Networks and emails of whom something waits, with room to spare: the limits on requests keep them fewer.
const LINES: u64 = 20_000;
/// A hash that no password has: verified for unknown emails, so that they take as long as known ones.
const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$7c1r0y7q0b3m2bq1m0m3m2bq1m0m3m2bq1m0m3m2bq0";

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    lines: Cache<String, Arc<Semaphore>>,
    /// The lines in which work waits before it comes into the queue.
    waits_in: Vec<(String, usize)>,
    random: Arc<dyn Random>,
}

impl Passwords {
    /// A hasher with salts from `random`.
    #[must_use]
    pub fn new(random: Arc<dyn Random>) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(WAITING)),
            lines: Cache::builder().max_capacity(LINES).time_to_idle(6 * PATIENCE).build(),
            waits_in: Vec::new(),
            random,
        }
    }

    /// The same, for somebody at `ip` who gives this email: their work waits in lines of their own first.
    #[must_use]
    pub fn asked_by(&self, ip: IpAddr, email: &str) -> Self {
        let waits_in =
            vec![(format!("email {email}"), OF_EMAIL), (format!("network {}", network(ip)), OF_NETWORK)];
        Self { waits_in, ..self.clone() }
    }

    /// The hash to store, as a PHC string.
    ///
    /// # Errors
    /// `Busy` when too many are waiting.
    pub async fn hash(&self, password: SecretString) -> Result<String> {
        let salt: [u8; 16] = self.random.bytes();
        self.run(move || {
            let salt = Salt::new(&salt).map_err(|error| anyhow::anyhow!("salt: {error}"))?;
            let hash = hasher()?
                .hash_password_with_salt(password.expose_secret().as_bytes(), salt.as_ref())
                .map_err(|error| anyhow::anyhow!("hashing: {error}"))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one of `hash`; without a hash the same work is done, and the answer is no.
    ///
    /// # Errors
    /// `Busy` when too many are waiting.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| DUMMY.to_owned());
            let parsed =
                PasswordHash::new(&hash).map_err(|error| anyhow::anyhow!("a stored hash: {error}"))?;
            let fits = hasher()?.verify_password(password.expose_secret().as_bytes(), &parsed).is_ok();
            Ok(fits && known)
        })
        .await
    }

    /// A caller who goes away meanwhile makes no room: the work goes on, and so does its place.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(PATIENCE, self.turn()).await.map_err(|_| Error::Busy)??;
        let done = tokio::task::spawn_blocking(move || {
            let _until_it_is_done = turn;
            work()
        });
        done.await.map_err(anyhow::Error::from)?.map_err(Error::Internal)
    }

    /// Waits in line, then in the queue.
    async fn turn(&self) -> Result<Vec<OwnedSemaphorePermit>> {
        let mut held = Vec::new();
        for (whose, most) in &self.waits_in {
            let line = self.lines.get_with_by_ref(whose, async { Arc::new(Semaphore::new(*most)) }).await;
            held.push(line.acquire_owned().await.map_err(anyhow::Error::from)?);
        }
        held.push(self.queue.clone().try_acquire_owned().map_err(|_| Error::Busy)?);
        held.push(self.turns.clone().acquire_owned().await.map_err(anyhow::Error::from)?);
        Ok(held)
    }
}

fn hasher() -> anyhow::Result<Argon2<'static>> {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::random::SeededRandom;

    fn passwords() -> Passwords {
        Passwords::new(Arc::new(SeededRandom::new(1)))
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = passwords().hash("correct horse battery".into()).await.unwrap();
        assert!(passwords().verify("correct horse battery".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords().verify("correct horse batterx".into(), Some(hash)).await.unwrap());
        assert!(!passwords().verify("correct horse battery".into(), None).await.unwrap());
    }

    /// What an unknown email is verified against costs as much as what a known one is.
    #[tokio::test]
    async fn the_dummy_costs_what_a_real_hash_costs() {
        let real = passwords().hash("correct horse battery".into()).await.unwrap();
        let (real, dummy) = (PasswordHash::new(&real).unwrap(), PasswordHash::new(DUMMY).unwrap());
        assert_eq!(dummy.algorithm, real.algorithm);
        assert_eq!(dummy.version, real.version);
        assert_eq!(Params::try_from(&dummy).unwrap(), Params::try_from(&real).unwrap());
        assert_eq!(dummy.salt.map(|it| it.len()), real.salt.map(|it| it.len()));
        assert_eq!(dummy.hash.map(|it| it.len()), real.hash.map(|it| it.len()));
    }

    /// Whatever comes from one network, most of the queue is left to the others.
    #[tokio::test]
    async fn nobody_fills_the_queue_for_everybody() {
        let passwords = passwords();
        let held = passwords.turns.clone().acquire_many_owned(2).await.unwrap();
        let ask = |ip: [u8; 4], email: &str| {
            let asked = passwords.asked_by(ip.into(), email);
            tokio::spawn(async move { asked.verify("correct horse battery".into(), None).await })
        };
        let mut asked: Vec<_> = (0..100).map(|n| ask([192, 0, 2, 1], &format!("{n}@example.com"))).collect();
        asked.extend((0..10).map(|n| ask([192, 0, 2, 100 + n], "anna@example.com")));
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(passwords.queue.available_permits(), WAITING - OF_NETWORK - OF_EMAIL);
        drop(held);
        for asked in asked.into_iter().take(3) {
            assert!(!asked.await.unwrap().unwrap());
        }
    }

    #[test]
    fn the_parameters_are_owasps() {
        let params = hasher().unwrap();
        let params = params.params();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
    }
}
