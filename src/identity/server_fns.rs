//! What the forms of identity post to.

use super::second_factor::server_fns::{AddPasskey, BeginApp, BeginPasskey, ConfirmApp, MakeRecoveryCodes};
use super::{
    NewAgency, SignedIn, confirming, devices, memberships, new_devices, profile, recovery, registration,
    second_factor, service, starting_again,
};
use crate::auth::{self, Visitor};
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use crate::problem::Problem;
use crate::server::flash::Flash;
use crate::server::outcome;
use crate::server::own_path::{own_path, with_next};
use crate::server::state::App;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The path that the navigation's sign-out button posts to.
#[must_use]
pub fn sign_out_path() -> &'static str {
    SignOut::PATH
}

fn here() -> Result<(App, Visitor)> {
    Ok((App::current()?, auth::visitor()?))
}

/// Where to go on to: the page of ours that `next` names, else the dashboard.
pub(super) fn own_next(next: &str) -> String {
    let next = Some(next).filter(|next| !next.is_empty());
    next.and_then(own_path).unwrap_or_else(|| "/dashboard".to_owned())
}

/// Begins a session of a person whose password fitted, or the second step; and goes on from there to `next`. Whatever
/// signs somebody in by a password goes through here, so that nothing skips that step.
///
/// # Errors
/// When the session cannot be stored.
pub async fn begin(app: &App, visitor: &Visitor, proven: SignedIn, next: &str) -> Result<()> {
    if proven.second_step {
        visitor.begin_second_step(&proven, app.db.now()).await?;
        outcome::go(with_next("/sign-in/second", &own_next(next)));
    } else {
        new_devices::greet(app, visitor, proven.user).await?;
        visitor.begin_session(&proven, None, app.db.now()).await?;
        outcome::go(own_next(next));
    }
    Ok(())
}

/// What opens for a member who must set up a second factor before anything else: that, proving who they are, another agency,
/// signing out.
#[must_use]
pub fn open_to_held(path: &str) -> bool {
    const PAGES: [&str; 5] = [
        "/settings/second-factor",
        "/settings/second-factor/app",
        "/settings/second-factor/codes",
        "/settings/agencies",
        "/confirm",
    ];
    let acts = [
        SignOut::PATH,
        SwitchAgency::PATH,
        Confirm::PATH,
        SendConfirmation::PATH,
        BeginApp::PATH,
        ConfirmApp::PATH,
        BeginPasskey::PATH,
        AddPasskey::PATH,
        MakeRecoveryCodes::PATH,
    ];
    PAGES.contains(&path) || acts.contains(&path)
}

// ------------------------------------------------------- in and out

#[server]
pub async fn sign_up(agency: String, name: String, email: String, password: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let new = NewAgency { agency, name, email, password: password.into() };
    let signed_in = registration::register(&app.reception(), visitor.origin(), new).await?;
    Ok(begin(&app, &visitor, signed_in, "").await?)
}

#[server]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let signed_in = service::sign_in(&app.reception(), visitor.origin(), &email, password.into()).await?;
    Ok(begin(&app, &visitor, signed_in, &next).await?)
}

/// Proves again who one is, and goes back to what needed it, with what had been typed there.
#[server]
pub async fn confirm(
    #[server(default)] password: String,
    #[server(default)] code: String,
    #[server(default)] next: String,
    #[server(default)] kept: String,
) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    confirming::confirm(&app.reception(), &visitor.scope()?, password.into(), &code).await?;
    Ok(confirmed(&app, &visitor, &next, &kept).await?)
}

/// The same by a passkey.
#[server]
pub async fn confirm_by_passkey(
    token: String,
    credential: String,
    #[server(default)] next: String,
    #[server(default)] kept: String,
) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let scope = visitor.scope()?;
    second_factor::confirm_by_passkey(&app.reception(), &scope, token.into(), credential).await?;
    Ok(confirmed(&app, &visitor, &next, &kept).await?)
}

async fn confirmed(app: &App, visitor: &Visitor, next: &str, kept: &str) -> Result<()> {
    visitor.note_proof(app.db.now()).await?;
    if let Some(Flash { form: Some(form), input, .. }) = Flash::open(app, kept) {
        outcome::put_back(form, input);
        outcome::notice("Thank you. Please check what you typed and send it again.");
    }
    outcome::go(own_next(next));
    Ok(())
}

/// For a person who belongs to no agency any more.
#[server]
pub async fn start_again(email: String, password: String, agency: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let signed_in =
        starting_again::start_again(&app.reception(), visitor.origin(), &email, password.into(), &agency)
            .await?;
    outcome::notice(format!("{} is ready. You are its owner.", agency.trim()));
    Ok(begin(&app, &visitor, signed_in, "").await?)
}

#[server]
pub async fn sign_out() -> Result<(), Problem> {
    let (app, visitor) = here()?;
    if visitor.member().is_some() {
        service::sign_out(&app.db, &visitor.scope()?).await?;
    }
    visitor.end_session().await?;
    outcome::go("/sign-in");
    Ok(())
}

// ------------------------------------------------------- the address

#[server]
pub async fn send_confirmation() -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    let sent = registration::send_again(&app.reception(), &scope).await?;
    let email = scope.member().email();
    outcome::notice(if sent {
        format!("A new link is on its way to {email}. It works for 24 hours.")
    } else {
        format!("{email} is confirmed already.")
    });
    Ok(())
}

#[server]
pub async fn verify_email(token: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    registration::verify_email(&app.reception(), visitor.origin(), &token.into()).await?;
    app.members.invalidate_all();
    outcome::notice("Thank you, your address is confirmed.");
    outcome::go("/");
    Ok(())
}

// ------------------------------------------------------- the profile

#[server]
pub async fn change_name(name: String) -> Result<(), Problem> {
    let app = App::current()?;
    profile::rename(&app.db, &auth::scope()?, &name).await?;
    app.members.invalidate_all();
    outcome::notice("Your name is saved.");
    Ok(())
}

#[server]
pub async fn change_email(email: String) -> Result<(), Problem> {
    let email = profile::ask_for_address(&App::current()?.reception(), &auth::fresh()?, &email).await?;
    outcome::notice(format!(
        "A link is on its way to {email}. Your address changes when you open it, within 24 hours."
    ));
    Ok(())
}

#[server]
pub async fn confirm_new_email(token: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let session = visitor.session_hash();
    let email =
        profile::change_address(&app.reception(), visitor.origin(), &token.into(), session.as_deref())
            .await?;
    app.members.invalidate_all();
    outcome::notice(format!("Your address is {email} now. Your other devices are signed out."));
    outcome::go("/");
    Ok(())
}

#[server]
pub async fn undo_new_email(token: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let email = profile::undo(&app.reception(), visitor.origin(), &token.into()).await?;
    app.members.invalidate_all();
    outcome::notice(format!(
        "Your address is {email} again, every device is signed out, and the old password opens nothing. Choose a new one now."
    ));
    outcome::go("/forgotten-password");
    Ok(())
}

// ------------------------------------------------------- the password

#[server]
pub async fn ask_for_new_password(email: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let email = recovery::ask_for_reset(&app.reception(), visitor.origin(), &email).await?;
    outcome::notice(format!(
        "If {email} has an account here, a link to choose a new password is on its way. It works for an hour."
    ));
    outcome::go("/forgotten-password");
    Ok(())
}

#[server]
pub async fn reset_password(token: String, password: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    recovery::reset(&app.reception(), visitor.origin(), &token.into(), password.into()).await?;
    visitor.end_session().await?;
    outcome::notice("Your password is changed, and every device is signed out. Sign in with the new one.");
    outcome::go("/sign-in");
    Ok(())
}

#[server]
pub async fn change_password(current_password: String, new_password: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let (scope, session) = (visitor.scope()?, visitor.session_hash());
    let (current, new) = (current_password.into(), new_password.into());
    recovery::change_password(&app.reception(), &scope, session.as_deref(), current, new).await?;
    visitor.renew_session(&app.sessions, scope.member().agency_id()).await?;
    outcome::notice("Your password is changed. Your other devices are signed out.");
    Ok(())
}

// ------------------------------------------------------- devices

#[server]
pub async fn end_device(device: String) -> Result<(), Problem> {
    devices::end(&App::current()?.db, &auth::scope()?, &device).await?;
    outcome::notice("That device is signed out.");
    outcome::go("/settings/devices");
    Ok(())
}

#[server]
pub async fn end_other_devices() -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let session = visitor.session_hash();
    let ended = devices::end_others(&app.db, &visitor.scope()?, session.as_deref()).await?;
    outcome::notice(match ended {
        0 => "You are signed in nowhere else.".to_owned(),
        1 => "The other device is signed out.".to_owned(),
        several => format!("{several} other devices are signed out."),
    });
    outcome::go("/settings/devices");
    Ok(())
}

#[server]
pub async fn end_member_device(member: UserId, device: String) -> Result<(), Problem> {
    devices::end_of_member(&App::current()?.db, &auth::scope()?, member, &device).await?;
    outcome::notice("That device is signed out.");
    outcome::go(format!("/team/{member}/devices"));
    Ok(())
}

#[server]
pub async fn end_member_devices(member: UserId) -> Result<(), Problem> {
    let ended = devices::end_all_of_member(&App::current()?.db, &auth::scope()?, member).await?;
    outcome::notice(match ended {
        0 => "They are signed in nowhere.".to_owned(),
        1 => "One device is signed out.".to_owned(),
        several => format!("{several} devices are signed out."),
    });
    outcome::go(format!("/team/{member}/devices"));
    Ok(())
}

// ------------------------------------------------------- agencies

#[server]
pub async fn switch_agency(agency: AgencyId) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let scope = visitor.scope()?;
    if memberships::switch(&app.db, &scope, agency).await? {
        visitor.renew_session(&app.sessions, agency).await?;
    }
    outcome::go("/dashboard");
    Ok(())
}

#[server]
pub async fn start_agency(name: String) -> Result<(), Problem> {
    let (app, visitor) = here()?;
    let started = memberships::start(&app.db, &visitor.scope()?, &name).await?;
    visitor.renew_session(&app.sessions, started).await?;
    outcome::notice(format!("{} is ready. You are its owner.", name.trim()));
    outcome::go("/dashboard");
    Ok(())
}
