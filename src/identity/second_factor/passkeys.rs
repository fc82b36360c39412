//! Passkeys (WebAuthn): what is asked of an authenticator, and what its answer proves.

use super::checking::{Passed, refuse};
use super::letters::Change;
use super::service::{Own, finish, first_codes, last_codes};
use super::signing_in::{Waiting, admit, whole};
use super::store::{self, PasskeyRow};
use crate::audit::Event;
use crate::auth::{Origin, Scope};
use crate::db::SystemTx;
use crate::error::{Error, Result};
use crate::identity::policy::ManageOwnSessions;
use crate::identity::reception::Reception;
use crate::identity::records::record_everywhere;
use crate::identity::service::SignedIn;
use crate::identity::types::named;
use crate::ids::{PasskeyId, UserId};
use crate::random::token_hash;
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// An authenticator answers within this time, or is asked anew. A sign-in page may stay open for a while.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);
/// Nobody has more.
const MOST: usize = 20;

/// What a browser is handed: the ceremony's token, and what `navigator.credentials` takes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ceremony {
    /// Stands for the ceremony when the answer comes.
    pub token: String,
    /// `PublicKeyCredentialCreationOptions` or `…RequestOptions`, as JSON.
    pub options: Value,
}

/// What an authenticator answered, as the browser's form sends it.
pub(super) struct Answered {
    pub token: SecretString,
    pub credential: String,
}

fn relying_party(public_url: &str) -> Result<Option<Webauthn>> {
    let url: reqwest::Url = public_url.parse().map_err(anyhow::Error::from)?;
    let Some(host) = url.domain() else { return Ok(None) };
    let built = WebauthnBuilder::new(host, &url).and_then(|it| it.rp_name("CreatorCRM").build());
    Ok(Some(built.map_err(anyhow::Error::from)?))
}

/// Whether passkeys can be used here: browsers tie them to a domain, so not where people type an IP address.
pub(in crate::identity) fn offered(public_url: &str) -> bool {
    relying_party(public_url).is_ok_and(|party| party.is_some())
}

fn party(reception: &Reception) -> Result<Webauthn> {
    let none = || Error::conflict("Passkeys need a domain: this installation is reached by an IP address.");
    relying_party(&reception.public_url)?.ok_or_else(none)
}

fn failed() -> Error {
    Error::conflict("The passkey did not answer as it should, or too late. Please try again.")
}

// ------------------------------------------------------- ceremonies

#[derive(Clone, Copy)]
enum Purpose {
    Register,
    Prove,
    SignIn,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Prove => "prove",
            Self::SignIn => "sign_in",
        }
    }
}

/// Keeps what the answer will be checked against, and commits.
async fn ask(
    mut tx: SystemTx,
    reception: &Reception,
    whose: Option<UserId>,
    purpose: Purpose,
    (options, state): (Value, Value),
) -> Result<Ceremony> {
    let token = reception.db.random().token();
    let until = tx.now() + PATIENCE;
    let hash = token_hash(token.expose_secret());
    store::add_ceremony(&mut tx, &hash, whose, purpose.as_str(), &state, until).await?;
    tx.commit().await?;
    Ok(Ceremony { token: token.expose_secret().to_owned(), options })
}

/// What was asked, once: it is gone with this, whatever the answer turns out to be.
async fn take<T: DeserializeOwned>(
    reception: &Reception,
    whose: Option<UserId>,
    purpose: Purpose,
    token: &SecretString,
) -> Result<T> {
    let mut tx = reception.db.begin_system("end a passkey's ceremony").await?;
    let hash = token_hash(token.expose_secret());
    let state = store::take_ceremony(&mut tx, &hash, whose, purpose.as_str()).await?.ok_or_else(failed)?;
    tx.commit().await?;
    Ok(serde_json::from_value(state).map_err(anyhow::Error::from)?)
}

/// `publicKey` of a challenge, and the state beside it.
fn halves(challenge: &impl Serialize, state: &impl Serialize) -> Result<(Value, Value)> {
    let mut challenge = serde_json::to_value(challenge).map_err(anyhow::Error::from)?;
    let state = serde_json::to_value(state).map_err(anyhow::Error::from)?;
    Ok((challenge.get_mut("publicKey").map(Value::take).unwrap_or_default(), state))
}

fn parsed<T: DeserializeOwned>(credential: &str) -> Result<T> {
    serde_json::from_str(credential).map_err(|_| failed())
}

fn opened(row: &PasskeyRow) -> Result<Passkey> {
    Ok(serde_json::from_value(row.passkey.clone()).map_err(anyhow::Error::from)?)
}

/// Keeps the counter that the authenticator told.
async fn note_use(tx: &mut SystemTx, row: &PasskeyRow, result: &AuthenticationResult) -> Result<()> {
    let mut passkey = opened(row)?;
    passkey.update_credential(result);
    let passkey = serde_json::to_value(&passkey).map_err(anyhow::Error::from)?;
    store::set_passkey_used(tx, row.id, &passkey).await
}

// ------------------------------------------------------- adding and removing

/// Asks an authenticator for a new key, which shall also tell whose it is: then it can be the whole sign-in.
pub(super) async fn begin_registration(reception: &Reception, own: &Own) -> Result<Ceremony> {
    let member = own.member();
    let user = member.user_id();
    let mut tx = reception.db.begin_system("begin to add a passkey").await?;
    let there = store::lock_passkeys(&mut tx, user).await?;
    if there.len() >= MOST {
        return Err(Error::conflict("You have 20 passkeys already. Remove one first."));
    }
    let known = there.iter().map(|row| Ok(opened(row)?.cred_id().clone())).collect::<Result<Vec<_>>>()?;
    let begun = party(reception)?
        .start_passkey_registration(user.0, member.email(), member.name(), Some(known))
        .map_err(anyhow::Error::from)?;
    let (mut options, state) = halves(&begun.0, &begun.1)?;
    if let Some(wanted) = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
        wanted.insert("residentKey".to_owned(), json!("preferred"));
    }
    ask(tx, reception, Some(user), Purpose::Register, (options, state)).await
}

/// Adds the key; the recovery codes, when it is the person's first factor.
///
/// # Errors
/// `Invalid` for its name; `Conflict` when the answer does not fit what was asked.
pub(super) async fn register(
    reception: &Reception,
    own: &Own,
    session: Option<&[u8]>,
    answered: &Answered,
    name: &str,
) -> Result<Option<Vec<SecretString>>> {
    let name = checked_name(name)?;
    let user = own.member().user_id();
    let asked: PasskeyRegistration = take(reception, Some(user), Purpose::Register, &answered.token).await?;
    let answer: RegisterPublicKeyCredential = parsed(&answered.credential)?;
    let passkey = party(reception)?.finish_passkey_registration(&answer, &asked).map_err(|_| failed())?;
    let mut tx = reception.db.begin_system("add a passkey").await?;
    let person = store::lock_person(&mut tx, user).await?;
    let row = serde_json::to_value(&passkey).map_err(anyhow::Error::from)?;
    if !store::add_passkey(&mut tx, user, passkey.cred_id(), &name, &row).await? {
        return Err(Error::conflict("This passkey is known already."));
    }
    let codes = first_codes(reception, &mut tx, &person, session).await?;
    let detail = json!({ "name": name });
    finish(tx, reception, own, "identity.passkey_added", detail, Change::PasskeyAdded(&name)).await?;
    Ok(codes)
}

fn checked_name(name: &str) -> Result<String> {
    named(name, "Give it a name, such as the device's").map_err(|sentence| Error::field("name", sentence))
}

/// Calls a key something else.
///
/// # Errors
/// `Invalid` for the name, `NotFound` for one that is not theirs.
pub(super) async fn rename(reception: &Reception, own: &Own, id: PasskeyId, name: &str) -> Result<()> {
    let name = checked_name(name)?;
    let user = own.member().user_id();
    let mut tx = reception.db.begin_system("rename a passkey").await?;
    if !store::set_passkey_name(&mut tx, user, id, &name).await? {
        return Err(Error::NotFound);
    }
    let event = Event::new("identity.passkey_renamed").subject(user).detail(json!({ "name": name }));
    let actor = own.origin().actor("member", Some(user));
    record_everywhere(tx, user, &actor, event).await?.commit().await
}

/// Removes a key.
///
/// # Errors
/// `NotFound` for one that is not theirs.
pub(super) async fn remove(reception: &Reception, own: &Own, id: PasskeyId) -> Result<()> {
    let mut tx = reception.db.begin_system("remove a passkey").await?;
    let person = store::lock_person(&mut tx, own.member().user_id()).await?;
    let name = store::remove_passkey(&mut tx, person.user, id).await?.ok_or(Error::NotFound)?;
    last_codes(&mut tx, &person).await?;
    let detail = json!({ "name": name });
    finish(tx, reception, own, "identity.passkey_removed", detail, Change::PasskeyRemoved(&name)).await
}

// ------------------------------------------------------- proving

/// Asks for one of the person's keys.
pub(super) async fn begin_proof(reception: &Reception, user: UserId) -> Result<Ceremony> {
    let mut tx = reception.db.begin_system("ask for a passkey").await?;
    let keys = store::lock_passkeys(&mut tx, user).await?;
    if keys.is_empty() {
        return Err(Error::conflict("There is no passkey. Use a code."));
    }
    let keys = keys.iter().map(opened).collect::<Result<Vec<_>>>()?;
    let begun = party(reception)?.start_passkey_authentication(&keys).map_err(anyhow::Error::from)?;
    ask(tx, reception, Some(user), Purpose::Prove, halves(&begun.0, &begun.1)?).await
}

/// What the person's key proved, and the transaction in which that may be used.
async fn proven(
    reception: &Reception,
    origin: &Origin,
    user: UserId,
    answered: &Answered,
) -> Result<(SystemTx, Passed)> {
    let asked: PasskeyAuthentication = take(reception, Some(user), Purpose::Prove, &answered.token).await?;
    let answer: PublicKeyCredential = parsed(&answered.credential)?;
    let party = party(reception)?;
    let mut tx = reception.db.begin_system("check a passkey").await?;
    store::lock_person(&mut tx, user).await?;
    let row = store::find_passkey(&mut tx, user, answer.raw_id.as_ref()).await?;
    let result = party.finish_passkey_authentication(&answer, &asked).ok();
    let (Some(row), Some(result)) = (row, result) else {
        refuse(tx, origin, user).await?;
        return Err(failed());
    };
    note_use(&mut tx, &row, &result).await?;
    Ok((tx, Passed::by_passkey(&result)))
}

/// Passes the second step by a passkey.
///
/// # Errors
/// `Conflict` when the answer does not fit what was asked.
pub(super) async fn pass(
    reception: &Reception,
    origin: &Origin,
    waiting: Waiting,
    answered: &Answered,
) -> Result<(SignedIn, Passed)> {
    let (tx, passed) = proven(reception, origin, waiting.user, answered).await?;
    let Waiting { user, agency, password_set_at } = waiting;
    let signed_in = SignedIn { user, agency, password_set_at, second_step: true };
    admit(tx, origin, &signed_in, &passed).await?;
    Ok((signed_in, passed))
}

/// Proves again by a passkey that the member is who they are.
///
/// # Errors
/// `Conflict` when the answer does not fit what was asked.
pub(in crate::identity) async fn confirm_by_passkey(
    reception: &Reception,
    scope: &Scope<ManageOwnSessions>,
    token: SecretString,
    credential: String,
) -> Result<()> {
    let (user, origin) = (scope.member().user_id(), scope.origin());
    let (tx, passed) = proven(reception, origin, user, &Answered { token, credential }).await?;
    let event = Event::new("identity.confirmed").subject(user);
    let event = event.detail(json!({ "by": passed.by() }));
    record_everywhere(tx, user, &origin.actor("member", Some(user)), event).await?.commit().await
}

// ------------------------------------------------------- the whole sign-in

/// Asks for any key of this site that tells whose it is.
pub(super) async fn begin_sign_in(reception: &Reception) -> Result<Ceremony> {
    let begun = party(reception)?.start_discoverable_authentication().map_err(anyhow::Error::from)?;
    let tx = reception.db.begin_system("ask for a passkey").await?;
    ask(tx, reception, None, Purpose::SignIn, halves(&begun.0, &begun.1)?).await
}

/// Signs in whoever the key says, without a password: the authenticator verified its user.
///
/// # Errors
/// `Conflict` when the answer does not fit what was asked, or the key is nobody's.
pub(super) async fn sign_in(
    reception: &Reception,
    origin: &Origin,
    answered: &Answered,
) -> Result<(SignedIn, Passed)> {
    let asked: DiscoverableAuthentication = take(reception, None, Purpose::SignIn, &answered.token).await?;
    let answer: PublicKeyCredential = parsed(&answered.credential)?;
    let party = party(reception)?;
    let (user, credential) = party.identify_discoverable_authentication(&answer).map_err(|_| failed())?;
    let user = UserId(user);
    let mut tx = reception.db.begin_system("sign in by a passkey").await?;
    let gone = || Error::conflict("This passkey is not known here any more. Sign in with your password.");
    let person = match store::lock_person(&mut tx, user).await {
        Err(Error::NotFound) => return Err(gone()),
        person => person?,
    };
    let row = store::find_passkey(&mut tx, user, credential).await?.ok_or_else(gone)?;
    let Ok(result) = party.finish_discoverable_authentication_v2(&answer, asked, opened(&row)?) else {
        refuse(tx, origin, user).await?;
        return Err(failed());
    };
    note_use(&mut tx, &row, &result).await?;
    let passed = Passed::by_passkey(&result);
    let signed_in = whole(tx, origin, &person, &passed).await?;
    Ok((signed_in, passed))
}
