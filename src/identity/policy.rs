//! Who may, in identity: everybody signed in looks after their own.

use crate::permission;

permission!(
    ManageOwnSessions,
    "see and end their own sessions, change their own password and confirm their address",
    [Owner, Manager, Chatter, Creator, Compliance]
);
permission!(
    ManageOwnSecondFactor,
    "set up and remove their own second factor",
    [Owner, Manager, Chatter, Creator, Compliance]
);
permission!(ResetSecondFactor, "ask for the reset of a member's lost second factor", [Owner]);
permission!(
    ManageOwnAgencies,
    "see the agencies that they belong to, switch between them and start a new one",
    [Owner, Manager, Chatter, Creator, Compliance]
);
permission!(ManageMemberDevices, "see where a member is signed in to the agency, and sign them out", [Owner]);
permission!(
    ManageOwnProfile,
    "change their own name and address",
    [Owner, Manager, Chatter, Creator, Compliance]
);
