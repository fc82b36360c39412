//! Who may, in connections.

use crate::permission;

permission!(ViewConnections, "see connections and how healthy they are", [Owner, Manager]);
permission!(ConnectAccounts, "connect, reconnect and disconnect accounts", [Owner, Manager]);
permission!(ManageConnectLinks, "make and revoke links by which creators connect themselves", [Owner]);
