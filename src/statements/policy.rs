//! Who may, in statements.

use crate::permission;

permission!(
    ImportStatements,
    "record earnings from statement files, and take such imports back",
    [Owner, Manager]
);
