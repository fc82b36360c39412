//! `/settings/agencies`: the agencies that a person belongs to.

use crate::auth::Visitor;
use crate::error::Result;
use crate::identity::memberships;
use crate::identity::server_fns::{StartAgency, SwitchAgency};
use crate::identity::types::Membership;
use crate::ids::AgencyId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Field, Form, SettingsTabs, Submit, initials};
use axum::extract::State;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /settings/agencies`
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn agencies(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope()?;
    let mine = memberships::list(&app.db, &scope).await?;
    let here = scope.member().agency_id();
    Ok(Page::new("Your agencies", move || content(mine, here)).narrow())
}

fn content(mine: Vec<Membership>, here: AgencyId) -> impl IntoView {
    let lines = mine.into_iter().map(|it| view! { <OneAgency here=it.agency == here membership=it/> });
    view! {
        <SettingsTabs/>
        <section class="card" aria-labelledby="agencies">
            <div class="card-header"><h2 id="agencies">"Your agencies"</h2></div>
            <ul class="list">{lines.collect_view()}</ul>
        </section>
        <section class="settings-section">
            <div><h2>"New agency"</h2><p>"Its accounts, team and figures are kept apart from the others. You become its owner."</p></div>
            <Form action=StartAgency::PATH>
                <Field name="name" label="Name" autocomplete="organization" maxlength=100/>
                <Submit words="Create agency" class="button secondary"/>
            </Form>
        </section>
    }
}

#[component]
fn OneAgency(membership: Membership, here: bool) -> impl IntoView {
    let name = membership.name;
    let end = if here {
        view! { <a class="button quiet small" href="/settings/leave">"Leave…"</a><span class="badge accent">"You are here"</span> }.into_any()
    } else {
        let label = format!("Switch to {name}");
        view! {
            <form method="post" action=SwitchAgency::PATH>
                <input type="hidden" name="agency" value=membership.agency.to_string()/>
                <button class="button secondary small" aria-label=label>"Switch"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <span class="avatar square" aria-hidden="true">{initials(&name)}</span>
            <div class="grow">
                <span class="truncate">{name}</span>
                <span class="faint small">{membership.role.words()}</span>
            </div>
            <div class="end">{end}</div>
        </li>
    }
}
