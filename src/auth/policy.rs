//! Permissions: one type each, declared in the feature that it guards with [`permission!`].

use super::Role;

/// Something a member may or may not do.
pub trait Permission: Send + Sync + 'static {
    /// Its name and who holds it.
    const INFO: PermissionInfo;
}

/// A permission as documentation and tests read it.
#[derive(Clone, Copy, Debug)]
pub struct PermissionInfo {
    /// The type's name.
    pub name: &'static str,
    /// What it allows, as a verb phrase.
    pub allows: &'static str,
    /// The roles that hold it.
    pub roles: &'static [Role],
}

/// Declares permissions: `permission!(ConnectAccounts, "connect and disconnect accounts", [Owner, Manager]);`
#[macro_export]
macro_rules! permission {
    ($name:ident, $allows:literal, [$($role:ident),* $(,)?]) => {
        #[doc = concat!("May ", $allows, ".")]
        #[derive(Debug)]
        pub struct $name;

        impl $crate::auth::Permission for $name {
            const INFO: $crate::auth::PermissionInfo = $crate::auth::PermissionInfo {
                name: stringify!($name),
                allows: $allows,
                roles: &[$($crate::auth::Role::$role),*],
            };
        }
    };
}

/// Every permission there is, for docs/authorization.md and its test. A new one is added here.
pub const PERMISSIONS: &[PermissionInfo] = &[
    crate::identity::policy::ManageOwnSessions::INFO,
    crate::identity::policy::ManageOwnSecondFactor::INFO,
    crate::identity::policy::ResetSecondFactor::INFO,
    crate::identity::policy::ManageOwnProfile::INFO,
    crate::identity::policy::ManageOwnAgencies::INFO,
    crate::identity::policy::ManageMemberDevices::INFO,
    crate::home::policy::ViewHome::INFO,
    crate::home::policy::ViewWork::INFO,
    crate::analytics::policy::ViewDashboard::INFO,
    crate::analytics::policy::SaveViews::INFO,
    crate::accounts::policy::ViewAccounts::INFO,
    crate::accounts::policy::ManageAccounts::INFO,
    crate::earnings::policy::ViewEarnings::INFO,
    crate::earnings::policy::ExportEarnings::INFO,
    crate::earnings::policy::ViewAllEarnings::INFO,
    crate::earnings::policy::CheckFigures::INFO,
    crate::statements::policy::ImportStatements::INFO,
    crate::reports::policy::MakeReports::INFO,
    crate::creators::policy::ViewCreators::INFO,
    crate::creators::policy::ManageCreators::INFO,
    crate::agencies::policy::ManageAgency::INFO,
    crate::agencies::policy::ManageSecurity::INFO,
    crate::agencies::policy::DeleteAgency::INFO,
    crate::team::policy::ViewTeam::INFO,
    crate::team::policy::ManageMembers::INFO,
    crate::team::policy::AssignAccounts::INFO,
    crate::team::policy::TransferOwnership::INFO,
    crate::team::policy::ViewRoles::INFO,
    crate::audit::policy::ViewAudit::INFO,
    crate::audit::policy::ExportAudit::INFO,
    crate::audit::policy::ManageAuditRetention::INFO,
    crate::goals::policy::ManageGoals::INFO,
    crate::alerts::policy::ViewAlerts::INFO,
    crate::alerts::policy::ManageAlerts::INFO,
    crate::search::policy::Search::INFO,
    crate::connections::policy::ViewConnections::INFO,
    crate::connections::policy::ConnectAccounts::INFO,
    crate::connections::policy::ConnectOwnAccounts::INFO,
    crate::connections::policy::DisconnectAccounts::INFO,
    crate::connections::policy::ManageConnectLinks::INFO,
];
