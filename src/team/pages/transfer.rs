//! `/team/transfer`: handing the agency over.

use super::super::members;
use super::super::policy::TransferOwnership;
use super::super::server_fns::TransferOwnership as Transfer;
use super::trail;
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Empty, Form, PageHeader, Select, Submit};
use axum::extract::State;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /team/transfer`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotProven`, or when the database does not answer.
pub async fn transfer(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.fresh::<TransferOwnership>()?;
    let agency = scope.member().agency_name().to_owned();
    let heirs = members::heirs(&app.db, &scope).await?;
    let view = move || {
        let heading = format!("Hand {agency} over");
        if heirs.is_empty() {
            return view! {
                <PageHeader title=heading trail=trail()/>
                <Empty icon="creators" title="There is no manager to hand it to" text="Make the person a manager first. Then they can become the owner here.">
                    <a class="button secondary" href="/team">"To the team"</a>
                </Empty>
            }
            .into_any();
        }
        let options =
            heirs.into_iter().map(|it| (it.user.to_string(), format!("{}, {}", it.name, it.email))).collect();
        view! {
            <PageHeader title=heading trail=trail()/>
            <section class="card" aria-label="What happens">
                <div class="card-body stack">
                    <p>"The person you choose becomes an owner, and you become a manager: no more say over security, owners and the end of the agency. Only they can make you an owner again."</p>
                    <p>"Every owner is told by mail."</p>
                    <Form action=Transfer::PATH>
                        <Select name="member" label="New owner" options/>
                        <Submit words="Hand it over" class="button danger final"><a class="button secondary" href="/team">"Keep it"</a></Submit>
                    </Form>
                </div>
            </section>
        }
        .into_any()
    };
    Ok(Page::new("Hand the agency over", view).narrow())
}
