//! Who may, in goals. Whoever may see what the agency earns (analytics) sees them.

use crate::permission;

permission!(ManageGoals, "set, change and remove goals of net earnings", [Owner, Manager]);
