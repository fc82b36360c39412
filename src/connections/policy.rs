//! Who may, in connections.

use crate::permission;

permission!(ViewConnections, "see connections and how healthy they are", [Owner, Manager]);
permission!(ConnectAccounts, "connect and reconnect accounts", [Owner, Manager]);
permission!(ConnectOwnAccounts, "connect and reconnect their own accounts by themselves", [Creator]);
permission!(DisconnectAccounts, "disconnect accounts: creators their own", [Owner, Manager, Creator]);
permission!(ManageConnectLinks, "make and revoke links by which creators connect themselves", [Owner]);
