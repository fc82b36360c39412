//! Checking what somebody shows as their second factor.

use super::app_code::Seed;
use super::letters::{self, Change};
use super::store::{self, Person};
use super::types::{Typed, Via, code_hash};
use crate::audit::Event;
use crate::auth::Origin;
use crate::db::SystemTx;
use crate::error::{Error, Result};
use crate::identity::reception::Reception;
use crate::identity::records::record_everywhere;
use crate::identity::tries::{self, Try};
use crate::ids::UserId;
use crate::mail;

/// Proof that somebody passed the second step: without it no session begins for a person who has a factor. Made here only.
#[derive(Debug)]
pub struct Passed(Via);

impl Passed {
    /// By what, as the audit log has it.
    pub(in crate::identity) fn by(&self) -> &'static str {
        self.0.as_str()
    }

    /// A passkey answered; for the module that checks them.
    pub(super) fn by_passkey(_checked: &webauthn_rs::prelude::AuthenticationResult) -> Self {
        Self(Via::Passkey)
    }
}

/// What `typed` proved, and the transaction in which that may be used: the code is used up with its commit.
///
/// # Errors
/// `Invalid` at the field `code` for one that does not fit or was used; that is counted and goes on record. `RateLimited`
/// after too many, for the right code too.
pub(in crate::identity) async fn try_code(
    reception: &Reception,
    origin: &Origin,
    user: UserId,
    typed: &str,
) -> Result<(SystemTx, Passed)> {
    let mut tx = reception.db.begin_system("check a second factor").await?;
    let email = store::lookup_email(&mut tx, user).await?;
    let attempt = Try::new(tries::SECOND_FACTOR, &email, origin.ip);
    attempt.hold(&mut tx).await?;
    let person = store::lock_person(&mut tx, user).await?;
    if let Some(via) = use_up(reception, &mut tx, user, typed).await? {
        attempt.forgive(&mut tx).await?;
        if via == Via::Recovery {
            tell_of_code(reception, &mut tx, origin, &person).await?;
        }
        return Ok((tx, Passed(via)));
    }
    attempt.count(&mut tx).await?;
    refuse(tx, origin, user).await?;
    Err(Error::field(
        "code",
        "This code does not fit. A code works once; those of an app change every half minute.",
    ))
}

async fn tell_of_code(
    reception: &Reception,
    tx: &mut SystemTx,
    origin: &Origin,
    person: &Person,
) -> Result<()> {
    let left = store::count_codes(tx, person.user).await?;
    let letter = letters::changed(reception, &person.email, origin, tx.now(), Change::CodeUsed { left });
    mail::send(tx, &reception.vault, letter).await
}

/// Puts a factor that did not fit on record, and commits.
pub(super) async fn refuse(tx: SystemTx, origin: &Origin, user: UserId) -> Result<()> {
    let event = Event::new("identity.second_factor_refused").subject(user);
    record_everywhere(tx, user, &origin.actor("visitor", None), event).await?.commit().await
}

async fn use_up(reception: &Reception, tx: &mut SystemTx, user: UserId, typed: &str) -> Result<Option<Via>> {
    match Typed::parse(typed) {
        Some(Typed::App(code)) => {
            let Some(row) = store::lookup_seed(tx, user).await? else { return Ok(None) };
            let seed = Seed::open(&reception.vault, user, &row.seed)?;
            let Some(step) = seed.step_of(&code, tx.now())? else { return Ok(None) };
            let step = i64::try_from(step).map_err(anyhow::Error::from)?;
            Ok(store::use_step(tx, user, step).await?.then_some(Via::App))
        }
        Some(Typed::Recovery(code)) => {
            let hash = code_hash(user, &code.into());
            // Of codes whose factors are gone nothing opens.
            let works = store::has_factor(tx, user).await? && store::use_code(tx, user, &hash).await?;
            Ok(works.then_some(Via::Recovery))
        }
        None => Ok(None),
    }
}
