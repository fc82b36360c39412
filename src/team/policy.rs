//! Who may, in the team. Which roles somebody may give or take is a rule of its own: [`super::types::may_manage`].

use crate::permission;

permission!(ViewTeam, "see who belongs to the agency and who is invited", [Owner, Manager]);
permission!(
    ManageMembers,
    "invite, change and remove members: managers only chatters and creators",
    [Owner, Manager]
);
permission!(AssignAccounts, "say which chatters work on which accounts", [Owner, Manager]);
permission!(TransferOwnership, "hand the agency over to another owner", [Owner]);
permission!(ViewRoles, "see what each role may do", [Owner, Manager, Chatter, Creator, Compliance]);
