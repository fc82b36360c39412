//! `/accounts/{id}/edit`: what an account is called here, whose it is, and the way to disconnect it.

use crate::accounts::policy::ManageAccounts;
use crate::accounts::server_fns::{AssignAccount, RenameAccount, TagAccount};
use crate::accounts::service;
use crate::accounts::types::{Account, Belongs};
use crate::auth::Visitor;
use crate::connections::policy::DisconnectAccounts;
use crate::error::Result;
use crate::ids::AccountId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Field, Form, Hidden, Link, PageHeader, Select, Submit};
use axum::extract::{Path, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /accounts/{account}/edit`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn edit(State(app): State<App>, visitor: Visitor, Path(id): Path<AccountId>) -> Result<Page> {
    let scope = visitor.scope::<ManageAccounts>()?;
    let (account, creators) = service::editable(&app.db, &scope, id).await?;
    let may_disconnect = account.disconnected_at.is_none() && visitor.scope::<DisconnectAccounts>().is_ok();
    let title = format!("Edit {}", account.name);
    Ok(Page::new(title, move || content(account, creators, may_disconnect)).narrow())
}

fn content(account: Account, creators: Vec<Belongs>, may_disconnect: bool) -> impl IntoView {
    let trail = vec![Link::new("/accounts", "Accounts"), Link::new(account.path(""), account.name.clone())];
    let disconnect = may_disconnect.then(|| disconnect(&account));
    let id = account.id.to_string();
    let (name, creator, tags) = (account.name.clone(), creator(&account, creators), tags(&account));
    let named = format!("On {} it is @{}.", account.platform.name(), account.handle);
    view! {
        <PageHeader title="Edit" trail/>
        <section class="settings-section">
            <div><h2>"Name"</h2><p>"What your agency calls this account."</p></div>
            <Form action=RenameAccount::PATH>
                <Hidden name="account" value=id/>
                <Field name="name" label="Name" value=name hint=named maxlength=100/>
                <Submit words="Save name"/>
            </Form>
        </section>
        {creator}
        {tags}
        {disconnect}
    }
}

fn creator(account: &Account, creators: Vec<Belongs>) -> impl IntoView + use<> {
    let own = account.creator.clone();
    let known = creators.iter().any(|it| Some(it.id) == own.as_ref().map(|own| own.id));
    let archived = own.clone().filter(|_| !known);
    let all = archived.into_iter().chain(creators).map(|creator| (creator.id.to_string(), creator.name));
    let options = [(String::new(), "Nobody yet".to_owned())].into_iter().chain(all);
    let options = options.chain([("new".to_owned(), "A new creator…".to_owned())]).collect();
    let id = account.id.to_string();
    let value = own.map(|own| own.id.to_string()).unwrap_or_default();
    view! {
        <section class="settings-section">
            <div><h2>"Creator"</h2><p>"Whose account this is. A creator's accounts on several platforms are counted together."</p></div>
            <Form action=AssignAccount::PATH>
                <Hidden name="account" value=id/>
                <Select name="creator" label="Creator" options value/>
                <Field name="new_name" label="Name of the new creator" required=false maxlength=100
                    hint="Only if you choose “A new creator…”"/>
                <Submit words="Save creator"/>
            </Form>
        </section>
    }
}

fn tags(account: &Account) -> impl IntoView + use<> {
    let (id, value) = (account.id.to_string(), account.tags.join(", "));
    view! {
        <section class="settings-section">
            <div><h2>"Tags"</h2><p>"Words by which you group accounts. Lists and analytics can be narrowed to a tag. Creators and chatters do not see them."</p></div>
            <Form action=TagAccount::PATH>
                <Hidden name="account" value=id/>
                <Field name="tags" label="Tags" value required=false maxlength=450 hint="Up to 10, separated by commas, such as: vip, new"/>
                <Submit words="Save tags"/>
            </Form>
        </section>
    }
}

fn disconnect(account: &Account) -> impl IntoView + use<> {
    let words = format!(
        "We stop reading from {} and forget our access. What was read stays.",
        account.platform.name()
    );
    view! {
        <div class="danger-zone">
            <div>
                <div><h3>"Disconnect this account"</h3><p>{words}</p></div>
                <a class="button danger" href=account.path("disconnect")>"Disconnect…"</a>
            </div>
        </div>
    }
}
