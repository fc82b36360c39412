//! `/team/invite/many`: pasting addresses, seeing line by line what will happen, then sending.

use super::super::Authority;
use super::super::invitations;
use super::super::lists::{self, Preview};
use super::super::policy::ManageMembers;
use super::super::server_fns::{PasteInvitations, SendInvitations};
use super::super::types::{Fate, Line, MAX_LINES, as_role, may_manage};
use super::{RoleChoice, offers, trail};
use crate::auth::{Role, Visitor};
use crate::error::Result;
use crate::ids::InvitationListId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Banner, Choices, Form, Hidden, Link, PageHeader, Submit, TextArea, Tone};
use axum::extract::{Path, Query, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    role: String,
    /// A list to begin with.
    list: Option<InvitationListId>,
}

/// `GET /team/invite/many`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotProven` for a high role, `NotFound` for a list to begin with that is not the member's, or when the database does not
/// answer.
pub async fn many(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = Authority::of(&visitor)?;
    let actor = scope.member().role();
    let before = match asked.list {
        Some(list) => Some(lists::preview(&app.db, &scope, list).await?.pasted),
        None => None,
    };
    let role = Role::parse(&asked.role).or(before.as_ref().map(|it| it.role));
    let chosen =
        role.filter(|role| may_manage(actor, *role) && *role != Role::Creator).unwrap_or(Role::Chatter);
    scope.ensure(chosen)?;
    let offered = invitations::offers(&app.db, &scope).await?;
    let view = move || {
        let (text, accounts) = before.map(|it| (it.text, it.accounts)).unwrap_or_default();
        let mut offered = offers(offered.accounts);
        for offer in &mut offered {
            offer.chosen = accounts.iter().any(|id| id.to_string() == offer.value);
        }
        let choices = (chosen == Role::Chatter && !offered.is_empty()).then(|| {
            view! { <Choices name="accounts[]" legend="Accounts that each of them works on" offers=offered several=true/> }
        });
        let hint = format!("One per line, or separated by commas; at most {MAX_LINES}. Nothing is sent yet.");
        view! {
            <PageHeader title="Invite many" trail=trail()/>
            <RoleChoice actor chosen path="/team/invite/many" leave_out=Some(Role::Creator)/>
            <Form action=PasteInvitations::PATH>
                <Hidden name="role" value=chosen.as_str()/>
                <TextArea name="addresses" label="Addresses" hint value=text rows=10/>
                {choices}
                <Submit words="Show what will happen"><a class="button quiet" href="/team">"Cancel"</a></Submit>
            </Form>
        }
    };
    Ok(Page::new("Invite many", view).narrow())
}

/// `GET /team/invite/many/{list}`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn preview(
    State(app): State<App>,
    visitor: Visitor,
    Path(list): Path<InvitationListId>,
) -> Result<Page> {
    let preview = lists::preview(&app.db, &visitor.scope::<ManageMembers>()?, list).await?;
    Ok(Page::new("What will happen", move || content(list, preview)))
}

fn content(list: InvitationListId, preview: Preview) -> impl IntoView {
    let (sends, sent, beyond) = (preview.sends(), preview.sent, preview.beyond);
    let mut way = trail();
    way.push(Link::new("/team/invite/many", "Invite many"));
    let edit = format!("/team/invite/many?list={list}");
    let role = as_role(preview.pasted.role);
    let sub = match (sends, preview.pasted.accounts.len()) {
        (0, _) => "No mail will go out.".to_owned(),
        (1, 0) => format!("1 person will be invited as {role}."),
        (n, 0) => format!("{n} people will be invited, each as {role}."),
        (1, accounts) => format!("1 person will be invited as {role}, with {accounts} of the accounts."),
        (n, accounts) => {
            format!("{n} people will be invited, each as {role}, with {accounts} of the accounts.")
        }
    };
    let act = if sent {
        view! { <Banner tone=Tone::Good title="These invitations were sent."><a class="button secondary small" href="/team">"To the team"</a></Banner> }
            .into_any()
    } else if beyond > 0 {
        let title = format!("{} addresses are too many", MAX_LINES + beyond);
        let text =
            format!("At most {MAX_LINES} can be invited at once. Take some out and send them afterwards.");
        view! { <Banner tone=Tone::Warn title=title text=text><a class="button secondary small" href=edit>"Change the list"</a></Banner> }
            .into_any()
    } else if sends == 0 {
        view! { <Banner tone=Tone::Info title="There is nobody to invite"><a class="button secondary small" href=edit>"Change the list"</a></Banner> }
            .into_any()
    } else {
        let words =
            if sends == 1 { "Send 1 invitation".to_owned() } else { format!("Send {sends} invitations") };
        view! {
            <Form action=SendInvitations::PATH class="form inline">
                <Hidden name="list" value=list.to_string()/>
                <Submit words><a class="button secondary" href=edit>"Change the list"</a></Submit>
            </Form>
        }
        .into_any()
    };
    let rows = preview.lines.into_iter().map(|line| view! { <Row line/> }).collect_view();
    view! {
        <PageHeader title="What will happen" sub trail=way/>
        {act}
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Addresses">
                <table class="table stacked">
                    <thead><tr><th scope="col">"Address"</th><th scope="col">"What will happen"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

#[component]
fn Row(line: Line) -> impl IntoView {
    let class = match &line.fate {
        Fate::Invite => "badge good",
        Fate::Again(_) => "badge accent",
        Fate::Member(_) | Fate::Kept(_) | Fate::Twice(_) => "badge",
        Fate::NoAddress(_) => "badge warn",
    };
    let words = match line.fate {
        Fate::Invite => "Will be invited".to_owned(),
        Fate::Again(role) => format!("Was invited as {}; this replaces it", as_role(role)),
        Fate::Member(role) => format!("In the team already, as {}", as_role(role)),
        Fate::Kept(role) => format!("Invited already, as {}", as_role(role)),
        Fate::Twice(first) => format!("Stands on line {first} already"),
        Fate::NoAddress(sentence) => format!("No address. {sentence}"),
    };
    let address = line.email.unwrap_or(line.text);
    view! {
        <tr>
            <th scope="row"><span class="faint small num">{line.number}</span>" "{address}</th>
            <td data-label="What will happen"><span class=class>{words}</span></td>
        </tr>
    }
}
