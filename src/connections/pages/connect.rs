//! `/connections/new`: connect an account on this computer, or make a link for the creator.

use super::{CreatorSelect, Permissions};
use crate::auth::{Permission, Visitor};
use crate::connections::policy::{ConnectAccounts, ManageConnectLinks};
use crate::connections::server_fns::{ConnectAccount, MakeConnectLink};
use crate::connections::{LIFETIMES, creators};
use crate::error::{Error, Result};
use crate::ids::CreatorId;
use crate::platform::{PlatformKind, Scope};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Check, Field, Form, Hidden, Link, PageHeader, Select, Submit};
use axum::extract::State;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /connections/new`
pub async fn new(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ConnectAccounts>()?;
    let creators = creators(&app.db, &scope).await?;
    let connector = app.connector()?;
    let platform = connector.platforms().next().ok_or(Error::NotFound)?;
    let scopes = connector.client(platform)?.platform().oauth.scopes;
    let makes_links = ManageConnectLinks::INFO.roles.contains(&scope.member().role());
    let view = move || {
        view! {
            <PageHeader title="Connect an account" trail=vec![Link::new("/connections", "Connections")]
                sub=format!("A creator allows it on {}'s own page. We never see a password, and access can be ended at any time.", platform.name())/>
            <div class="grid-2">
                <ConnectHere platform creators=creators.clone()/>
                {makes_links.then(|| view! { <MakeLink platform creators/> })}
            </div>
            <AskedFor platform scopes/>
        }
    };
    Ok(Page::new("Connect an account", view))
}

#[component]
fn ConnectHere(platform: PlatformKind, creators: Vec<(CreatorId, String)>) -> impl IntoView {
    let name = platform.name();
    view! {
        <section class="card" aria-labelledby="here">
            <div class="card-header"><h2 id="here">"On this computer"</h2></div>
            <div class="card-body stack">
                <p>{format!("For when you can sign in to {name} as the creator, or as an agency that manages her.")}</p>
                <Form action=ConnectAccount::PATH>
                    <Hidden name="platform" value=platform.as_str()/>
                    <CreatorSelect creators/>
                    <Check name="fresh_sign_in" label=format!("This browser is signed in to {name} as somebody else: ask again")/>
                    <Submit words=format!("Continue to {name}")/>
                </Form>
            </div>
        </section>
    }
}

#[component]
fn MakeLink(platform: PlatformKind, creators: Vec<(CreatorId, String)>) -> impl IntoView {
    let days = LIFETIMES.map(|days| {
        let words = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        (days.to_string(), words)
    });
    view! {
        <section class="card" aria-labelledby="link">
            <div class="card-header"><h2 id="link">"A link for the creator"</h2></div>
            <div class="card-body stack">
                <p>"She opens it wherever she is and connects by herself. She needs no account here."</p>
                <Form action=MakeConnectLink::PATH>
                    <Hidden name="platform" value=platform.as_str()/>
                    <Field name="note" label="For whom" hint="Only your agency sees this" maxlength=100/>
                    <CreatorSelect creators/>
                    <Select name="days" label="Good for" options=days.to_vec() value="7"/>
                    <Submit words="Make the link" class="button secondary"/>
                </Form>
            </div>
        </section>
    }
}

#[component]
fn AskedFor(platform: PlatformKind, scopes: &'static [Scope]) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="asked">
            <div class="card-header"><h2 id="asked">{format!("What {} will ask to allow, and why", platform.name())}</h2></div>
            <div class="card-body"><Permissions scopes/></div>
        </section>
    }
}
