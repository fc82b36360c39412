//! `/accounts`, and the pages of one account.

mod connection;
mod earnings;
mod edit;
mod list;
mod ppv;
mod subscribers;

pub use connection::connection;
pub use earnings::earnings;
pub use edit::edit;
pub use list::{AccountTable, Net, Row, list};
pub use ppv::ppv;
pub use subscribers::subscribers;

use super::policy::ManageAccounts;
use super::types::Account;
use crate::auth::Visitor;
use crate::creators::policy::ViewCreators;
use crate::earnings::policy::ViewEarnings;
use crate::team::policy::AssignAccounts;
use crate::ui::{HealthBadge, Link, PageHeader, Tabs};
use chrono_tz::Tz;
use leptos::prelude::*;

/// The two lists of what is connected.
#[component]
pub fn ListTabs() -> impl IntoView {
    let links = vec![Link::new("/accounts", "Accounts"), Link::new("/connections", "Connections")];
    view! { <Tabs label="Accounts and connections" links/> }
}

/// What stands on top of every page of an account: the way back, who it is, how it is reached, its tabs.
#[component]
pub fn Top(account: Account, zone: Option<Tz>, rights: Rights) -> impl IntoView {
    let below = view! {
        <span class="row">
            <span>{account.address()}</span>
            {account.creator.as_ref().map(|creator| {
                let (path, name) = (format!("/creators/{}", creator.id), creator.name.clone());
                let name = if rights.creators { view! { <a href=path>{name}</a> }.into_any() } else { name.into_any() };
                view! { <span>"Creator: "{name}</span> }
            })}
            <HealthBadge health=account.health.state.clone() since=account.health.since zone=zone/>
            {account.tags.iter().filter(|_| rights.manage).map(|tag| view! { <span class="badge">{tag.clone()}</span> }).collect_view()}
        </span>
    };
    let edit =
        rights.manage.then(|| view! { <a class="button secondary" href=account.path("edit")>"Edit"</a> });
    let tabs = [
        ("", "Overview", rights.earnings),
        ("earnings", "Earnings", rights.earnings),
        ("subscribers", "Subscribers", true),
        ("ppv", "Paid messages", true),
        ("team", "Team", rights.team),
        ("connection", "Connection", true),
    ];
    let tabs = tabs.into_iter().filter(|(.., may)| *may);
    let tabs = tabs.map(|(tab, words, _)| Link::new(account.path(tab), words)).collect();
    view! {
        <PageHeader title=account.name.clone() below=below.into_any() trail=vec![Link::new("/accounts", "Accounts")]>
            {edit}
        </PageHeader>
        <Tabs label="Account" links=tabs/>
    }
}

/// What the visitor may, on the pages of an account.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
    /// Rename it, give it to a creator.
    manage: bool,
    /// See what it earns.
    earnings: bool,
    /// Open its creator.
    creators: bool,
    /// Say who works on it.
    team: bool,
}

impl Rights {
    /// Those of `visitor`.
    #[must_use]
    pub fn of(visitor: &Visitor) -> Self {
        Self {
            manage: visitor.scope::<ManageAccounts>().is_ok(),
            earnings: visitor.scope::<ViewEarnings>().is_ok(),
            creators: visitor.scope::<ViewCreators>().is_ok(),
            team: visitor.scope::<AssignAccounts>().is_ok(),
        }
    }
}

/// The zone in which the visitor's agency reads times.
fn zone(visitor: &Visitor) -> Option<Tz> {
    visitor.member().and_then(crate::auth::Member::zone)
}
