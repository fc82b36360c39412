//! Who may, in alerts.

use crate::permission;

permission!(ViewAlerts, "see alerts, and have them mailed", [Owner, Manager]);
permission!(ManageAlerts, "decide from which refund on an alert is raised", [Owner, Manager]);
