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
    NewInvitation, OpenRow, add_invitation, add_invitation_accounts, find_by_token, list_invitation_accounts,
    list_known, list_open, lock_by_token, lock_open, set_accepted, set_resent, set_revoked,
};
pub(super) use lists::{add_list, lock_list, lookup_list, set_list_sent};
pub(super) use members::{
    add_member, end_sessions, list_members, lock_member, lock_owners, lookup_member, set_removed, set_role,
};
