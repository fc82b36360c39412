//! Randomness, handed in: ids, tokens and nonces come from here.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use rand::{SeedableRng, TryRng, rngs::StdRng, rngs::SysRng};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Fills buffers with random bytes.
pub trait Random: Send + Sync {
    /// Fills `bytes`; aborts rather than return predictable ones.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A UUIDv7: sorts by `now`, so that rows made together lie together.
    #[must_use]
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A token for links, states and verifiers: 256 bits in base64url.
    #[must_use]
    pub fn token(&self) -> SecretString {
        SecretString::from(BASE64URL_NOPAD.encode(&self.bytes::<32>()))
    }
}

/// What is stored of a token: its SHA-256. Tokens have 256 random bits, so a plain hash suffices.
#[must_use]
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::expect_used, reason = "a machine without randomness must not go on")]
    fn fill(&self, bytes: &mut [u8]) {
        SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
    }
}

/// A repeatable generator, for tests.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// The generator that `seed` names.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
