//! What the forms of connections post to.

use super::pages::told;
use super::{CreatorVisit, NewLink, Wish};
use crate::auth::{self, Visitor};
use crate::error::{Error, Result};
use crate::ids::{AccountId, ConnectLinkId, ConnectionId, CreatorId};
use crate::platform::PlatformKind;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;

#[server]
pub async fn connect_account(
    platform: String,
    #[server(default)] creator: String,
    #[server(default)] fresh_sign_in: bool,
) -> Result<(), Problem> {
    let (app, scope, visitor) = (App::current()?, auth::scope()?, auth::visitor()?);
    let wish = Wish { platform: known(&platform)?, creator: chosen(&creator)?, fresh_sign_in };
    let session = visitor.own_session_hash().await?;
    outcome::go(super::begin(&app.connector()?, &scope, &session, wish).await?);
    Ok(())
}

#[server]
pub async fn reconnect(
    connection: ConnectionId,
    #[server(default)] fresh_sign_in: bool,
) -> Result<(), Problem> {
    let (app, scope, visitor) = (App::current()?, auth::scope()?, auth::visitor()?);
    let session = visitor.own_session_hash().await?;
    outcome::go(super::begin_again(&app.connector()?, &scope, &session, connection, fresh_sign_in).await?);
    Ok(())
}

#[server]
pub async fn finish_connection(connection: ConnectionId) -> Result<(), Problem> {
    let app = App::current()?;
    let connected = super::finish_again(&app.connector()?, &auth::scope()?, connection).await?;
    outcome::notice(told::connected(&connected));
    outcome::go(told::next_page(&connected));
    Ok(())
}

#[server]
pub async fn choose_accounts(
    connection: ConnectionId,
    #[server(default)] accounts: Vec<String>,
    #[server(default)] creator: String,
) -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    let connected = super::choose(&app.db, &scope, connection, &accounts, chosen(&creator)?).await?;
    outcome::notice(told::connected(&connected));
    outcome::go("/connections");
    Ok(())
}

#[server]
pub async fn remove_connection(connection: ConnectionId) -> Result<(), Problem> {
    super::remove(&App::current()?.db, &auth::scope()?, connection).await?;
    outcome::notice("Removed. We have no access through it any more.");
    outcome::go("/connections");
    Ok(())
}

#[server]
pub async fn disconnect_account(account: AccountId) -> Result<(), Problem> {
    let ended = super::disconnect(&App::current()?.db, &auth::scope()?, account).await?;
    outcome::notice(told::disconnected(&ended));
    outcome::go("/accounts");
    Ok(())
}

// ------------------------------------------------------- links

#[server]
pub async fn make_connect_link(
    platform: String,
    note: String,
    #[server(default)] creator: String,
    days: i64,
) -> Result<(), Problem> {
    let app = App::current()?;
    let new = NewLink { platform: known(&platform)?, note, creator: chosen(&creator)?, days };
    let token = super::make_link(&app.db, &auth::scope()?, new).await?;
    outcome::show_once(told::link_address(&app.public_url, &token));
    outcome::go("/connections");
    Ok(())
}

/// A creator who is signed in connects an account of her own: from here on it is as with any link.
#[server]
pub async fn connect_own_account(platform: String) -> Result<(), Problem> {
    let app = App::current()?;
    let token = super::make_own_link(&app.db, &auth::scope()?, known(&platform)?).await?;
    outcome::go(told::link_path(&token));
    Ok(())
}

#[server]
pub async fn revoke_connect_link(link: ConnectLinkId) -> Result<(), Problem> {
    let note = super::revoke_link(&App::current()?.db, &auth::scope()?, link).await?;
    outcome::notice(format!("The link for {note} no longer works."));
    outcome::go("/connections");
    Ok(())
}

/// A creator goes to the consent page. She is no member: what she holds is the link's token.
#[server]
pub async fn connect_by_link(token: String, #[server(default)] fresh_sign_in: bool) -> Result<(), Problem> {
    let (app, visitor, token) = (App::current()?, auth::visitor()?, token.into());
    // A made-up token gets no session.
    super::open_link(&app.db, &token).await?;
    let (connector, session) = (app.connector()?, visitor.own_session_hash().await?);
    let begun = super::begin_by_link(&connector, visitor.origin(), &session, &token, fresh_sign_in).await?;
    outcome::go(begun);
    Ok(())
}

/// She chooses, in the browser in which she gave the grant.
#[server]
pub async fn choose_by_link(
    connection: ConnectionId,
    #[server(default)] accounts: Vec<String>,
) -> Result<(), Problem> {
    let app = App::current()?;
    let visit = visit(&app, &auth::visitor()?, connection).await?;
    visit.choose(&app.db, &accounts).await?;
    outcome::go(format!("/connect/done/{connection}"));
    Ok(())
}

/// She finishes what the platform's trouble had cut off.
#[server]
pub async fn finish_by_link(connection: ConnectionId) -> Result<(), Problem> {
    let app = App::current()?;
    let visit = visit(&app, &auth::visitor()?, connection).await?;
    let connected = visit.finish(&app.connector()?).await?;
    outcome::go(told::next_page_of_creator(&connected));
    Ok(())
}

async fn visit(app: &App, visitor: &Visitor, connection: ConnectionId) -> Result<CreatorVisit> {
    CreatorVisit::find(&app.db, visitor.origin(), visitor.session_hash().as_deref(), connection).await
}

// ------------------------------------------------------- reading what forms send

fn known(platform: &str) -> Result<PlatformKind> {
    platform.parse().map_err(|_| Error::field("platform", "Choose a platform"))
}

/// The creator that was chosen; the first choice, a new one, is empty.
fn chosen(creator: &str) -> Result<Option<CreatorId>> {
    let parsed = (!creator.is_empty()).then(|| creator.parse()).transpose();
    parsed.map_err(|_| Error::field("creator", "Choose one of the creators"))
}
