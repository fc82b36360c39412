//! Who may, in search: everybody signed in; what is found is what they may open.

use crate::permission;

permission!(
    Search,
    "find pages, and what else they may open, by its name",
    [Owner, Manager, Chatter, Creator, Compliance]
);
