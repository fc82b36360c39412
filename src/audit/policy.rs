//! Who may, in the audit log.

use crate::permission;

permission!(ViewAudit, "read the audit log and have it checked", [Owner, Compliance]);
permission!(ExportAudit, "export the audit log", [Owner, Compliance]);
permission!(ManageAuditRetention, "set how long recorded views are kept", [Owner]);
