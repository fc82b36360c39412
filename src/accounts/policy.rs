//! Who may, in accounts.

use crate::permission;

permission!(ViewAccounts, "see accounts, their earnings, subscribers and paid messages", [Owner, Manager]);
permission!(ManageAccounts, "rename accounts and assign them to creators", [Owner, Manager]);
