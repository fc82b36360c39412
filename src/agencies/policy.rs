//! Who may, in agencies.

use crate::permission;

permission!(ManageAgency, "change the agency's name, time zone and currency", [Owner]);
permission!(ManageSecurity, "decide how long sessions last, and who needs a second factor", [Owner]);
permission!(DeleteAgency, "delete the agency", [Owner]);
