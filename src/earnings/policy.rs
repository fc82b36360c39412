//! Who may, in earnings.

use crate::permission;

permission!(ExportEarnings, "take the earnings of an account away as a file", [Owner]);
