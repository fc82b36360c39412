//! What the forms of the second step post to. A passkey's form is filled by the browser: `ui/browser/passkeys.rs`.

use super::checking::Passed;
use super::lost;
use super::lost::Asked;
use super::passkeys::{self, Answered, Ceremony};
use super::required::{self, Requirement};
use super::service::{self, as_lines};
use super::signing_in::{self, Waiting};
use crate::auth::{self, Role, Visitor};
use crate::error::{Error, Result};
use crate::identity::new_devices;
use crate::identity::server_fns::own_next;
use crate::identity::service::SignedIn;
use crate::ids::{PasskeyId, UserId};
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;
use secrecy::SecretString;

const HOME: &str = "/settings/second-factor";

fn here() -> Result<(App, Visitor)> {
    Ok((App::current()?, auth::visitor()?))
}

// ------------------------------------------------------- the second step of signing in

async fn waiting(app: &App, visitor: &Visitor) -> Result<Waiting> {
    let late = || Error::conflict("That took too long. Please sign in again.");
    visitor.waiting(app.db.now()).await?.ok_or_else(late)
}

async fn admit(app: &App, visitor: &Visitor, (who, passed): (SignedIn, Passed), next: &str) -> Result<()> {
    new_devices::greet(app, visitor, who.user).await?;
    visitor.begin_session(&who, Some(&passed), app.db.now()).await?;
    outcome::go(own_next(next));
    Ok(())
}

#[server]
pub async fn second_step(code: String, #[server(default)] next: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let waiting = waiting(&app, &visitor).await?;
    let done = signing_in::by_code(&app.reception(), visitor.origin(), waiting, &code).await?;
    Ok(admit(&app, &visitor, done, &next).await?)
}

#[server]
pub async fn second_step_by_passkey(
    token: String,
    credential: String,
    #[server(default)] next: String,
) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let waiting = waiting(&app, &visitor).await?;
    let answered = Answered { token: token.into(), credential };
    let done = passkeys::pass(&app.reception(), visitor.origin(), waiting, &answered).await?;
    Ok(admit(&app, &visitor, done, &next).await?)
}

#[server]
pub async fn sign_in_by_passkey(
    token: String,
    credential: String,
    #[server(default)] next: String,
) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let answered = Answered { token: token.into(), credential };
    let done = passkeys::sign_in(&app.reception(), visitor.origin(), &answered).await?;
    Ok(admit(&app, &visitor, done, &next).await?)
}

/// Asks for a passkey of whoever is about to sign in: one of the person's whose password fitted, else any.
#[server]
pub async fn begin_passkey_sign_in() -> Result<Ceremony, Problem> {
    let (app, visitor) = here()?;
    Ok(match visitor.waiting(app.db.now()).await? {
        Some(waiting) => passkeys::begin_proof(&app.reception(), waiting.user).await?,
        None => passkeys::begin_sign_in(&app.reception()).await?,
    })
}

/// Asks for a passkey of the person who is signed in, to prove it again.
#[server]
pub async fn begin_passkey_proof() -> Result<Ceremony, Problem> {
    let scope = auth::scope::<crate::identity::policy::ManageOwnSessions>()?;
    Ok(passkeys::begin_proof(&App::current()?.reception(), scope.member().user_id()).await?)
}

// ------------------------------------------------------- one's own factors

/// Shows new recovery codes once, if some were made.
fn show(codes: Option<Vec<SecretString>>) {
    match codes {
        Some(codes) => {
            outcome::show_once(as_lines(&codes));
            outcome::go("/settings/second-factor/codes");
        }
        None => outcome::go(HOME),
    }
}

#[server]
pub async fn begin_app() -> Result<(), Problem> {
    service::begin_app(&App::current()?.reception(), &auth::fresh()?).await?;
    outcome::go("/settings/second-factor/app");
    Ok(())
}

#[server]
pub async fn confirm_app(code: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let session = visitor.session_hash();
    let codes = service::confirm_app(&app.reception(), &visitor.fresh()?, session.as_deref(), &code).await?;
    app.members.invalidate_all();
    show(codes);
    outcome::notice("The app is set up. From now on, signing in asks for a code.");
    Ok(())
}

#[server]
pub async fn remove_app() -> Result<(), Problem> {
    let app = App::current()?;
    service::remove_app(&app.reception(), &auth::fresh()?).await?;
    app.members.invalidate_all();
    outcome::notice("The app is removed.");
    outcome::go(HOME);
    Ok(())
}

#[server]
pub async fn make_recovery_codes() -> Result<(), Problem> {
    let codes = service::make_codes(&App::current()?.reception(), &auth::fresh()?).await?;
    show(Some(codes));
    outcome::notice("The codes from before no longer work.");
    Ok(())
}

#[server]
pub async fn begin_passkey() -> Result<Ceremony, Problem> {
    Ok(passkeys::begin_registration(&App::current()?.reception(), &auth::fresh()?).await?)
}

#[server]
pub async fn add_passkey(name: String, token: String, credential: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let (own, session) = (visitor.fresh()?, visitor.session_hash());
    let answered = Answered { token: token.into(), credential };
    let codes = passkeys::register(&app.reception(), &own, session.as_deref(), &answered, &name).await?;
    app.members.invalidate_all();
    show(codes);
    outcome::notice("The passkey is added. It signs you in without your password.");
    Ok(())
}

#[server]
pub async fn rename_passkey(passkey: PasskeyId, name: String) -> Result<(), Problem> {
    passkeys::rename(&App::current()?.reception(), &auth::fresh()?, passkey, &name).await?;
    outcome::notice("The new name is saved.");
    outcome::go(HOME);
    Ok(())
}

#[server]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), Problem> {
    let app = App::current()?;
    passkeys::remove(&app.reception(), &auth::fresh()?, passkey).await?;
    app.members.invalidate_all();
    outcome::notice("The passkey is removed.");
    outcome::go(HOME);
    Ok(())
}

// ------------------------------------------------------- an owner's

#[server]
pub async fn require_second_factor(
    grace_days: i32,
    #[server(default)] roles: Vec<Role>,
) -> Result<(), Problem> {
    let app = App::current()?;
    required::require(&app.db, &auth::fresh()?, &Requirement { roles, grace_days }).await?;
    app.members.invalidate_all();
    outcome::notice("What you require is saved.");
    Ok(())
}

#[server]
pub async fn reset_second_factor(member: UserId) -> Result<(), Problem> {
    let app = App::current()?;
    let asked = lost::reset(&app.reception(), &auth::fresh()?, member).await?;
    app.members.invalidate_all();
    outcome::notice(match asked {
        Asked::Done { name } => {
            format!("{name} signs in with their password alone now. We told them by mail.")
        }
        Asked::Waits { name } => format!(
            "Noted. {name} belongs to other agencies too: it is reset when an owner of each asks for it, within 7 days."
        ),
    });
    Ok(())
}
