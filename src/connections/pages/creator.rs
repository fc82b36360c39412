//! What a creator sees who opens a link: no account with us, no script needed, and nothing about the agency but its name.

use super::Permissions;
use super::choose::offer;
use crate::auth::Visitor;
use crate::connections::server_fns::{ChooseByLink, ConnectByLink, FinishByLink};
use crate::connections::{Choosing, CreatorVisit, GoodLink, Open, open_link};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::platform::Scope;
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Check, Choices, Form, Hidden, Icon, Submit};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use secrecy::{ExposeSecret, SecretString};

/// `GET /connect/{token}`
pub async fn link(State(app): State<App>, Path(token): Path<SecretString>) -> Result<Page> {
    let link = match open_link(&app.db, &token).await? {
        Open::Good(link) => link,
        gone => return Ok(no_longer(&gone)),
    };
    let connector = app.connector()?;
    let scopes = connector.client(link.platform)?.platform().oauth.scopes;
    let title = format!("Connect with {}", link.agency_name);
    Ok(Page::new(title, move || asked(link, token, scopes)).framed(Frame::PlainWide))
}

fn asked(link: GoodLink, token: SecretString, scopes: &'static [Scope]) -> impl IntoView {
    let (agency, name) = (link.agency_name, link.platform.name());
    view! {
        <div class="stack">
            <h1>{format!("{agency} asks to see your {name} account")}</h1>
            <p class="lead">
                {format!("{agency} manages creators with CreatorCRM. If you agree, it sees what your {name} account earns and who subscribes. You allow it on {name}'s own page; your password stays with you.")}
            </p>
            <Form action=ConnectByLink::PATH>
                <Hidden name="token" value=token.expose_secret()/>
                <Check name="fresh_sign_in" label=format!("This browser is signed in to {name} as somebody else: ask again")/>
                <Submit words=format!("Continue to {name}") class="button primary full"/>
            </Form>
            <section class="card" aria-labelledby="asked">
                <div class="card-header"><h2 id="asked">"What is asked for, and why"</h2></div>
                <div class="card-body"><Permissions scopes/></div>
            </section>
            <h2>"How to end it"</h2>
            <p>
                {format!("At any time: remove CreatorCRM from the connected apps in your {name} settings, or tell {agency} to disconnect you. From then on nothing more is fetched.")}
            </p>
            <p class="faint">{format!("You do not know {agency}? Then close this page. Nothing has happened.")}</p>
        </div>
    }
}

/// A link that no longer works tells that, and nothing about whose it was.
fn no_longer(gone: &Open) -> Page {
    let (title, sentence) = match gone {
        Open::Used => ("This link was used", "Each link works once. If it was you, you are connected."),
        Open::Revoked => ("This link was taken back", "Whoever sent it no longer wants it to be used."),
        _ => ("This link is too old", "Its time has run out."),
    };
    let view = move || {
        view! {
            <div class="empty">
                <Icon name="link"/>
                <h1>{title}</h1>
                <p>{sentence}</p>
                <p>"Ask whoever sent it to you for a new one, if you need it."</p>
            </div>
        }
    };
    Page::new(title, view).framed(Frame::Plain).with_status(StatusCode::GONE)
}

/// `GET /connect/choose/{connection}`
pub async fn choose(State(app): State<App>, visitor: Visitor, Path(id): Path<ConnectionId>) -> Result<Page> {
    let visit = visit(&app, &visitor, id).await?;
    let choosing = visit.choosing(&app.db).await?;
    let agency = visit.agency_name().to_owned();
    let view = move || {
        if choosing.identified {
            pick(id, &agency, &choosing).into_any()
        } else {
            finish(id, &choosing).into_any()
        }
    };
    Ok(Page::new("Choose accounts", view).framed(Frame::Plain))
}

fn pick(id: ConnectionId, agency: &str, choosing: &Choosing) -> impl IntoView + use<> {
    let offers = choosing.offers.iter().map(offer).collect::<Vec<_>>();
    view! {
        <div class="stack">
            <h1>{format!("Which accounts may {agency} see?")}</h1>
            <p>{format!("What you allowed as {} reaches several.", choosing.owner)}</p>
            <Form action=ChooseByLink::PATH>
                <Hidden name="connection" value=id.to_string()/>
                <Choices name="accounts[]" legend="Accounts" offers several=true/>
                <Submit words="Connect the chosen accounts" class="button primary full"/>
            </Form>
        </div>
    }
}

fn finish(id: ConnectionId, choosing: &Choosing) -> impl IntoView + use<> {
    view! {
        <div class="stack">
            <h1>"Almost there"</h1>
            <p>{format!("You allowed it. {} has not told us yet which account is yours.", choosing.platform.name())}</p>
            <Form action=FinishByLink::PATH>
                <Hidden name="connection" value=id.to_string()/>
                <Submit words="Try again" class="button primary full"/>
            </Form>
        </div>
    }
}

/// `GET /connect/done/{connection}`
pub async fn done(State(app): State<App>, visitor: Visitor, Path(id): Path<ConnectionId>) -> Result<Page> {
    let visit = visit(&app, &visitor, id).await?;
    let choosing = visit.choosing(&app.db).await?;
    let agency = visit.agency_name().to_owned();
    let signed_in = visitor.member().is_some();
    let view = move || {
        let name = choosing.platform.name();
        let (then, home) = if signed_in {
            let home = view! { <div class="row"><a class="button primary" href="/dashboard">"To your accounts"</a></div> };
            ("The newest come first.", Some(home))
        } else {
            ("You can close this page.", None)
        };
        view! {
            <div class="empty">
                <Icon name="good"/>
                <h1>"Thank you, that is all"</h1>
                <p>{format!("{agency} can now see the figures of {} on {name}. {then}", choosing.owner)}</p>
                <p class="faint">{format!("To end it, remove CreatorCRM from the connected apps in your {name} settings, or tell {agency}.")}</p>
                {home}
            </div>
        }
    };
    Ok(Page::new("Thank you", view).framed(Frame::Plain))
}

async fn visit(app: &App, visitor: &Visitor, id: ConnectionId) -> Result<CreatorVisit> {
    CreatorVisit::find(&app.db, visitor.origin(), visitor.session_hash().as_deref(), id).await
}
