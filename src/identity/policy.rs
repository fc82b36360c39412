//! Who may, in identity: everybody signed in looks after their own.

use crate::permission;

permission!(
    ManageOwnSessions,
    "see and end their own sessions and change their own password",
    [Owner, Manager, Chatter, Creator, Compliance]
);
