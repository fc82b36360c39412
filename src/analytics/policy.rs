//! Who may, in analytics.

use crate::permission;

permission!(ViewDashboard, "see what the whole agency earns", [Owner, Manager]);
