//! Signing up and in.

use super::password::{MAX_CHARS, MIN_CHARS, Passwords};
use super::store;
use crate::audit::{self, Event};
use crate::auth::{Origin, SystemScope};
use crate::db::Db;
use crate::error::{Error, Invalid, Result, on_constraint};
use crate::ids::{AgencyId, UserId};
use secrecy::{ExposeSecret, SecretString};

/// What a new owner types.
#[derive(Clone, Debug)]
pub struct NewAgency {
    /// The agency's name.
    pub agency: String,
    /// The owner's name.
    pub name: String,
    /// The owner's address.
    pub email: String,
    /// The owner's password.
    pub password: SecretString,
}

/// A person who proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The agency they begin in.
    pub agency: Option<AgencyId>,
}

/// Makes a user, their agency and their membership as its owner.
///
/// # Errors
/// `Invalid` for what needs correcting, also when the email has a user already.
pub async fn sign_up(db: &Db, passwords: &Passwords, origin: &Origin, new: NewAgency) -> Result<SignedIn> {
    let new = checked(new)?;
    let hash = passwords.hash(new.password.clone()).await?;
    let mut tx = db.begin_system("sign up").await?;
    let (user, agency) = (tx.new_id::<UserId>(), tx.new_id::<AgencyId>());
    store::add_user(&mut tx, user, &new.email, &new.name, &hash)
        .await
        .map_err(on_constraint("users_email_key", || {
            Error::field("email", "This email has an account already. Sign in, or use another email.")
        }))?;
    store::add_agency(&mut tx, agency, &new.agency, user).await?;
    let scope = SystemScope::caused_by(agency, origin.actor("member", Some(user)));
    let mut tx = tx.into_agency(&scope).await?;
    audit::record(&mut tx, Event::new("agencies.created").subject(agency)).await?;
    tx.commit().await?;
    Ok(SignedIn { user, agency: Some(agency) })
}

fn checked(new: NewAgency) -> Result<NewAgency> {
    let mut invalid = Invalid::default();
    let agency = invalid.take("agency", named(&new.agency, "Type your agency's name"));
    let name = invalid.take("name", named(&new.name, "Type your name"));
    let email = invalid.take("email", email(&new.email));
    invalid.take("password", long_enough(&new.password));
    invalid.check()?;
    Ok(NewAgency {
        agency: agency.unwrap_or_default(),
        name: name.unwrap_or_default(),
        email: email.unwrap_or_default(),
        password: new.password,
    })
}

fn named(text: &str, missing: &'static str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err(missing),
        text if text.chars().count() > 100 => Err("At most 100 characters fit here"),
        text => Ok(text.to_owned()),
    }
}

/// An address in lower case. What mail really reaches is proven by the link sent to it.
pub(super) fn email(text: &str) -> Result<String, &'static str> {
    let text = text.trim().to_lowercase();
    let parsed: Result<lettre::Address, _> = text.parse();
    match parsed {
        Ok(address) if address.domain().contains('.') && text.len() <= 254 => Ok(text),
        _ => Err("Type the whole address, like anna@studio.com"),
    }
}

pub(super) fn long_enough(password: &SecretString) -> Result<(), &'static str> {
    match password.expose_secret().chars().count() {
        0..MIN_CHARS => Err("Use at least 10 characters; a few words in a row are good"),
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err("At most 200 characters fit here"),
    }
}

/// Proves who a person is by email and password.
///
/// # Errors
/// `Invalid` with the same sentence whether the email is unknown or the password wrong.
pub async fn sign_in(
    db: &Db,
    passwords: &Passwords,
    typed_email: &str,
    password: SecretString,
) -> Result<SignedIn> {
    let email = typed_email.trim().to_lowercase();
    let mut tx = db.begin_system("sign in").await?;
    let found = store::find_credentials(&mut tx, &email).await?;
    drop(tx);
    let (user, hash) = found.unzip();
    let fits = passwords.verify(password, hash).await?;
    match (fits, user) {
        (true, Some(user)) => Ok(SignedIn { user, agency: None }),
        _ => Err(Error::field("password", "Email and password do not fit together")),
    }
}

/// Whether `password` is that of `user`, for what they must confirm by it again.
///
/// # Errors
/// `RateLimited` when too many passwords are being checked.
pub async fn is_password_of(
    db: &Db,
    passwords: &Passwords,
    user: UserId,
    password: SecretString,
) -> Result<bool> {
    let mut tx = db.begin_system("confirm a password").await?;
    let hash = store::find_password(&mut tx, user).await?;
    drop(tx);
    passwords.verify(password, hash).await
}
