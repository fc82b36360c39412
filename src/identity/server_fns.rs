//! What the forms of identity post to.

use super::service::{self, NewAgency, SignedIn};
use crate::auth::{self, Visitor, session_key};
use crate::error::Result;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The path that the navigation's sign-out button posts to.
#[must_use]
pub fn sign_out_path() -> &'static str {
    SignOut::PATH
}

#[server]
pub async fn sign_up(agency: String, name: String, email: String, password: String) -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let new = NewAgency { agency, name, email, password: password.into() };
    let signed_in = service::sign_up(&app.db, &app.passwords, visitor.origin(), new).await?;
    begin_session(&visitor, signed_in).await?;
    outcome::go("/dashboard");
    Ok(())
}

#[server]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<(), Problem> {
    let (app, visitor) = (App::current()?, auth::visitor()?);
    let signed_in = service::sign_in(&app.db, &app.passwords, &email, password.into()).await?;
    begin_session(&visitor, signed_in).await?;
    outcome::go(own_page(&next));
    Ok(())
}

#[server]
pub async fn sign_out() -> Result<(), Problem> {
    auth::visitor()?.session().flush().await.map_err(|error| crate::error::Error::Internal(error.into()))?;
    outcome::go("/sign-in");
    Ok(())
}

/// The session gets a new id, so that one known from before is worth nothing.
async fn begin_session(visitor: &Visitor, signed_in: SignedIn) -> Result<()> {
    let session = visitor.session();
    let begun = async {
        session.flush().await?;
        session.insert(session_key::USER, signed_in.user).await?;
        session.insert(session_key::AGENCY, signed_in.agency).await?;
        session.insert(session_key::USER_AGENT, &visitor.origin().user_agent).await?;
        session.insert(session_key::IP, visitor.origin().ip).await
    };
    begun.await.map_err(|error: tower_sessions::session::Error| anyhow::Error::from(error).into())
}

/// A path of ours to go on to, else the dashboard: never another site's address.
fn own_page(next: &str) -> String {
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if ours { next.to_owned() } else { "/dashboard".to_owned() }
}
