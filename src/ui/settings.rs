//! What every page of settings begins with: the same title, and tabs to the others.

use super::navigation::{Link, Tabs};
use super::parts::PageHeader;
use crate::alerts::policy::ViewAlerts;
use crate::auth::{Member, Permission, Role, Visitor};
use leptos::prelude::*;

/// The header of a page of settings. The agency's own pages are offered to owners only.
#[component]
pub fn SettingsTabs() -> impl IntoView {
    let role = use_context::<Visitor>().and_then(|it| it.member().map(Member::role));
    let owner = role == Some(Role::Owner);
    let has_alerts = role.is_some_and(|role| ViewAlerts::INFO.roles.contains(&role));
    let agency = [("/settings", "Agency"), ("/settings/security", "Security")].into_iter().filter(|_| owner);
    let own = [
        ("/settings/profile", "Profile"),
        ("/settings/devices", "Devices"),
        ("/settings/password", "Password"),
        ("/settings/second-factor", "Two-step sign-in"),
        ("/settings/notifications", "Notifications"),
        ("/settings/agencies", "Your agencies"),
    ];
    let own = own.into_iter().filter(|(href, _)| *href != "/settings/notifications" || has_alerts);
    let links = agency.chain(own).map(|(href, words)| Link::new(href, words)).collect();
    view! {
        <PageHeader title="Settings"/>
        <Tabs label="Settings" links/>
    }
}
