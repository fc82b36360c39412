//! `/accounts/{account}/disconnect`: what disconnecting keeps and what it deletes, and the last confirming press.

use crate::auth::Visitor;
use crate::connections::policy::DisconnectAccounts;
use crate::connections::server_fns::DisconnectAccount;
use crate::connections::{Ending, ending};
use crate::db::{Reach, Tenant};
use crate::error::Result;
use crate::ids::AccountId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Form, Hidden, Link, PageHeader, Submit};
use axum::extract::{Path, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /accounts/{account}/disconnect`
pub async fn disconnect(
    State(app): State<App>,
    visitor: Visitor,
    Path(account): Path<AccountId>,
) -> Result<Page> {
    let scope = visitor.scope::<DisconnectAccounts>()?;
    let ending = ending(&app.db, &scope, account).await?;
    // What else a grant of the agency reaches is not a creator's to know.
    let sees_all = scope.reach() == Reach::Agency;
    let title = format!("Disconnect {}", ending.name);
    let heading = format!("Disconnect {} from {}?", ending.name, ending.platform.name());
    let view = move || {
        let (name, back) = (ending.name.clone(), format!("/accounts/{account}"));
        let trail = vec![Link::new("/accounts", "Accounts"), Link::new(back.clone(), name)];
        view! {
            <PageHeader title=heading trail/>
            <section class="card" aria-label="What happens">
                <div class="card-body stack">
                    {what_happens(&ending, sees_all)}
                    <Form action=DisconnectAccount::PATH>
                        <Hidden name="account" value=account.to_string()/>
                        <Submit words="Disconnect" class="button danger final"><a class="button secondary" href=back>"Keep it connected"</a></Submit>
                    </Form>
                </div>
            </section>
        }
    };
    Ok(Page::new(title, view).narrow())
}

fn what_happens(ending: &Ending, sees_all: bool) -> impl IntoView + use<> {
    let platform = ending.platform.name();
    let grant_of = if sees_all { ending.grant_of.clone() } else { ending.name.clone() };
    let deleted = match ending.others {
        _ if !sees_all => format!("Nothing more is fetched from {platform} for this account."),
        0 => format!("Deleted: our access tokens. Nothing more is fetched from {platform}."),
        1 => format!(
            "Nothing is deleted: {}'s permission still reaches another account. Nothing more is fetched for this one.",
            ending.grant_of
        ),
        n => format!(
            "Nothing is deleted: {}'s permission still reaches {n} other accounts. Nothing more is fetched for this one.",
            ending.grant_of
        ),
    };
    view! {
        <p>"Kept: every earning, subscriber and message seen so far, its creator, and who works on it. Figures of past days stay in your reports."</p>
        <p>{deleted}</p>
        <p>{format!("On {platform} itself nothing changes. To end the permission there too, remove CreatorCRM from the connected apps in {grant_of}'s {platform} settings.")}</p>
        <p class="faint">"Connect the same account again and it goes on where it stopped."</p>
    }
}
