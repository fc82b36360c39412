//! The secret half of PKCE (RFC 7636, S256): kept on the server, only its hash goes to the browser.

use data_encoding::BASE64URL_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// A code verifier of legal length and alphabet.
#[derive(Clone, Debug)]
pub struct PkceVerifier(SecretString);

impl PkceVerifier {
    /// A verifier made of 32 random bytes, which the caller draws.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(BASE64URL_NOPAD.encode(&bytes).into())
    }

    /// A verifier that was stored at the start of the flow; nothing when it is not one.
    pub fn from_stored(text: SecretString) -> Option<Self> {
        let raw = text.expose_secret();
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        ((43..=128).contains(&raw.len()) && raw.bytes().all(legal)).then_some(Self(text))
    }

    /// The secret itself: to be sealed and stored, and sent to the token endpoint alone.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }

    /// The S256 challenge for the authorize URL.
    pub fn challenge(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.0.expose_secret().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636_appendix_b() {
        let verifier = PkceVerifier::from_stored("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
        assert_eq!(
            verifier.map(|v| v.challenge()).as_deref(),
            Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        );
    }

    #[test]
    fn a_random_verifier_survives_storage_and_never_shows_itself() {
        let made = PkceVerifier::from_random([7; 32]);
        let stored = PkceVerifier::from_stored(made.secret().clone());
        assert_eq!(stored.map(|v| v.challenge()), Some(made.challenge()));
        assert!(!format!("{made:?}").contains(made.secret().expose_secret()));
    }

    #[test]
    fn a_verifier_of_illegal_length_or_alphabet_is_refused() {
        for text in ["short".to_owned(), "a".repeat(129), format!("{} {}", "a".repeat(30), "b".repeat(30))] {
            assert!(PkceVerifier::from_stored(text.into()).is_none());
        }
    }
}
