//! What every event means, in words. One that the program records and that is missing here fails a test
//! (tests/it/audit_page.rs).

use crate::auth::Role;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Signing in and out, passwords, devices.
    SignIn,
    /// People of the agency, their roles and assignments.
    Team,
    /// Creators and their accounts here.
    Creators,
    /// Access to platforms.
    Connections,
    /// Files that left.
    Exports,
    /// The agency itself, and the audit log.
    Agency,
    /// What was refused.
    Refusals,
    /// What was seen.
    Views,
}

impl Category {
    /// All of them, as lists offer them.
    pub const ALL: [Self; 8] = [
        Self::SignIn,
        Self::Team,
        Self::Creators,
        Self::Connections,
        Self::Exports,
        Self::Agency,
        Self::Refusals,
        Self::Views,
    ];

    /// Its name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Team => "team",
            Self::Creators => "creators",
            Self::Connections => "connections",
            Self::Exports => "exports",
            Self::Agency => "agency",
            Self::Refusals => "refusals",
            Self::Views => "views",
        }
    }

    /// What people read.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SignIn => "Signing in and devices",
            Self::Team => "Team",
            Self::Creators => "Creators and accounts",
            Self::Connections => "Connections",
            Self::Exports => "Exports",
            Self::Agency => "Agency and audit log",
            Self::Refusals => "Refused",
            Self::Views => "Views",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// The events of this kind.
    pub fn events(self) -> impl Iterator<Item = &'static Known> {
        KNOWN.iter().filter(move |known| known.category == self)
    }
}

/// An event that the program records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub category: Category,
    /// What was done, as the end of "Anna …".
    pub words: &'static str,
}

const fn known(name: &'static str, category: Category, words: &'static str) -> Known {
    Known { name, category, words }
}

/// Every event, by category. A new one adds its line here.
pub const KNOWN: &[Known] = &[
    known("identity.signed_in", Category::SignIn, "Signed in"),
    known("identity.signed_out", Category::SignIn, "Signed out"),
    known("identity.switched_here", Category::SignIn, "Switched to this agency"),
    known("identity.address_confirmed", Category::SignIn, "Confirmed their email address"),
    known("identity.password_changed", Category::SignIn, "Changed their password"),
    known("identity.password_reset", Category::SignIn, "Set a new password by a link in a mail"),
    known("identity.app_added", Category::SignIn, "Set up an app for two-step sign-in"),
    known("identity.app_removed", Category::SignIn, "Removed the app for two-step sign-in"),
    known("identity.passkey_added", Category::SignIn, "Added a passkey"),
    known("identity.passkey_renamed", Category::SignIn, "Renamed a passkey"),
    known("identity.passkey_removed", Category::SignIn, "Removed a passkey"),
    known("identity.recovery_codes_made", Category::SignIn, "Made new recovery codes"),
    known("identity.second_factor_reset_asked", Category::Team, "Asked to reset a member's two-step sign-in"),
    known("identity.second_factor_reset", Category::Team, "Reset a member's two-step sign-in"),
    known("identity.confirmed", Category::SignIn, "Proved again who they are"),
    known("identity.session_ended", Category::SignIn, "Was signed out by the agency's limits"),
    known("identity.member_signed_out", Category::SignIn, "Signed a member out"),
    known("identity.new_device", Category::SignIn, "Signed in with a new browser"),
    known("identity.name_changed", Category::SignIn, "Changed their name"),
    known("identity.address_asked", Category::SignIn, "Asked to change their email address"),
    known("identity.address_changed", Category::SignIn, "Changed their email address"),
    known("identity.address_restored", Category::SignIn, "Went back to their old email address"),
    known("identity.devices_signed_out", Category::SignIn, "Signed out devices"),
    known("team.invited", Category::Team, "Invited somebody"),
    known("team.invited_again", Category::Team, "Sent an invitation again"),
    known("team.invitation_revoked", Category::Team, "Withdrew an invitation"),
    known("team.joined", Category::Team, "Joined the agency"),
    known("team.left", Category::Team, "Left the agency"),
    known("team.removed", Category::Team, "Removed a member"),
    known("team.role_changed", Category::Team, "Gave a member another role"),
    known("team.ownership_transferred", Category::Team, "Handed the agency over"),
    known("team.assigned", Category::Team, "Assigned accounts to a chatter"),
    known("team.unassigned", Category::Team, "Took accounts from a chatter"),
    known("creators.added", Category::Creators, "Added a creator"),
    known("creators.renamed", Category::Creators, "Renamed a creator"),
    known("creators.archived", Category::Creators, "Archived a creator"),
    known("creators.restored", Category::Creators, "Brought a creator back"),
    known("accounts.renamed", Category::Creators, "Renamed an account"),
    known("accounts.tagged", Category::Creators, "Changed an account's tags"),
    known("accounts.assigned", Category::Creators, "Gave an account to another creator"),
    known("connections.connected", Category::Connections, "Connected a platform"),
    known("connections.reconnected", Category::Connections, "Connected a platform again"),
    known("connections.disconnected", Category::Connections, "Disconnected"),
    known("connections.lost", Category::Connections, "Access ended at the platform"),
    known("links.made", Category::Connections, "Made a link for a creator, and saw it"),
    known("links.used", Category::Connections, "Connected by a link"),
    known("links.revoked", Category::Connections, "Withdrew a link"),
    known("earnings.check_asked", Category::Agency, "Had the figures counted again"),
    known("earnings.exported", Category::Exports, "Exported earnings"),
    known("analytics.exported", Category::Exports, "Exported a page of analytics"),
    known("reports.downloaded", Category::Exports, "Downloaded a monthly report"),
    known("reports.made", Category::Exports, "Made a monthly report"),
    known("reports.scheduled", Category::Agency, "Changed when monthly reports are mailed"),
    known("reports.mail_changed", Category::Agency, "Turned mail about monthly reports on or off"),
    known("reports.mailed", Category::Exports, "Mailed a link to a monthly report"),
    known("statements.uploaded", Category::Creators, "Uploaded a statement"),
    known("statements.recorded", Category::Creators, "Recorded the earnings of a statement"),
    known("statements.discarded", Category::Creators, "Discarded a statement"),
    known("statements.undone", Category::Creators, "Undid the import of a statement"),
    known("accounts.added_by_statement", Category::Creators, "Added an account of statements"),
    known("audit.exported", Category::Exports, "Exported the audit log"),
    known("agencies.created", Category::Agency, "Started the agency"),
    known("agencies.changed", Category::Agency, "Changed the agency's settings"),
    known("agencies.session_limits_changed", Category::Agency, "Changed how long sessions last"),
    known(
        "agencies.second_factor_required",
        Category::Agency,
        "Changed of whom two-step sign-in is required",
    ),
    known("goals.set", Category::Agency, "Set a goal"),
    known("goals.removed", Category::Agency, "Removed a goal"),
    known("goals.copied", Category::Agency, "Copied the goals of the month before"),
    known("alerts.rules_changed", Category::Agency, "Changed from which refund on an alert is raised"),
    known("agencies.deleted", Category::Agency, "Deleted the agency"),
    known("demo.filled", Category::Agency, "Filled the agency with made-up accounts"),
    known("audit.check_begun", Category::Agency, "Had the audit log checked"),
    known("audit.retention_changed", Category::Agency, "Changed how long views are kept"),
    known("audit.views_pruned", Category::Agency, "Removed views that were old enough"),
    known("identity.sign_in_failed", Category::Refusals, "Failed to sign in"),
    known("identity.refused", Category::Refusals, "Was refused: too often, or not allowed by their role"),
    known("identity.password_refused", Category::Refusals, "Typed a wrong password to confirm something"),
    known("identity.second_factor_refused", Category::Refusals, "Failed at two-step sign-in"),
    known("connections.refused", Category::Refusals, "A connection was refused"),
    known("accounts.earnings_viewed", Category::Views, "Saw earnings one by one, with fans"),
    known("earnings.viewed", Category::Views, "Saw the agency's earnings one by one, with fans"),
    known("analytics.messages_viewed", Category::Views, "Saw paid messages in analytics"),
    known("analytics.fans_viewed", Category::Views, "Saw fans in analytics"),
    known("accounts.fans_viewed", Category::Views, "Saw the fans of an account"),
    known("accounts.messages_viewed", Category::Views, "Saw an account's paid messages"),
    known("churn.viewed", Category::Views, "Saw which fans may leave"),
    known("creators.viewed", Category::Views, "Saw a creator's details"),
    known("search.fans_found", Category::Views, "Found fans of an account by search"),
    known("audit.viewed", Category::Views, "Read the audit log"),
];

/// What is known of the event.
#[must_use]
pub fn find(event: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == event)
}

/// The event in words; one of another version of the program, by its name.
#[must_use]
pub fn words(event: &str) -> String {
    find(event).map_or_else(|| event.replace(['.', '_'], " "), |known| known.words.to_owned())
}

/// Whether the event is a view, and so on the chain of views.
#[must_use]
pub fn is_view(event: &str) -> bool {
    find(event).is_some_and(|known| known.category == Category::Views)
}

/// Who acted, by the name that the person has now.
#[must_use]
pub fn who(actor: &str, person: Option<&str>) -> String {
    match (actor, person) {
        ("member", person) => person.unwrap_or("A former member").to_owned(),
        ("creator link", _) => "A creator, by a link".to_owned(),
        ("link by mail", person) => format!("{}, by a link in a mail", person.unwrap_or("Somebody")),
        ("visitor", _) => "Somebody who was not signed in".to_owned(),
        (actor, _) => match actor.strip_prefix("system: ") {
            Some(reason) => format!("CreatorCRM, to {reason}"),
            None => actor.to_owned(),
        },
    }
}

/// What of a detail `role` may read: compliance officers never see money.
pub fn shown(detail: &[(String, String)], role: Role) -> impl Iterator<Item = (&str, &str)> {
    detail.iter().map(move |(name, value)| {
        let hidden =
            role == Role::Compliance && MONEY.iter().any(|word| name.split(' ').any(|it| it == *word));
        (name.as_str(), if hidden { "not shown to compliance officers" } else { value.as_str() })
    })
}

/// Words by which details call amounts of money.
const MONEY: [&str; 9] = ["amount", "gross", "net", "fee", "price", "pay", "commission", "payout", "total"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_named_once() {
        let names: std::collections::BTreeSet<_> = KNOWN.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), KNOWN.len());
        assert!(names.iter().all(|name| Category::parse(name).is_none()), "a category is no event");
    }

    #[test]
    fn compliance_officers_see_no_money() {
        let detail =
            [("net amount".to_owned(), "$5.00".to_owned()), ("platform".to_owned(), "Fanvue".to_owned())];
        let read = |role| shown(&detail, role).map(|it| it.1).collect::<Vec<_>>();
        assert_eq!(read(Role::Owner), ["$5.00", "Fanvue"]);
        assert_eq!(read(Role::Compliance), ["not shown to compliance officers", "Fanvue"]);
    }
}
