//! The vault seals what must not be read from a copy of the database.
//!
//! Sealed form: `[version 1][key id 1][nonce 12][ciphertext and tag]`, AES-256-GCM. The place (agency, table, row, column)
//! is authenticated with it, so that a ciphertext moved elsewhere does not open.

use crate::random::Random;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use anyhow::{Context, Result, bail};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;

/// Seals and opens with the current key; opens with the previous one too, while keys are being rotated.
#[derive(Clone)]
pub struct Vault {
    current: Key,
    previous: Option<Key>,
    random: Arc<dyn Random>,
}

#[derive(Clone)]
struct Key {
    id: u8,
    cipher: Aes256Gcm,
}

/// Where a sealed value lives; it opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The agency, or nil for what belongs to none.
    pub agency: Uuid,
    /// The table's name.
    pub table: &'a str,
    /// The row's id.
    pub row: &'a str,
    /// The column's name.
    pub column: &'a str,
}

/// A sealed secret as the database holds it. Its Debug prints a length only.
#[derive(Clone, sqlx::Type)]
#[sqlx(transparent)]
pub struct SealedToken(Vec<u8>);

impl SealedToken {
    /// The sealed bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for SealedToken {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for SealedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedToken({} bytes)", self.0.len())
    }
}

impl Vault {
    /// A vault for `ENCRYPTION_KEY`: 64 hex digits, optionally `,` and the previous key.
    ///
    /// # Errors
    /// When a key is not 64 hex digits.
    pub fn new(setting: &SecretString, random: Arc<dyn Random>) -> Result<Self> {
        let mut keys = setting.expose_secret().split(',').map(str::trim);
        let current = Key::parse(keys.next().unwrap_or_default())?;
        let previous = keys.next().map(Key::parse).transpose()?;
        if keys.next().is_some() {
            bail!("ENCRYPTION_KEY holds more than two keys");
        }
        if previous.as_ref().is_some_and(|previous| previous.id == current.id) {
            bail!("the two keys in ENCRYPTION_KEY cannot be told apart: make another new one");
        }
        Ok(Self { current, previous, random })
    }

    /// Seals `secret` for `place`.
    ///
    /// # Errors
    /// Never for texts below gigabytes.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> Result<SealedToken> {
        self.seal_bytes(place, secret.expose_secret().as_bytes()).map(SealedToken)
    }

    /// Seals bytes for `place`.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub fn seal_bytes(&self, place: Place<'_>, bytes: &[u8]) -> Result<Vec<u8>> {
        self.seal_with(&self.current, place, bytes)
    }

    /// Seals `secret` for `place` with each key at hand, for what has to tell keys apart; with the keys' ids.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub fn seal_with_each(&self, place: Place<'_>, secret: &SecretString) -> Result<Vec<(u8, SealedToken)>> {
        let seal = |key: &Key| {
            let sealed = self.seal_with(key, place, secret.expose_secret().as_bytes())?;
            Ok((key.id, SealedToken(sealed)))
        };
        std::iter::once(&self.current).chain(&self.previous).map(seal).collect()
    }

    fn seal_with(&self, key: &Key, place: Place<'_>, bytes: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_BYTES] = self.random.bytes();
        let aad = place.authenticated();
        let sealed = key
            .cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: bytes, aad: &aad })
            .map_err(|_| anyhow::anyhow!("sealing failed"))?;
        let mut out = Vec::with_capacity(2 + NONCE_BYTES + sealed.len());
        out.extend([VERSION, key.id]);
        out.extend(nonce);
        out.extend(sealed);
        Ok(out)
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// When the key is not at hand, or the value is damaged or from another place.
    pub fn open(&self, place: Place<'_>, sealed: &SealedToken) -> Result<SecretString> {
        let mut bytes = self.open_bytes(place, sealed.as_bytes())?;
        let text = std::str::from_utf8(&bytes).map(SecretString::from).context("a sealed value is not text");
        bytes.zeroize();
        text
    }

    /// Opens sealed bytes.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_bytes(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
        let (&[version, key_id], rest) = sealed.split_first_chunk().context("a sealed value is too short")?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().context("a sealed value is too short")?;
        if version != VERSION {
            bail!("a sealed value has the unknown version {version}");
        }
        let key = self.key(key_id).context("the key that sealed this value is not in ENCRYPTION_KEY")?;
        let aad = place.authenticated();
        key.cipher.decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: &aad }).map_err(|_| {
            anyhow::anyhow!("a sealed value does not open: damaged, moved, or sealed with another key")
        })
    }

    /// The current key's id, the second byte of everything that it seals.
    #[must_use]
    pub fn key_id(&self) -> u8 {
        self.current.id
    }

    /// Whether the key with this id is at hand.
    #[must_use]
    pub fn holds(&self, id: u8) -> bool {
        self.key(id).is_some()
    }

    /// Whether an earlier key is at hand besides the current one.
    #[must_use]
    pub fn has_previous(&self) -> bool {
        self.previous.is_some()
    }

    /// The ids of the keys at hand, as operators read them.
    #[must_use]
    pub fn key_names(&self) -> String {
        let keys = std::iter::once(&self.current).chain(&self.previous);
        keys.map(|key| format!("{:02x}", key.id)).collect::<Vec<_>>().join(" and ")
    }

    /// Seals again, with the current key, what an earlier one sealed.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn reseal(&self, place: Place<'_>, sealed: &SealedToken) -> Result<SealedToken> {
        let mut bytes = self.open_bytes(place, sealed.as_bytes())?;
        let again = self.seal_bytes(place, &bytes).map(SealedToken);
        bytes.zeroize();
        again
    }

    /// Whether `sealed` was sealed with the key before the current one.
    #[must_use]
    pub fn is_stale(&self, sealed: &SealedToken) -> bool {
        sealed.0.get(1) != Some(&self.current.id)
    }

    fn key(&self, id: u8) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.previous).find(|key| key.id == id)
    }
}

impl Key {
    fn parse(hex: &str) -> Result<Self> {
        let mut bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).unwrap_or_default();
        if bytes.len() != 32 {
            bail!("ENCRYPTION_KEY must be 64 hex digits (32 bytes)");
        }
        let cipher = Aes256Gcm::new_from_slice(&bytes)
            .map_err(|_| anyhow::anyhow!("ENCRYPTION_KEY has a bad length"))?;
        // One byte of the key's hash tells the keys apart without telling the key.
        let id = Sha256::digest(&bytes)[0];
        bytes.zeroize();
        Ok(Self { id, cipher })
    }
}

impl Place<'_> {
    /// Length-prefixed, so that no two places read the same.
    fn authenticated(&self) -> Vec<u8> {
        let agency = self.agency.to_string();
        let mut out = Vec::new();
        for part in [agency.as_str(), self.table, self.row, self.column] {
            out.extend((part.len() as u64).to_be_bytes());
            out.extend(part.as_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::random::SeededRandom;

    fn vault(setting: &str) -> Vault {
        Vault::new(&SecretString::from(setting), Arc::new(SeededRandom::new(1))).unwrap()
    }

    fn place<'a>(row: &'a str, column: &'a str) -> Place<'a> {
        Place { agency: Uuid::nil(), table: "connections", row, column }
    }

    #[test]
    fn a_sealed_token_opens_only_in_its_place() {
        let vault = vault(&"ab".repeat(32));
        let sealed = vault.seal(place("1", "access_token"), &"secret".into()).unwrap();
        assert_eq!(vault.open(place("1", "access_token"), &sealed).unwrap().expose_secret(), "secret");
        assert!(vault.open(place("2", "access_token"), &sealed).is_err());
        assert!(vault.open(place("1", "refresh_token"), &sealed).is_err());
    }

    #[test]
    fn the_previous_key_still_opens() {
        let (old, new) = ("ab".repeat(32), "cd".repeat(32));
        let sealed = vault(&old).seal(place("1", "t"), &"secret".into()).unwrap();
        let rotated = vault(&format!("{new},{old}"));
        assert!(rotated.is_stale(&sealed));
        assert_eq!(rotated.open(place("1", "t"), &sealed).unwrap().expose_secret(), "secret");
        assert!(vault(&new).open(place("1", "t"), &sealed).is_err());
    }

    #[test]
    fn a_changed_byte_is_noticed_and_debug_is_silent() {
        let vault = vault(&"ab".repeat(32));
        let mut sealed = vault.seal(place("1", "t"), &"secret".into()).unwrap();
        assert_eq!(format!("{sealed:?}"), "SealedToken(36 bytes)");
        if let Some(last) = sealed.0.last_mut() {
            *last ^= 1;
        }
        assert!(vault.open(place("1", "t"), &sealed).is_err());
    }

    #[test]
    fn a_malformed_key_is_refused() {
        let twice = format!("{0},{0}", "ab".repeat(32));
        for setting in [twice.as_str(), "", "abc", "zz", &"ab".repeat(31)] {
            assert!(Vault::new(&SecretString::from(setting), Arc::new(SeededRandom::new(1))).is_err());
        }
    }
}
