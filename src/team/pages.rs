//! The pages of the team.

mod account;
mod assign;
mod invitation;
mod invite;
mod list;
mod many;
mod member;
mod remove;
mod roles;
mod transfer;

pub use account::account;
pub use assign::assign;
pub use invitation::invitation;
pub use invite::invite;
pub use list::list;
pub use many::{many, preview};
pub use member::member;
pub use remove::{leave, remove};
pub use roles::roles;
pub use transfer::transfer;

use super::types::{AccountChoice, Span, may_manage};
use crate::auth::Role;
use crate::ui::{Link, Offer, Time, TimeShape};
use chrono_tz::Tz;
use leptos::prelude::*;

/// The way back to the team.
fn trail() -> Vec<Link> {
    vec![Link::new("/team", "Team")]
}

/// Accounts to choose from.
fn offers(accounts: Vec<AccountChoice>) -> Vec<Offer> {
    let offer = |account: AccountChoice| Offer {
        value: account.id.to_string(),
        title: account.name,
        hint: Some(format!("@{}", account.handle)),
        ..Offer::default()
    };
    accounts.into_iter().map(offer).collect()
}

/// Spans of work, each called by `name`, with when they began and ended.
#[component]
fn Spans(
    #[prop(into)] title: String,
    /// What `name` names.
    head: &'static str,
    spans: Vec<Span>,
    zone: Option<Tz>,
    name: fn(&Span) -> AnyView,
) -> impl IntoView {
    let rows = spans.into_iter().map(|span| {
        let until = match span.ended_at {
            Some(at) => view! { <Time at zone=zone shape=TimeShape::Full/> }.into_any(),
            None => "now".into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name(&span)}</th>
                <td data-label="From"><Time at=span.started_at zone=zone shape=TimeShape::Full/></td>
                <td data-label="Until">{until}</td>
            </tr>
        }
    });
    let label = title.clone();
    view! {
        <div class="card">
            <div class="card-header"><h2>{title}</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=label>
                <table class="table stacked">
                    <thead><tr><th scope="col">{head}</th><th scope="col">"From"</th><th scope="col">"Until"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

/// The roles that `actor` may give, as links that choose one.
#[component]
fn RoleChoice(actor: Role, chosen: Role, path: &'static str, leave_out: Option<Role>) -> impl IntoView {
    let offered = [Role::Chatter, Role::Creator, Role::Manager, Role::Compliance, Role::Owner];
    let offered = offered.into_iter().filter(|role| may_manage(actor, *role) && Some(*role) != leave_out);
    let links = offered.map(|role| {
        let href = format!("{path}?role={}", role.as_str());
        view! { <a href=href aria-current=(role == chosen).then_some("true")>{role.words()}</a> }
    });
    view! {
        <div class="stack tight">
            <nav class="segments" aria-label="Role">{links.collect_view()}</nav>
            <p class="muted small">{what_it_is(chosen)}" "<a href="/team/roles">"What each role may do"</a></p>
        </div>
    }
}

fn what_it_is(role: Role) -> &'static str {
    match role {
        Role::Owner => "Sees and decides everything, like you.",
        Role::Manager => {
            "Runs the day: all accounts and figures, chatters and creators. No security settings."
        }
        Role::Chatter => "Sees the accounts assigned to them, and nothing else.",
        Role::Creator => "Sees her own accounts and what they earn.",
        Role::Compliance => "Sees the audit log; no messages, no money.",
    }
}
