//! Who may, in accounts.

use crate::permission;

permission!(
    ViewAccounts,
    "see accounts, their subscribers and paid messages: chatters those that they work on, creators their own",
    [Owner, Manager, Chatter, Creator]
);
permission!(ManageAccounts, "rename accounts, tag them, and assign them to creators", [Owner, Manager]);
