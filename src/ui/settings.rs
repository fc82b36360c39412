//! What every page of settings begins with: the same title, and tabs to the others.

use super::navigation::{Link, Tabs};
use super::parts::PageHeader;
use crate::auth::{Role, Visitor};
use leptos::prelude::*;

/// The header of a page of settings. The agency's own pages are offered to owners only.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let visitor = use_context::<Visitor>();
    let owner =
        visitor.and_then(|it| it.member().map(|member| member.role() == Role::Owner)).unwrap_or(false);
    let agency = [("/settings", "Agency"), ("/settings/security", "Security")].into_iter().filter(|_| owner);
    let own = [
        ("/settings/profile", "Profile"),
        ("/settings/devices", "Devices"),
        ("/settings/password", "Password"),
        ("/settings/second-factor", "Two-step sign-in"),
        ("/settings/agencies", "Your agencies"),
    ];
    let links = agency.chain(own).map(|(href, words)| Link::new(href, words)).collect();
    view! {
        <PageHeader title="Settings"/>
        <Tabs label="Settings" links/>
    }
}
