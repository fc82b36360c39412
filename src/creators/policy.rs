//! Who may, in creators.

use crate::permission;

permission!(ViewCreators, "see creators and what their accounts earn together", [Owner, Manager]);
permission!(
    ManageCreators,
    "add, rename, archive and restore creators, and give them accounts",
    [Owner, Manager]
);
