//! Who may, in reports.

use crate::permission;

permission!(
    MakeReports,
    "make monthly reports, download them, and have word of them mailed to oneself",
    [Owner, Manager]
);
