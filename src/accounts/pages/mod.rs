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
pub fn Top(account: Account, zone: Option<Tz>, may_manage: bool) -> impl IntoView {
    let below = view! {
        <span class="row">
            <span>{account.address()}</span>
            {account.creator.as_ref().map(|creator| {
                view! { <span>"Creator: "<a href=format!("/creators/{}", creator.id)>{creator.name.clone()}</a></span> }
            })}
            <HealthBadge health=account.health.state.clone() since=account.health.since zone=zone/>
        </span>
    };
    let edit = may_manage.then(|| view! { <a class="button secondary" href=account.path("edit")>"Edit"</a> });
    let tabs = [
        ("", "Overview"),
        ("earnings", "Earnings"),
        ("subscribers", "Subscribers"),
        ("ppv", "Paid messages"),
        ("connection", "Connection"),
    ];
    let tabs = tabs.into_iter().map(|(tab, words)| Link::new(account.path(tab), words)).collect();
    view! {
        <PageHeader title=account.name.clone() below=below.into_any() trail=vec![Link::new("/accounts", "Accounts")]>
            {edit}
        </PageHeader>
        <Tabs label="Account" links=tabs/>
    }
}

/// Whether the visitor may rename, assign and so on.
fn may_manage(visitor: &Visitor) -> bool {
    visitor.scope::<ManageAccounts>().is_ok()
}

/// The zone in which the visitor's agency reads times.
fn zone(visitor: &Visitor) -> Option<Tz> {
    visitor.member().and_then(crate::auth::Member::zone)
}
