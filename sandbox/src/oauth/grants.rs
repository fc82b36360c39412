//! Grants: what a person has allowed the app, as a chain of token pairs of which only the newest may refresh.
//!
//! Tokens are `prefix_chain_number_mac`. The number is the pair's place in its chain and the mac proves that this
//! sandbox issued it, so a chain needs to remember only its newest pairs and still recognises any older one.

use std::collections::{HashMap, VecDeque};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::{Millis, SECOND};
use crate::fresh;

/// Who has signed in: one creator, or the admin of the agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Identity {
    Creator(usize),
    Agency,
}

/// Why a chain no longer refreshes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Death {
    /// A refresh token was used again after its grace, or a code was used twice.
    Reuse,
    /// The person withdrew consent.
    Withdrawn,
    /// A test killed it; access tokens live on until they expire.
    Killed,
}

/// One pair of the chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pair {
    number: u64,
    issued_at: Millis,
    access_expires_at: Millis,
}

/// One grant and its newest token pairs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Chain {
    pub id: Uuid,
    pub identity: Identity,
    pub scopes: Vec<String>,
    pub created_at: Millis,
    pub death: Option<Death>,
    pub refreshes: u64,
    /// Ascending by number; never empty.
    pairs: VecDeque<Pair>,
}

impl Chain {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|other| other == scope)
    }

    fn refreshable(&self) -> bool {
        self.has_scope("offline_access") || self.has_scope("offline")
    }
}

/// What a good access token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub identity: Identity,
    pub scopes: Vec<String>,
}

impl Access {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|other| other == scope)
    }
}

/// A pair as the token endpoint answers it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub expires_in: i64,
    pub scope: String,
    pub identity: Identity,
}

/// An authorization code that waits to be exchanged.
#[derive(Clone, Debug)]
struct Code {
    identity: Identity,
    scopes: Vec<String>,
    redirect_uri: String,
    challenge: String,
    expires_at: Millis,
    used_for: Option<Uuid>,
}

/// Why the token endpoint refuses; the text is for `error_description`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidGrant(pub &'static str);

/// All grants, and the rules by which they live.
#[derive(Debug)]
pub(crate) struct Grants {
    key: [u8; 32],
    pub token_lifetime: u32,
    refresh_grace: Millis,
    code_lifetime: Millis,
    pub chains: HashMap<Uuid, Chain>,
    codes: HashMap<String, Code>,
}

/// What of the grants survives a restart.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedGrants {
    key: String,
    chains: Vec<Chain>,
}

impl Grants {
    pub(crate) fn new(config: &crate::Config, saved: Option<SavedGrants>) -> Self {
        let mut grants = Self {
            key: fresh::secret(),
            token_lifetime: config.token_lifetime,
            refresh_grace: Millis::from(config.refresh_grace) * SECOND,
            code_lifetime: Millis::from(config.code_lifetime) * SECOND,
            chains: HashMap::new(),
            codes: HashMap::new(),
        };
        if let Some(saved) = saved {
            let key = HEXLOWER.decode(saved.key.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
            if let Some(key) = key {
                grants.key = key;
                grants.chains = saved.chains.into_iter().map(|chain| (chain.id, chain)).collect();
            }
        }
        grants
    }

    pub(crate) fn save(&self) -> SavedGrants {
        SavedGrants { key: HEXLOWER.encode(&self.key), chains: self.chains.values().cloned().collect() }
    }

    /// Consent was given: a code that the redirect carries.
    pub(crate) fn issue_code(
        &mut self,
        identity: Identity,
        scopes: Vec<String>,
        redirect_uri: String,
        challenge: String,
        now: Millis,
    ) -> String {
        let code = format!("sbx_ac_{}", BASE64URL_NOPAD.encode(&fresh::secret::<24>()));
        let expires_at = now + self.code_lifetime;
        self.codes.retain(|_, code| code.expires_at + 3600 * SECOND > now);
        let waiting = Code { identity, scopes, redirect_uri, challenge, expires_at, used_for: None };
        self.codes.insert(code.clone(), waiting);
        code
    }

    /// Exchanges a code, once. A second use is an attack and takes the grant down.
    pub(crate) fn redeem(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Millis,
    ) -> Result<Issued, InvalidGrant> {
        let waiting = self.codes.get_mut(code).ok_or(InvalidGrant("The code is not known."))?;
        if let Some(chain) = waiting.used_for {
            if let Some(chain) = self.chains.get_mut(&chain) {
                chain.death.get_or_insert(Death::Reuse);
            }
            return Err(InvalidGrant("The code has been used already."));
        }
        if now >= waiting.expires_at {
            return Err(InvalidGrant("The code has expired."));
        }
        if waiting.redirect_uri != redirect_uri {
            return Err(InvalidGrant("The redirect_uri is not the one of the authorization."));
        }
        if !verifies(&waiting.challenge, verifier) {
            return Err(InvalidGrant("The code_verifier does not match the code_challenge."));
        }
        let chain = Chain {
            id: fresh::id(),
            identity: waiting.identity,
            scopes: waiting.scopes.clone(),
            created_at: now,
            death: None,
            refreshes: 0,
            pairs: VecDeque::new(),
        };
        let id = chain.id;
        waiting.used_for = Some(id);
        self.chains.insert(id, chain);
        self.next_pair(id, now).ok_or(InvalidGrant("The grant is gone."))
    }

    /// Exchanges a refresh token for the next pair. Again within the grace it gives the same pair; later it is
    /// taken for theft and kills the chain.
    pub(crate) fn refresh(&mut self, token: &str, now: Millis) -> Result<Issued, InvalidGrant> {
        const UNKNOWN: InvalidGrant = InvalidGrant("The refresh token is not known.");
        let (id, number) = self.read_token("sbx_rt", token).ok_or(UNKNOWN)?;
        let grace = self.refresh_grace;
        let chain = self.chains.get_mut(&id).ok_or(UNKNOWN)?;
        if chain.death.is_some() {
            return Err(InvalidGrant("The grant is no longer valid."));
        }
        let newest = chain.pairs.back().map_or(0, |pair| pair.number);
        if number == newest {
            chain.refreshes += 1;
            return self.next_pair(id, now).ok_or(UNKNOWN);
        }
        let successor = chain.pairs.iter().find(|pair| pair.number == number + 1).cloned();
        match successor {
            Some(pair) if now - pair.issued_at <= grace => self.issued(id, &pair, now).ok_or(UNKNOWN),
            _ => {
                chain.death = Some(Death::Reuse);
                Err(InvalidGrant("The refresh token has been used already; the grant is no longer valid."))
            }
        }
    }

    /// Who a bearer token speaks for, if it is good now.
    pub(crate) fn authenticate(&self, token: &str, now: Millis) -> Option<Access> {
        let (id, number) = self.read_token("sbx_at", token)?;
        let chain = self.chains.get(&id)?;
        let pair = chain.pairs.iter().find(|pair| pair.number == number)?;
        let revoked = matches!(chain.death, Some(Death::Reuse | Death::Withdrawn));
        let good = !revoked && now < pair.access_expires_at;
        good.then(|| Access { identity: chain.identity, scopes: chain.scopes.clone() })
    }

    /// Access tokens of the chosen chains expire `seconds` from now at the latest. How many chains it met.
    pub(crate) fn expire_in(&mut self, seconds: i64, now: Millis, chosen: impl Fn(&Chain) -> bool) -> usize {
        let chains = self.chains.values_mut().filter(|chain| chosen(chain));
        chains
            .map(|chain| {
                for pair in &mut chain.pairs {
                    pair.access_expires_at = pair.access_expires_at.min(now + seconds * SECOND);
                }
            })
            .count()
    }

    /// Ends the chosen chains that are alive. How many there were.
    pub(crate) fn kill(&mut self, death: Death, chosen: impl Fn(&Chain) -> bool) -> usize {
        let living = self.chains.values_mut().filter(|chain| chain.death.is_none() && chosen(chain));
        living.map(|chain| chain.death = Some(death)).count()
    }

    fn next_pair(&mut self, id: Uuid, now: Millis) -> Option<Issued> {
        let lifetime = Millis::from(self.token_lifetime) * SECOND;
        let keep_for = self.refresh_grace;
        let chain = self.chains.get_mut(&id)?;
        let number = chain.pairs.back().map_or(1, |pair| pair.number + 1);
        let pair = Pair { number, issued_at: now, access_expires_at: now + lifetime };
        chain.pairs.push_back(pair.clone());
        // A pair is still needed while its access token lives or its refresh token is within its grace; the
        // grace of a pair starts when the next one is issued.
        while chain.pairs.len() > 2
            && chain.pairs[0].access_expires_at <= now
            && now - chain.pairs[1].issued_at > keep_for
        {
            chain.pairs.pop_front();
        }
        self.issued(id, &pair, now)
    }

    fn issued(&self, id: Uuid, pair: &Pair, now: Millis) -> Option<Issued> {
        let chain = self.chains.get(&id)?;
        Some(Issued {
            access_token: self.write_token("sbx_at", id, pair.number),
            refresh_token: chain.refreshable().then(|| self.write_token("sbx_rt", id, pair.number)),
            expires_in: ((pair.access_expires_at - now) / SECOND).max(0),
            scope: chain.scopes.join(" "),
            identity: chain.identity,
        })
    }

    fn write_token(&self, prefix: &str, chain: Uuid, number: u64) -> String {
        let mac = mac(&self.key, format!("{prefix}|{chain}|{number}").as_bytes());
        format!("{prefix}_{}_{number}_{}", chain.simple(), HEXLOWER.encode(&mac[..20]))
    }

    fn read_token(&self, prefix: &str, token: &str) -> Option<(Uuid, u64)> {
        let mut parts = token.strip_prefix(prefix)?.strip_prefix('_')?.split('_');
        let chain: Uuid = parts.next()?.parse().ok()?;
        let number: u64 = parts.next()?.parse().ok()?;
        (self.write_token(prefix, chain, number) == token).then_some((chain, number))
    }
}

/// HMAC-SHA256.
pub(crate) fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length, so the error cannot occur; an empty mac would match nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return vec![0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// RFC 7636: the challenge is the verifier's SHA-256, and the verifier has 43 to 128 unreserved characters.
fn verifies(challenge: &str, verifier: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes())) == challenge
}
