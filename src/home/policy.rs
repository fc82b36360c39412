//! Who may, at home: everybody has a first page, and what stands on it differs.

use crate::permission;

permission!(ViewHome, "see the first page of their role", [Owner, Manager, Chatter, Creator, Compliance]);
permission!(
    ViewWork,
    "see what waits on the accounts that they work on, and what was sold there meanwhile",
    [Chatter]
);
