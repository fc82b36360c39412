//! What every page of settings begins with: the same title, and tabs to the others.

use super::navigation::{Link, Tabs};
use super::parts::PageHeader;
use crate::auth::{Role, Visitor};
use leptos::prelude::*;

/// The header of a page of settings. The agency's own page is offered to owners only.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let visitor = use_context::<Visitor>();
    let owner =
        visitor.and_then(|it| it.member().map(|member| member.role() == Role::Owner)).unwrap_or(false);
    let agency = owner.then(|| Link::new("/settings", "Agency"));
    let own = [
        ("/settings/devices", "Devices"),
        ("/settings/password", "Password"),
        ("/settings/agencies", "Your agencies"),
    ];
    let links = agency.into_iter().chain(own.map(|(href, words)| Link::new(href, words))).collect();
    view! {
        <PageHeader title="Settings"/>
        <Tabs label="Settings" links/>
    }
}
