//! The SQL of the team.

mod assignments;
mod invitations;
mod lists;
mod members;

pub(super) use assignments::{
    add_assignments, end_all_of_member, end_assignments, list_accounts_of, list_free_accounts,
    list_free_chatters, list_spans_of_account, list_spans_of_member,
};
pub(super) use invitations::{
    NewInvitation, OpenRow, add_invitation, add_invitation_accounts, count_sent, find_by_token,
    list_invitation_accounts, list_known, list_open, lock_by_token, lock_open, revoke_all_of, set_accepted,
    set_resent, set_revoked,
};
pub(super) use lists::{add_list, lock_list, lookup_list, remove_lists_before, set_list_sent};
pub(super) use members::{
    add_member, end_sessions, find_role, list_members, list_roles, lock_member, lock_owners, lock_team,
    lookup_member, set_removed, set_role,
};
