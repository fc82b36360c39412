//! Values of the second step, and pure rules about them.

use crate::ids::{PasskeyId, UserId};
use crate::random::Random;
use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// How many recovery codes there are at first.
pub(super) const CODES: usize = 10;
/// 80 bits: beyond guessing, also for who has a copy of the database.
const CODE_BYTES: usize = 10;
const CODE_CHARS: usize = 16;
const APP_DIGITS: usize = 6;

/// By what somebody passed the second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    App,
    Recovery,
    Passkey,
}

impl Via {
    /// As the audit log has it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Recovery => "recovery code",
            Self::Passkey => "passkey",
        }
    }
}

/// What was typed where a code belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Six digits of an app.
    App(String),
    /// A recovery code, without dashes and in lower case.
    Recovery(String),
}

impl Typed {
    /// Spaces and dashes are for the eye.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let plain = plain.to_lowercase();
        match plain.len() {
            APP_DIGITS if plain.bytes().all(|byte| byte.is_ascii_digit()) => Some(Self::App(plain)),
            CODE_CHARS if plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Some(Self::Recovery(plain))
            }
            _ => None,
        }
    }
}

/// A new recovery code, as it is shown: `abcd-efgh-ijkl-mnop`.
pub(super) fn recovery_code(random: &dyn Random) -> SecretString {
    let plain = BASE32_NOPAD.encode(&random.bytes::<CODE_BYTES>()).to_lowercase();
    let groups: Vec<_> = plain.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    SecretString::from(groups.join("-"))
}

/// What is stored of a recovery code.
pub(super) fn code_hash(user: UserId, code: &SecretString) -> Vec<u8> {
    let plain = code.expose_secret().replace('-', "");
    Sha256::digest(format!("{user} {plain}")).to_vec()
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug)]
pub struct PasskeyLine {
    /// Stands for it in forms.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when it is here.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// How a person's second step stands.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Since when an app makes codes.
    pub app_since: Option<DateTime<Utc>>,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<PasskeyLine>,
    /// Recovery codes that were not used yet.
    pub codes_left: i64,
}

impl Overview {
    /// Whether there is any factor.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.app_since.is_some() || !self.passkeys.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use uuid::Uuid;

    #[test]
    fn a_code_is_told_by_its_shape_however_it_is_typed() {
        for typed in ["123456", " 123 456 ", "123-456"] {
            assert_eq!(Typed::parse(typed), Some(Typed::App("123456".to_owned())), "{typed}");
        }
        let recovery = Some(Typed::Recovery("abcdefghijkl2345".to_owned()));
        for typed in ["abcd-efgh-ijkl-2345", "ABCD EFGH IJKL 2345", "abcdefghijkl2345"] {
            assert_eq!(Typed::parse(typed), recovery, "{typed}");
        }
        for typed in ["", "12345", "1234567", "abcdef", "abcd-efgh-ijkl-234", "abcd-efgh-ijkl-234é"] {
            assert_eq!(Typed::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_recovery_code_is_found_again_by_its_hash_and_is_one_persons() {
        let random = SeededRandom::new(7);
        let (one, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let code = recovery_code(&random);
        assert_eq!(code.expose_secret().len(), 19);
        let plain = code.expose_secret().replace('-', "");
        assert_eq!(Typed::parse(&code.expose_secret().to_uppercase()), Some(Typed::Recovery(plain.clone())));
        assert_eq!(code_hash(one, &plain.clone().into()), code_hash(one, &code));
        assert_ne!(code_hash(other, &plain.into()), code_hash(one, &code));
        assert_ne!(recovery_code(&random).expose_secret(), code.expose_secret());
    }
}
