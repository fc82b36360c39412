//! Sealing and opening the tokens of a connection and the verifier of an attempt: each opens only in its own row and column.

use crate::error::Result;
use crate::ids::{AgencyId, ConnectionId};
use crate::platform::{AccessToken, PkceVerifier, TokenPair};
use crate::vault::{Place, SealedToken, Vault};
use data_encoding::HEXLOWER;
use secrecy::SecretString;

/// A pair as the database keeps it. No refresh token means that the one stored stays good.
pub(super) struct SealedPair {
    pub access: SealedToken,
    pub refresh: Option<SealedToken>,
    /// The access token's life in seconds, from the answer.
    pub lives: f64,
    /// When to refresh, in seconds from the answer.
    pub due_in: f64,
}

/// Refresh well before the end: at half of a short life, ten minutes before the end of a long one.
const LONG_LIFE: f64 = 1200.0;
const BEFORE_THE_END: f64 = 600.0;

pub(super) fn seal_pair(
    vault: &Vault,
    agency: AgencyId,
    id: ConnectionId,
    pair: &TokenPair,
) -> Result<SealedPair> {
    let row = id.to_string();
    let access = vault.seal(place(agency, &row, "access_token"), pair.access.secret())?;
    let refresh = pair.refresh.as_ref().map(|it| vault.seal(place(agency, &row, "refresh_token"), it));
    let lives = pair.expires_in.as_secs_f64();
    Ok(SealedPair { access, refresh: refresh.transpose()?, lives, due_in: due_in(lives) })
}

fn due_in(lives: f64) -> f64 {
    if lives >= LONG_LIFE { lives - BEFORE_THE_END } else { lives / 2.0 }
}

pub(super) fn open_access(
    vault: &Vault,
    agency: AgencyId,
    id: ConnectionId,
    sealed: &SealedToken,
) -> Result<AccessToken> {
    Ok(vault.open(place(agency, &id.to_string(), "access_token"), sealed)?.into())
}

pub(super) fn open_refresh(
    vault: &Vault,
    agency: AgencyId,
    id: ConnectionId,
    sealed: &SealedToken,
) -> Result<SecretString> {
    Ok(vault.open(place(agency, &id.to_string(), "refresh_token"), sealed)?)
}

/// An attempt's row is named by its state's hash, in hex.
pub(super) fn seal_verifier(
    vault: &Vault,
    agency: AgencyId,
    state_hash: &[u8],
    pkce: &PkceVerifier,
) -> Result<SealedToken> {
    Ok(vault.seal(attempt_place(agency, &HEXLOWER.encode(state_hash)), pkce.secret())?)
}

pub(super) fn open_verifier(
    vault: &Vault,
    agency: AgencyId,
    state_hash: &[u8],
    sealed: &SealedToken,
) -> Result<PkceVerifier> {
    let text = vault.open(attempt_place(agency, &HEXLOWER.encode(state_hash)), sealed)?;
    Ok(PkceVerifier::from_stored(text).ok_or_else(|| anyhow::anyhow!("a stored verifier is none"))?)
}

fn attempt_place(agency: AgencyId, row: &str) -> Place<'_> {
    Place { agency: agency.0, table: "oauth_attempts", row, column: "verifier" }
}

fn place<'a>(agency: AgencyId, row: &'a str, column: &'a str) -> Place<'a> {
    Place { agency: agency.0, table: "connections", row, column }
}

#[cfg(test)]
mod tests {
    use super::due_in;

    #[test]
    fn a_token_is_refreshed_well_before_it_ends() {
        assert!((due_in(3600.0) - 3000.0).abs() < 0.001);
        assert!((due_in(1200.0) - 600.0).abs() < 0.001);
        assert!((due_in(600.0) - 300.0).abs() < 0.001);
        assert!((due_in(5.0) - 2.5).abs() < 0.001);
    }
}
