//! What was typed, what there is to find, and which pages there are.

use crate::accounts::policy::ViewAccounts;
use crate::agencies::policy::{ManageAgency, ManageSecurity};
use crate::analytics::policy::ViewDashboard;
use crate::audit::policy::ViewAudit;
use crate::auth::{Permission, Role};
use crate::connections::policy::{ConnectAccounts, ViewConnections};
use crate::creators::policy::{ManageCreators, ViewCreators};
use crate::identity::policy::{ManageOwnProfile, ManageOwnSessions};
use crate::team::policy::{ManageMembers, ViewRoles, ViewTeam};

/// What kind of thing was found; the order is the one of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A page of ours.
    Page,
    /// A creator.
    Creator,
    /// An account.
    Account,
    /// A fan.
    Fan,
}

impl Kind {
    /// The heading of the group.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Page => "Pages",
            Self::Creator => "Creators",
            Self::Account => "Accounts",
            Self::Fan => "Fans",
        }
    }

    /// Its icon.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Page => "arrow-right",
            Self::Creator => "creators",
            Self::Account => "accounts",
            Self::Fan => "fans",
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub title: String,
    /// More about it, such as the handle.
    pub sub: String,
    /// Where it is opened.
    pub href: String,
}

/// A page that can be found by its name, or by what else people call it.
pub(super) struct Place {
    pub href: &'static str,
    pub title: &'static str,
    also: &'static str,
    roles: &'static [Role],
}

/// Every page that needs no id. A page that is left out is still reached by its links.
pub(super) const PLACES: &[Place] = &[
    place("/dashboard", "Dashboard", "home overview earnings figures", ViewDashboard::INFO.roles),
    place("/dashboard", "Home", "first start work", &[Role::Chatter, Role::Creator]),
    place("/analytics", "Analytics", "revenue sources heat map hours", ViewDashboard::INFO.roles),
    place("/analytics/compare", "Compare accounts", "side by side analytics", ViewDashboard::INFO.roles),
    place("/analytics/views", "Saved views", "analytics", ViewDashboard::INFO.roles),
    place("/accounts", "Accounts", "list", ViewAccounts::INFO.roles),
    place("/creators", "Creators", "list models", ViewCreators::INFO.roles),
    place("/connections", "Connections", "health reconnect oauth", ViewConnections::INFO.roles),
    place("/connections/new", "Connect an account", "add new", ConnectAccounts::INFO.roles),
    place("/team", "Team", "members people chatters managers", ViewTeam::INFO.roles),
    place("/team/invite", "Invite somebody", "add member chatter manager", ManageMembers::INFO.roles),
    place("/team/invite/many", "Invite many", "add members bulk paste", ManageMembers::INFO.roles),
    place("/team/roles", "Roles", "permissions rights", ViewRoles::INFO.roles),
    place("/creators/new", "Add a creator", "new", ManageCreators::INFO.roles),
    place("/settings", "Agency settings", "name time zone currency", ManageAgency::INFO.roles),
    place("/audit", "Audit log", "history record who did export", ViewAudit::INFO.roles),
    place("/settings/security", "Security", "sessions sign out", ManageSecurity::INFO.roles),
    place("/settings/profile", "Your profile", "name email address", ManageOwnProfile::INFO.roles),
    place("/settings/devices", "Signed-in devices", "sessions security", ManageOwnSessions::INFO.roles),
    place("/settings/password", "Change password", "security", ManageOwnSessions::INFO.roles),
    place(
        "/settings/second-factor",
        "Two-step sign-in",
        "second factor 2fa totp passkey recovery codes security",
        ManageOwnSessions::INFO.roles,
    ),
    place("/settings/agencies", "Your agencies", "switch", ManageOwnSessions::INFO.roles),
];

const fn place(href: &'static str, title: &'static str, also: &'static str, roles: &'static [Role]) -> Place {
    Place { href, title, also, roles }
}

/// The pages that `role` may open and of which every word of `words` begins a word.
pub(super) fn pages(role: Role, words: &[String]) -> impl Iterator<Item = &'static Place> {
    PLACES
        .iter()
        .filter(move |place| place.roles.contains(&role) && words.iter().all(|word| place.is_called(word)))
}

impl Place {
    fn is_called(&self, word: &str) -> bool {
        let names = format!("{} {}", self.title, self.also).to_lowercase();
        names.split([' ', '-']).any(|name| name.starts_with(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn pages_are_found_by_word_starts_and_only_by_those_who_may_open_them() {
        let titles = |role, typed: &str| pages(role, &words(typed)).map(|it| it.title).collect::<Vec<_>>();
        assert_eq!(titles(Role::Owner, "acc con"), ["Connect an account"]);
        assert_eq!(titles(Role::Owner, "settings"), ["Agency settings"]);
        assert!(titles(Role::Owner, "ashboard").is_empty());
        assert_eq!(titles(Role::Chatter, "acc"), ["Accounts"]);
        assert_eq!(titles(Role::Compliance, "acc"), Vec::<&str>::new());
        assert_eq!(titles(Role::Manager, "settings"), Vec::<&str>::new());
        assert_eq!(titles(Role::Chatter, "sec dev"), ["Signed-in devices"]);
    }

    #[test]
    fn every_page_is_a_route() {
        let routes = crate::server::router::paths();
        for place in PLACES {
            assert!(routes.contains(&place.href), "{} leads nowhere", place.href);
        }
    }
}
