//! `/connections/{id}/choose`: finish a grant, or choose which of its creators are connected.

use super::CreatorSelect;
use crate::auth::Visitor;
use crate::connections::policy::ConnectAccounts;
use crate::connections::server_fns::{ChooseAccounts, FinishConnection, RemoveConnection};
use crate::connections::{Choosing, Here, Offered, choosing};
use crate::error::Result;
use crate::ids::ConnectionId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Choices, Form, Hidden, Link, Offer, PageHeader, Submit};
use axum::extract::{Path, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /connections/{connection}/choose`
pub async fn choose(State(app): State<App>, visitor: Visitor, Path(id): Path<ConnectionId>) -> Result<Page> {
    let choosing = choosing(&app.db, &visitor.scope::<ConnectAccounts>()?, id).await?;
    let title = if choosing.identified { "Choose accounts" } else { "Finish connecting" };
    let view = move || {
        let trail = vec![Link::new("/connections", "Connections")];
        let removable = !choosing.has_accounts;
        let (sub, body) = if !choosing.identified {
            let name = choosing.platform.name();
            (
                format!("The permission is stored. {name} has not told us yet whose account it is."),
                finish(id).into_any(),
            )
        } else if choosing.offers.iter().all(|offer| offer.here == Here::Already) {
            let sub = format!(
                "Everything that {} allowed is connected. There is nothing more to choose.",
                choosing.owner
            );
            (
                sub,
                view! { <p><a class="button primary" href="/connections">"To connections"</a></p> }
                    .into_any(),
            )
        } else {
            let sub = format!("{}'s permission reaches {} accounts.", choosing.owner, choosing.offers.len());
            (sub, view! { <Pick id choosing/> }.into_any())
        };
        view! {
            <PageHeader title trail sub/>
            {body}
            {removable.then(|| remove(id))}
        }
    };
    Ok(Page::new(title, view).narrow())
}

fn finish(id: ConnectionId) -> impl IntoView {
    view! {
        <Form action=FinishConnection::PATH>
            <Hidden name="connection" value=id.to_string()/>
            <Submit words="Finish now"/>
        </Form>
    }
}

fn remove(id: ConnectionId) -> impl IntoView {
    view! {
        <div class="danger-zone"><div>
            <div><h2>"Remove this permission"</h2><p>"Our access through it is deleted. Nothing else changes."</p></div>
            <Form action=RemoveConnection::PATH class="inline">
                <Hidden name="connection" value=id.to_string()/>
                <button class="button danger">"Remove"</button>
            </Form>
        </div></div>
    }
}

#[component]
fn Pick(id: ConnectionId, choosing: Choosing) -> impl IntoView {
    let offers = choosing.offers.iter().map(offer).collect::<Vec<_>>();
    view! {
        <Form action=ChooseAccounts::PATH>
            <Hidden name="connection" value=id.to_string()/>
            <Choices name="accounts[]" legend="Which accounts?" offers several=true/>
            <CreatorSelect creators=choosing.creators hint="Counts when one account is chosen; of several, each gets its own"/>
            <Submit words="Connect the chosen accounts"><a class="button quiet" href="/connections">"Later"</a></Submit>
        </Form>
    }
}

/// One account to choose: those that are new are chosen already.
pub(super) fn offer(offered: &Offered) -> Offer {
    let reached = &offered.reached;
    let badge = match offered.here {
        Here::New => None,
        Here::Before => Some("Was here before"),
        Here::Elsewhere => Some("Connected otherwise"),
        Here::Already => Some("Already here"),
    };
    let handle = reached.handle();
    Offer {
        value: reached.platform_account_id.clone(),
        title: reached.name().to_owned(),
        hint: (!handle.is_empty()).then(|| format!("@{handle}")),
        badge: badge.map(str::to_owned),
        chosen: offered.here == Here::New,
        disabled: offered.here == Here::Already,
    }
}
