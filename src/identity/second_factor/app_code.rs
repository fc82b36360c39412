//! The codes of an app (TOTP, RFC 6238): six digits that change every half minute.

use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::random::Random;
use crate::vault::{Place, SealedToken, Vault};
use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

/// What an app shows above its codes.
const ISSUER: &str = "CreatorCRM";
/// RFC 4226 asks for 160 bits.
const SEED_BYTES: usize = 20;

/// What an app and we share, as base32.
pub(super) struct Seed(SecretString);

impl Seed {
    pub(super) fn new(random: &dyn Random) -> Self {
        Self(SecretString::from(BASE32_NOPAD.encode(&random.bytes::<SEED_BYTES>())))
    }

    pub(super) fn seal(&self, vault: &Vault, user: UserId) -> Result<SealedToken> {
        Ok(vault.seal(place(&user.to_string()), &self.0)?)
    }

    pub(super) fn open(vault: &Vault, user: UserId, sealed: &SealedToken) -> Result<Self> {
        Ok(Self(vault.open(place(&user.to_string()), sealed)?))
    }

    /// The half minute of which `code` is the code, at most one away from now: clocks differ, and typing takes time.
    pub(super) fn step_of(&self, code: &str, now: DateTime<Utc>) -> Result<Option<u64>> {
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Ok(self.totp("")?.check(code, seconds))
    }

    /// The key in groups of four, for who cannot scan.
    pub(super) fn as_text(&self) -> String {
        let groups: Vec<_> =
            self.0.expose_secret().as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// What an app scans: an `otpauth:` address as a QR code, dark on white whatever the theme.
    pub(super) fn as_qr(&self, email: &str) -> Result<String> {
        // A colon would end the issuer.
        let address = self.totp(&email.replace(':', " "))?.to_url().map_err(broken)?;
        let code = QRBuilder::new(address).build().map_err(|error| broken(format!("{error:?}")))?;
        Ok(SvgBuilder::default().to_str(&code))
    }

    fn totp(&self, account: &str) -> Result<Totp> {
        let secret =
            Secret::try_from_base32(self.0.expose_secret()).map_err(|error| broken(format!("{error:?}")))?;
        let account = if account.is_empty() { ISSUER } else { account };
        let totp = Builder::new().with_secret(secret).with_skew(1).with_account_name(account);
        totp.with_issuer(Some(ISSUER)).build().map_err(broken)
    }
}

fn place(user: &str) -> Place<'_> {
    Place { agency: Uuid::nil(), table: "totp_seeds", row: user, column: "seed" }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(anyhow::anyhow!("a seed cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::random::SeededRandom;

    /// RFC 6238, appendix B: the seed "12345678901234567890", six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard_one_step_around_now() {
        let seed = Seed(SecretString::from(BASE32_NOPAD.encode(b"12345678901234567890")));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for (seconds, code) in
            [(1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            let step = u64::try_from(seconds).unwrap() / 30;
            for late in [-30, 0, 30] {
                assert_eq!(seed.step_of(code, at(seconds + late)).unwrap(), Some(step), "{code} {late}");
            }
            for far in [-60, 60] {
                assert_eq!(seed.step_of(code, at(seconds + far)).unwrap(), None, "{code} {far}");
            }
        }
        assert_eq!(seed.step_of("000000", at(59)).unwrap(), None);
    }

    #[test]
    fn the_picture_has_nothing_that_a_content_policy_forbids() {
        let seed = Seed::new(&SeededRandom::new(1));
        let svg = seed.as_qr("anna@studio.com").unwrap();
        assert!(svg.starts_with("<svg") && !svg.contains("style") && !svg.contains("href"), "{svg}");
        assert_eq!(seed.as_text().replace(' ', "").len(), 32);
    }
}
