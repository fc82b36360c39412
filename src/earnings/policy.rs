//! Who may, in earnings.

use crate::permission;

permission!(ViewEarnings, "see what accounts earn: creators their own", [Owner, Manager, Creator]);
permission!(ExportEarnings, "take the earnings of an account away as a file", [Owner]);
permission!(ViewAllEarnings, "see every transaction of the agency in one list", [Owner, Manager]);
permission!(CheckFigures, "have every figure counted again from the transactions", [Owner, Manager]);
