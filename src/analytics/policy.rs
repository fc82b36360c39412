//! Who may, in analytics.

use crate::permission;

permission!(ViewDashboard, "see what the whole agency earns", [Owner, Manager]);
permission!(SaveViews, "keep views of analytics under names of their own", [Owner, Manager]);
