//! `/team/{member}/remove` and `/settings/leave`: what ends with a membership, and the last confirming press.

use super::super::Authority;
use super::super::members;
use super::super::server_fns::{LeaveAgency, RemoveMember};
use super::super::types::{AccountChoice, ListedMember, TeamMember};
use super::trail;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::identity::policy::ManageOwnAgencies;
use crate::ids::UserId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Form, Hidden, Link, PageHeader, Select, Submit};
use axum::extract::{Path, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /team/{member}/remove`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotProven` for a high role, `NotFound`, or when the database does not answer.
pub async fn remove(State(app): State<App>, visitor: Visitor, Path(user): Path<UserId>) -> Result<Page> {
    let scope = Authority::of(&visitor)?;
    let (member, accounts, chatters) = members::removable(&app.db, &scope, user).await?;
    let agency = scope.member().agency_name().to_owned();
    let title = format!("Remove {}", member.name);
    Ok(Page::new(title, move || content(member, accounts, chatters, agency)).narrow())
}

fn content(
    member: TeamMember,
    accounts: Vec<AccountChoice>,
    chatters: Vec<ListedMember>,
    agency: String,
) -> impl IntoView {
    let (back, name) = (format!("/team/{}", member.user), member.name.clone());
    let mut way = trail();
    way.push(Link::new(back.clone(), name.clone()));
    let works = member.creator.is_none() && !accounts.is_empty();
    let heirs = works.then(|| {
        let names: Vec<_> = accounts.iter().map(|account| account.name.clone()).collect();
        let nobody = [(String::new(), "Nobody for now".to_owned())].into_iter();
        let options = nobody.chain(chatters.into_iter().map(|it| (it.user.to_string(), it.name))).collect();
        let hint = format!("{} works on {}.", name, in_words(&names));
        view! { <Select name="heir" label="Who takes over the accounts" options hint/> }
    });
    let creator = member.creator.as_ref().map(|(_, name)| {
        let words = format!("The creator {name} and her accounts stay; she can be invited again.");
        view! { <p>{words}</p> }
    });
    view! {
        <PageHeader title=format!("Remove {name} from {agency}?") trail=way/>
        <section class="card" aria-label="What happens">
            <div class="card-body stack">
                <p>{format!("{name} is signed out of {agency} on every device at once, and told by mail.")}</p>
                <p>"Kept: everything that they did, and the record of it. Invitations that they sent no longer work. They can be invited again."</p>
                {creator}
                <Form action=RemoveMember::PATH>
                    <Hidden name="member" value=member.user.to_string()/>
                    {heirs}
                    <Submit words="Remove" class="button danger final"><a class="button secondary" href=back>"Keep them"</a></Submit>
                </Form>
            </div>
        </section>
    }
}

/// The first few, then how many more.
fn in_words(names: &[String]) -> String {
    match names {
        [first, rest @ ..] if rest.len() > 3 => format!("{first} and {} more accounts", rest.len()),
        names => names.join(", "),
    }
}

/// `GET /settings/leave`
///
/// # Errors
/// `NotSignedIn`.
pub async fn leave(visitor: Visitor) -> Result<Page> {
    visitor.scope::<ManageOwnAgencies>()?;
    let agency = visitor.member().ok_or(Error::NotSignedIn)?.agency_name().to_owned();
    let view = move || {
        let trail = vec![Link::new("/settings/agencies", "Your agencies")];
        view! {
            <PageHeader title=format!("Leave {agency}?") trail/>
            <section class="card" aria-label="What happens">
                <div class="card-body stack">
                    <p>{format!("You cannot open {agency} any more, from this moment on. What you worked on is nobody's until it is given to somebody else.")}</p>
                    <p>"Kept: everything that you did, and the record of it. Only an owner or manager can invite you again."</p>
                    <Form action=LeaveAgency::PATH>
                        <Submit words="Leave" class="button danger final"><a class="button secondary" href="/settings/agencies">"Stay"</a></Submit>
                    </Form>
                </div>
            </section>
        }
    };
    Ok(Page::new("Leave the agency", view).narrow())
}
