//! Who may: every route and server function, asked as nobody, as another agency, as each role; and the catalogue's own walls.
//!
//! A route or server function that is missing from `TABLE` fails here.

use crate::app::{Browser, TestApp, function_name, function_path};
use creatorcrm::accounts::policy::{ManageAccounts, ViewAccounts};
use creatorcrm::agencies::policy::{DeleteAgency, ManageAgency, ManageSecurity};
use creatorcrm::alerts::policy::{ManageAlerts, ViewAlerts};
use creatorcrm::analytics::policy::{SaveViews, ViewDashboard};
use creatorcrm::audit::policy::{ExportAudit, ManageAuditRetention, ViewAudit};
use creatorcrm::auth::{PERMISSIONS, Permission, PermissionInfo, Role};
use creatorcrm::connections::policy::{
    ConnectAccounts, ConnectOwnAccounts, DisconnectAccounts, ManageConnectLinks, ViewConnections,
};
use creatorcrm::creators::policy::{ManageCreators, ViewCreators};
use creatorcrm::earnings::policy::{CheckFigures, ExportEarnings, ViewAllEarnings, ViewEarnings};
use creatorcrm::goals::policy::ManageGoals;
use creatorcrm::home::policy::ViewHome;
use creatorcrm::identity::policy::{
    ManageMemberDevices, ManageOwnAgencies, ManageOwnProfile, ManageOwnSecondFactor, ManageOwnSessions,
    ResetSecondFactor,
};
use creatorcrm::reports::policy::MakeReports;
use creatorcrm::search::policy::Search;
use creatorcrm::statements::policy::ImportStatements;
use creatorcrm::team::policy::{AssignAccounts, ManageMembers, TransferOwnership, ViewRoles, ViewTeam};
use reqwest::Method;
use sqlx::{Connection, PgConnection, Row};
use std::collections::BTreeSet;

/// Who may reach an entry.
#[derive(Clone, Copy)]
pub enum May {
    /// Everybody, signed in or not.
    Anybody,
    /// Whoever holds the permission.
    Holders(&'static PermissionInfo),
}

/// One route or server function. `{account}` and friends in paths and arguments stand for rows of the first agency.
pub struct Entry {
    /// The path as the router has it, or the server function's name.
    pub route: &'static str,
    /// What to ask for; the route itself when it holds no ids. Server functions have none.
    pub ask: &'static str,
    /// A server function's arguments.
    pub arguments: &'static [(&'static str, &'static str)],
    pub may: May,
    /// Whether it names a row, which another agency must not find.
    pub names_row: bool,
}

const fn page(route: &'static str, may: May) -> Entry {
    Entry { route, ask: route, arguments: &[], may, names_row: false }
}

const fn row_page(route: &'static str, ask: &'static str, may: May) -> Entry {
    Entry { route, ask, arguments: &[], may, names_row: true }
}

const fn act(route: &'static str, arguments: &'static [(&'static str, &'static str)], may: May) -> Entry {
    Entry { route, ask: "", arguments, may, names_row: false }
}

const fn row_act(route: &'static str, arguments: &'static [(&'static str, &'static str)], may: May) -> Entry {
    Entry { route, ask: "", arguments, may, names_row: true }
}

/// Every route and every server function.
pub const TABLE: &[Entry] = &[
    page("/", May::Anybody),
    page("/health", May::Anybody),
    page("/health/database", May::Anybody),
    page("/health/external", May::Anybody),
    page("/metrics", May::Anybody),
    page("/dashboard", May::Holders(&ViewHome::INFO)),
    page("/analytics", May::Holders(&ViewDashboard::INFO)),
    page("/analytics.csv", May::Holders(&ExportEarnings::INFO)),
    page("/analytics/compare", May::Holders(&ViewDashboard::INFO)),
    page("/analytics/compare.csv", May::Holders(&ExportEarnings::INFO)),
    page("/analytics/subscribers", May::Holders(&ViewDashboard::INFO)),
    page("/analytics/subscribers.csv", May::Holders(&ExportEarnings::INFO)),
    page("/analytics/messages", May::Holders(&ViewDashboard::INFO)),
    page("/analytics/messages.csv", May::Holders(&ExportEarnings::INFO)),
    page("/analytics/fans", May::Holders(&ViewDashboard::INFO)),
    page("/analytics/fans.csv", May::Holders(&ExportEarnings::INFO)),
    page("/analytics/views", May::Holders(&SaveViews::INFO)),
    act("save_view", &[("name", ""), ("address", "/analytics")], May::Holders(&SaveViews::INFO)),
    row_act("rename_view", &[("view", "{view}"), ("name", "Mine")], May::Holders(&SaveViews::INFO)),
    row_act("delete_view", &[("view", "{view}")], May::Holders(&SaveViews::INFO)),
    // Platforms prove themselves by their signature; tests/it/webhooks.rs.
    page("/webhooks/{platform}", May::Anybody),
    page("/sign-in", May::Anybody),
    page("/sign-up", May::Anybody),
    // Development only: mail/pages.rs.
    page("/dev/mail", May::Anybody),
    page("/live", May::Holders(&ManageOwnSessions::INFO)),
    page("/connections", May::Holders(&ViewConnections::INFO)),
    page("/connections/new", May::Holders(&ConnectAccounts::INFO)),
    row_page(
        "/connections/{connection}/choose",
        "/connections/{connection}/choose",
        May::Holders(&ConnectAccounts::INFO),
    ),
    row_page(
        "/accounts/{account}/disconnect",
        "/accounts/{account}/disconnect",
        May::Holders(&DisconnectAccounts::INFO),
    ),
    page("/oauth/{platform}/callback", May::Anybody),
    // What a creator does who holds a link: the token, then the browser session, are what she may by.
    page("/connect/{token}", May::Anybody),
    page("/connect/choose/{connection}", May::Anybody),
    page("/connect/done/{connection}", May::Anybody),
    page("/accounts", May::Holders(&ViewAccounts::INFO)),
    row_page("/accounts/{account}", "/accounts/{account}", May::Holders(&ViewAccounts::INFO)),
    row_page(
        "/accounts/{account}/subscribers",
        "/accounts/{account}/subscribers",
        May::Holders(&ViewAccounts::INFO),
    ),
    row_page("/accounts/{account}/ppv", "/accounts/{account}/ppv", May::Holders(&ViewAccounts::INFO)),
    row_page(
        "/accounts/{account}/connection",
        "/accounts/{account}/connection",
        May::Holders(&ViewAccounts::INFO),
    ),
    row_page(
        "/accounts/{account}/earnings",
        "/accounts/{account}/earnings",
        May::Holders(&ViewEarnings::INFO),
    ),
    row_page(
        "/accounts/{account}/earnings.csv",
        "/accounts/{account}/earnings.csv",
        May::Holders(&ExportEarnings::INFO),
    ),
    page("/earnings", May::Holders(&ViewAllEarnings::INFO)),
    page("/earnings/checks", May::Holders(&ViewAllEarnings::INFO)),
    page("/earnings.csv", May::Holders(&ExportEarnings::INFO)),
    row_page("/accounts/{account}/edit", "/accounts/{account}/edit", May::Holders(&ManageAccounts::INFO)),
    page("/statements", May::Holders(&ImportStatements::INFO)),
    // Its file is posted to the same path: tests/it/statements.rs.
    page("/statements/new", May::Holders(&ImportStatements::INFO)),
    row_page("/statements/{import}", "/statements/{import}", May::Holders(&ImportStatements::INFO)),
    row_page("/statements/{import}/undo", "/statements/{import}/undo", May::Holders(&ImportStatements::INFO)),
    row_act(
        "map_statement",
        &[
            ("import", "{import}"),
            ("columns[time]", "a"),
            ("columns[gross]", "b"),
            ("columns[dates]", "day_first"),
            ("columns[decimal]", "point"),
            ("columns[rest]", "nothing"),
        ],
        May::Holders(&ImportStatements::INFO),
    ),
    row_act("map_statement_kinds", &[("import", "{import}")], May::Holders(&ImportStatements::INFO)),
    row_act("record_statement", &[("import", "{import}")], May::Holders(&ImportStatements::INFO)),
    row_act("discard_statement", &[("import", "{import}")], May::Holders(&ImportStatements::INFO)),
    row_act("undo_statement", &[("import", "{import}")], May::Holders(&ImportStatements::INFO)),
    page("/analytics/reports", May::Holders(&MakeReports::INFO)),
    row_page(
        "/analytics/reports/{report}/report.pdf",
        "/analytics/reports/{report}/report.pdf",
        May::Holders(&MakeReports::INFO),
    ),
    act("make_report", &[("month", "2026-10")], May::Holders(&MakeReports::INFO)),
    act("schedule_reports", &[("on", "true"), ("day", "1"), ("hour", "8")], May::Holders(&MakeReports::INFO)),
    act("mail_reports", &[("wanted", "true")], May::Holders(&MakeReports::INFO)),
    page("/creators", May::Holders(&ViewCreators::INFO)),
    page("/creators/archived", May::Holders(&ViewCreators::INFO)),
    page("/creators/new", May::Holders(&ManageCreators::INFO)),
    row_page("/creators/{creator}", "/creators/{creator}", May::Holders(&ViewCreators::INFO)),
    row_page("/creators/{creator}/edit", "/creators/{creator}/edit", May::Holders(&ManageCreators::INFO)),
    page("/analytics/forecast", May::Holders(&ViewDashboard::INFO)),
    page("/analytics/forecast/churn", May::Holders(&ViewDashboard::INFO)),
    page("/team", May::Holders(&ViewTeam::INFO)),
    page("/team/invite", May::Holders(&ManageMembers::INFO)),
    page("/team/invite/many", May::Holders(&ManageMembers::INFO)),
    row_page("/team/invite/many/{list}", "/team/invite/many/{list}", May::Holders(&ManageMembers::INFO)),
    page("/team/roles", May::Holders(&ViewRoles::INFO)),
    page("/team/transfer", May::Holders(&TransferOwnership::INFO)),
    row_page("/team/{member}", "/team/{member}", May::Holders(&ViewTeam::INFO)),
    row_page("/team/{member}/assign", "/team/{member}/assign", May::Holders(&AssignAccounts::INFO)),
    row_page("/team/{member}/remove", "/team/{member}/remove", May::Holders(&ManageMembers::INFO)),
    row_page("/accounts/{account}/team", "/accounts/{account}/team", May::Holders(&AssignAccounts::INFO)),
    // The token is what the holder of an invitation may by; tests/it/team.rs.
    Entry { ask: "/invitation/made-up", ..page("/invitation/{token}", May::Anybody) },
    page("/settings/leave", May::Holders(&ManageOwnAgencies::INFO)),
    page("/settings", May::Holders(&ManageAgency::INFO)),
    page("/settings/security", May::Holders(&ManageSecurity::INFO)),
    page("/settings/delete", May::Holders(&DeleteAgency::INFO)),
    page("/audit", May::Holders(&ViewAudit::INFO)),
    page("/audit.csv", May::Holders(&ExportAudit::INFO)),
    act("check_figures", &[], May::Holders(&CheckFigures::INFO)),
    act("check_audit", &[], May::Holders(&ViewAudit::INFO)),
    act("keep_audit_views", &[("days", "365")], May::Holders(&ManageAuditRetention::INFO)),
    page("/analytics/goals", May::Holders(&ViewDashboard::INFO)),
    row_page(
        "/analytics/goals/set",
        "/analytics/goals/set?account={account}",
        May::Holders(&ManageGoals::INFO),
    ),
    row_act(
        "set_goal",
        &[("month", "2026-11"), ("account", "{account}"), ("amount", "100")],
        May::Holders(&ManageGoals::INFO),
    ),
    act("copy_goals", &[("month", "2026-11")], May::Holders(&ManageGoals::INFO)),
    row_act("remove_goal", &[("goal", "{goal}")], May::Holders(&ManageGoals::INFO)),
    page("/alerts", May::Holders(&ViewAlerts::INFO)),
    page("/settings/notifications", May::Holders(&ViewAlerts::INFO)),
    row_act("read_alert", &[("alert", "{alert}")], May::Holders(&ViewAlerts::INFO)),
    act("read_all_alerts", &[("until", "2026-11-25T12:00:00Z")], May::Holders(&ViewAlerts::INFO)),
    act(
        "set_alert_rules",
        &[("refund_from", "100"), ("refund_share", "50")],
        May::Holders(&ManageAlerts::INFO),
    ),
    act("choose_notifications", &[("rhythm", "daily"), ("hour", "8")], May::Holders(&ViewAlerts::INFO)),
    page("/search", May::Holders(&Search::INFO)),
    page("/search/found", May::Holders(&Search::INFO)),
    // All server functions stand behind this one route; each has an entry of its own below.
    page("/api/{*function}", May::Anybody),
    act("sign_up", &[("agency", "A"), ("name", "B"), ("email", "x"), ("password", "y")], May::Anybody),
    act("sign_in", &[("email", "x"), ("password", "y")], May::Anybody),
    act("sign_out", &[], May::Anybody),
    page("/confirm", May::Holders(&ManageOwnSessions::INFO)),
    act("confirm", &[("password", "wrong")], May::Holders(&ManageOwnSessions::INFO)),
    act(
        "confirm_by_passkey",
        &[("token", "made-up"), ("credential", "{}")],
        May::Holders(&ManageOwnSessions::INFO),
    ),
    act("begin_passkey_proof", &[], May::Holders(&ManageOwnSessions::INFO)),
    // The session that waits for it is what one may by: tests/it/second_factor.rs.
    page("/sign-in/second", May::Anybody),
    act("second_step", &[("code", "123456")], May::Anybody),
    act("second_step_by_passkey", &[("token", "made-up"), ("credential", "{}")], May::Anybody),
    act("sign_in_by_passkey", &[("token", "made-up"), ("credential", "{}")], May::Anybody),
    act("begin_passkey_sign_in", &[], May::Anybody),
    page("/settings/second-factor", May::Holders(&ManageOwnSecondFactor::INFO)),
    page("/settings/second-factor/app", May::Holders(&ManageOwnSecondFactor::INFO)),
    page("/settings/second-factor/codes", May::Holders(&ManageOwnSecondFactor::INFO)),
    act("begin_app", &[], May::Holders(&ManageOwnSecondFactor::INFO)),
    act("confirm_app", &[("code", "wrong")], May::Holders(&ManageOwnSecondFactor::INFO)),
    act("remove_app", &[], May::Holders(&ManageOwnSecondFactor::INFO)),
    act("make_recovery_codes", &[], May::Holders(&ManageOwnSecondFactor::INFO)),
    act("begin_passkey", &[], May::Holders(&ManageOwnSecondFactor::INFO)),
    act(
        "add_passkey",
        &[("name", "Phone"), ("token", "made-up"), ("credential", "{}")],
        May::Holders(&ManageOwnSecondFactor::INFO),
    ),
    row_act(
        "rename_passkey",
        &[("passkey", "{passkey}"), ("name", "Phone")],
        May::Holders(&ManageOwnSecondFactor::INFO),
    ),
    row_act("remove_passkey", &[("passkey", "{passkey}")], May::Holders(&ManageOwnSecondFactor::INFO)),
    act("require_second_factor", &[("grace_days", "1")], May::Holders(&ManageSecurity::INFO)),
    row_act("reset_second_factor", &[("member", "{member}")], May::Holders(&ResetSecondFactor::INFO)),
    Entry { ask: "/verify-email/made-up", ..page("/verify-email/{token}", May::Anybody) },
    page("/forgotten-password", May::Anybody),
    page("/start-again", May::Anybody),
    act("start_again", &[("email", "x"), ("password", "y"), ("agency", "A")], May::Anybody),
    Entry { ask: "/reset-password/made-up", ..page("/reset-password/{token}", May::Anybody) },
    Entry { ask: "/change-email/made-up", ..page("/change-email/{token}", May::Anybody) },
    Entry { ask: "/undo-email/made-up", ..page("/undo-email/{token}", May::Anybody) },
    page("/settings/profile", May::Holders(&ManageOwnProfile::INFO)),
    act("change_name", &[("name", "")], May::Holders(&ManageOwnProfile::INFO)),
    act("change_email", &[("email", "x")], May::Holders(&ManageOwnProfile::INFO)),
    act("confirm_new_email", &[("token", "made-up")], May::Anybody),
    act("undo_new_email", &[("token", "made-up")], May::Anybody),
    page("/settings/devices", May::Holders(&ManageOwnSessions::INFO)),
    row_page("/team/{member}/devices", "/team/{member}/devices", May::Holders(&ManageMemberDevices::INFO)),
    row_act(
        "end_member_device",
        &[("member", "{member}"), ("device", "{device}")],
        May::Holders(&ManageMemberDevices::INFO),
    ),
    row_act("end_member_devices", &[("member", "{member}")], May::Holders(&ManageMemberDevices::INFO)),
    page("/settings/password", May::Holders(&ManageOwnSessions::INFO)),
    page("/settings/agencies", May::Holders(&ManageOwnAgencies::INFO)),
    act("send_confirmation", &[], May::Holders(&ManageOwnSessions::INFO)),
    act("verify_email", &[("token", "made-up")], May::Anybody),
    act("ask_for_new_password", &[("email", "x")], May::Anybody),
    act("reset_password", &[("token", "made-up"), ("password", "correct horse battery")], May::Anybody),
    act(
        "change_password",
        &[("current_password", "wrong"), ("new_password", "correct horse battery")],
        May::Holders(&ManageOwnSessions::INFO),
    ),
    row_act("end_device", &[("device", "{device}")], May::Holders(&ManageOwnSessions::INFO)),
    act("end_other_devices", &[], May::Holders(&ManageOwnSessions::INFO)),
    row_act("switch_agency", &[("agency", "{agency}")], May::Holders(&ManageOwnAgencies::INFO)),
    act("start_agency", &[("name", "")], May::Holders(&ManageOwnAgencies::INFO)),
    act("invite_member", &[("email", "x"), ("role", "chatter")], May::Holders(&ManageMembers::INFO)),
    act("paste_invitations", &[("role", "chatter"), ("addresses", "x")], May::Holders(&ManageMembers::INFO)),
    row_act("send_invitations", &[("list", "{list}")], May::Holders(&ManageMembers::INFO)),
    row_act("resend_invitation", &[("invitation", "{invitation}")], May::Holders(&ManageMembers::INFO)),
    row_act("revoke_invitation", &[("invitation", "{invitation}")], May::Holders(&ManageMembers::INFO)),
    act("join_as_new", &[("token", "made-up"), ("name", "A"), ("password", "y")], May::Anybody),
    act("join_by_password", &[("token", "made-up"), ("password", "y")], May::Anybody),
    act("join_signed_in", &[("token", "made-up")], May::Holders(&ManageOwnAgencies::INFO)),
    row_act(
        "assign_accounts",
        &[("member", "{member}"), ("accounts[]", "{account}")],
        May::Holders(&AssignAccounts::INFO),
    ),
    row_act(
        "unassign_accounts",
        &[("member", "{member}"), ("accounts[]", "{account}")],
        May::Holders(&AssignAccounts::INFO),
    ),
    row_act(
        "assign_chatters",
        &[("account", "{account}"), ("chatters[]", "{member}")],
        May::Holders(&AssignAccounts::INFO),
    ),
    row_act(
        "unassign_chatters",
        &[("account", "{account}"), ("chatters[]", "{member}")],
        May::Holders(&AssignAccounts::INFO),
    ),
    row_act(
        "change_role",
        &[("member", "{member}"), ("role", "chatter")],
        May::Holders(&ManageMembers::INFO),
    ),
    row_act("remove_member", &[("member", "{member}")], May::Holders(&ManageMembers::INFO)),
    // Nobody's, so that there is something left to test.
    act(
        "transfer_ownership",
        &[("member", "00000000-0000-0000-0000-000000000000")],
        May::Holders(&TransferOwnership::INFO),
    ),
    act("leave_agency", &[], May::Holders(&ManageOwnAgencies::INFO)),
    act("connect_account", &[("platform", "fanvue")], May::Holders(&ConnectAccounts::INFO)),
    row_act("reconnect", &[("connection", "{connection}")], May::Holders(&ConnectAccounts::INFO)),
    row_act("finish_connection", &[("connection", "{connection}")], May::Holders(&ConnectAccounts::INFO)),
    row_act(
        "choose_accounts",
        &[("connection", "{connection}"), ("accounts[]", "p1")],
        May::Holders(&ConnectAccounts::INFO),
    ),
    row_act("remove_connection", &[("connection", "{connection}")], May::Holders(&ConnectAccounts::INFO)),
    row_act("disconnect_account", &[("account", "{account}")], May::Holders(&DisconnectAccounts::INFO)),
    act(
        "make_connect_link",
        &[("platform", "fanvue"), ("note", "Mia"), ("days", "7")],
        May::Holders(&ManageConnectLinks::INFO),
    ),
    act("connect_own_account", &[("platform", "fanvue")], May::Holders(&ConnectOwnAccounts::INFO)),
    row_act("revoke_connect_link", &[("link", "{link}")], May::Holders(&ManageConnectLinks::INFO)),
    act("connect_by_link", &[("token", "x")], May::Anybody),
    act("choose_by_link", &[("connection", "{connection}"), ("accounts[]", "p1")], May::Anybody),
    act("finish_by_link", &[("connection", "{connection}")], May::Anybody),
    act("set_theme", &[("theme", "dark")], May::Anybody),
    row_act(
        "rename_account",
        &[("account", "{account}"), ("name", "Mia")],
        May::Holders(&ManageAccounts::INFO),
    ),
    row_act("tag_account", &[("account", "{account}"), ("tags", "vip")], May::Holders(&ManageAccounts::INFO)),
    row_act(
        "assign_account",
        &[("account", "{account}"), ("creator", "{creator}")],
        May::Holders(&ManageAccounts::INFO),
    ),
    act(
        "change_agency",
        &[("name", "A"), ("time_zone", "UTC"), ("currency", "USD")],
        May::Holders(&ManageAgency::INFO),
    ),
    act(
        "change_session_limits",
        &[("idle_minutes", "20160"), ("days", "90")],
        May::Holders(&ManageSecurity::INFO),
    ),
    // The name is not the agency's, so that there is something left to test.
    act("delete_agency", &[("name", "x")], May::Holders(&DeleteAgency::INFO)),
    act("add_creator", &[("name", "Zoe")], May::Holders(&ManageCreators::INFO)),
    row_act(
        "rename_creator",
        &[("creator", "{creator}"), ("name", "Mia")],
        May::Holders(&ManageCreators::INFO),
    ),
    row_act("archive_creator", &[("creator", "{creator}")], May::Holders(&ManageCreators::INFO)),
    row_act("restore_creator", &[("creator", "{creator}")], May::Holders(&ManageCreators::INFO)),
    row_act(
        "give_creator_account",
        &[("creator", "{creator}"), ("account", "{account}")],
        May::Holders(&ManageCreators::INFO),
    ),
];

/// Rows of the first agency, by the name that stands for them in the table.
struct World {
    app: TestApp,
    ids: Vec<(&'static str, String)>,
    members: Vec<(Role, Browser)>,
    stranger: Browser,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let stranger = app.owner("stranger").await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let agency: uuid::Uuid = scalar(
        &mut db,
        "select agency_id from members m join users u on u.id = m.user_id where u.name = 'owner'",
    )
    .await;
    let ids = rows_of(&mut db, agency).await;
    let mut members = vec![(Role::Owner, owner)];
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Owner) {
        members.push((role, member(&app, &mut db, agency, role).await));
    }
    World { app, ids, members, stranger }
}

/// One row of every kind that routes name.
async fn rows_of(db: &mut PgConnection, agency: uuid::Uuid) -> Vec<(&'static str, String)> {
    let id = uuid::Uuid::new_v4;
    let (creator, connection, account, link) = (id(), id(), id(), id());
    let (member, invitation, list) = (id(), id(), id());
    let (alert, goal, import, report) = (id(), id(), id(), id());
    let device = "ab".repeat(32);
    let statement = format!(
        "insert into creators (agency_id, id, name, created_at) values ('{agency}', '{creator}', 'Mia', now());
         insert into connections (agency_id, id, platform, platform_user_id, display_name, health, health_since, connected_at)
           values ('{agency}', '{connection}', 'fanvue', 'p1', 'Mia', 'connected', now(), now());
         insert into accounts (agency_id, id, platform, platform_account_id, connection_id, creator_id, name, handle, connected_at)
           values ('{agency}', '{account}', 'fanvue', 'p1', '{connection}', '{creator}', 'Mia', 'mia', now());
         insert into syncs (agency_id, account_id, state) values ('{agency}', '{account}', 'idle');
         insert into connect_links (agency_id, id, token_hash, platform, note, created_by, created_at, expires_at)
           select '{agency}', '{link}', '\\x00', 'fanvue', 'Mia', user_id, now(), now() + interval '1 day' from members where agency_id = '{agency}';
         insert into sessions (id_hash, user_id, data, created_at, last_seen_at, expires_at)
           select '\\x{device}', user_id, '{{}}', now(), now(), now() + interval '1 day' from members where agency_id = '{agency}';
         insert into invitations (agency_id, id, email, role, token_hash, invited_by, created_at, sent_at, expires_at)
           select '{agency}', '{invitation}', 'invited@example.com', 'chatter', '\\x01', user_id, now(), now(), now() + interval '1 day'
           from members where agency_id = '{agency}';
         insert into invitation_lists (agency_id, id, made_by, role, lines, created_at)
           select '{agency}', '{list}', user_id, 'chatter', 'listed@example.com', now() from members where agency_id = '{agency}';
         insert into goals (agency_id, id, month, account_id, currency, amount)
           values ('{agency}', '{goal}', '2026-10-01', '{account}', 'USD', 100);
         insert into alerts (agency_id, id, kind, cause, account_id, evidence, raised_at)
           values ('{agency}', '{alert}', 'rollups_differ', 'x', '{account}',
                   jsonb_build_object('kind', 'rollups_differ', 'differences', 1, 'example', 'A day'), now());
         insert into statement_imports (agency_id, id, state, file_name, account_name, platform_name, currency, made_by, created_at)
           select '{agency}', '{import}', 'open', 'a.csv', 'Mia', 'Fansly', 'USD', user_id, now() from members where agency_id = '{agency}';
         insert into reports (agency_id, id, month, state, version, figures_at, pdf, made_at)
           values ('{agency}', '{report}', '2026-10-01', 'ready', 'v', now(), '\\x00', now());
         insert into users (id, email, name, password_hash, password_set_at, created_at)
           values ('{member}', 'somebody@example.com', 'Somebody', '', now(), now());
         insert into members (agency_id, user_id, role, joined_at) values ('{agency}', '{member}', 'chatter', now())"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(db).await.unwrap();
    vec![
        ("{creator}", creator.to_string()),
        ("{connection}", connection.to_string()),
        ("{account}", account.to_string()),
        ("{link}", link.to_string()),
        ("{agency}", agency.to_string()),
        ("{device}", device),
        ("{member}", member.to_string()),
        ("{invitation}", invitation.to_string()),
        ("{list}", list.to_string()),
        ("{alert}", alert.to_string()),
        ("{goal}", goal.to_string()),
        ("{report}", report.to_string()),
        ("{import}", import.to_string()),
        // Nobody's.
        ("{view}", id().to_string()),
        ("{passkey}", id().to_string()),
    ]
}

async fn scalar<T>(db: &mut PgConnection, statement: &'static str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    sqlx::query(statement).fetch_one(db).await.unwrap().get(0)
}

/// A member of `role`: signs up for an agency of their own, is then moved into this one.
async fn member(app: &TestApp, db: &mut PgConnection, agency: uuid::Uuid, role: Role) -> Browser {
    let mut browser = app.owner(role.as_str()).await;
    sqlx::query(
        "update members set agency_id = $1, role = $2 where user_id = (select id from users where name = $2)",
    )
    .bind(agency)
    .bind(role.as_str())
    .execute(db)
    .await
    .unwrap();
    browser.open("/").await;
    browser
}

impl World {
    fn fill(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }
}

/// The status that `browser` gets for `entry`, as a program sees it.
async fn ask(browser: &mut Browser, entry: &Entry, ask: &str, arguments: &[(String, String)]) -> u16 {
    let path = if entry.ask.is_empty() { function_path(entry.route) } else { ask.to_owned() };
    let method = if entry.ask.is_empty() { Method::POST } else { Method::GET };
    browser.status(method, &path, arguments).await
}

#[tokio::test]
async fn every_route_and_server_function_is_in_the_table() {
    let known: BTreeSet<_> = TABLE.iter().map(|entry| entry.route).collect();
    assert_eq!(known.len(), TABLE.len(), "an entry stands twice");
    let routes = creatorcrm::server::router::paths();
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let all: BTreeSet<_> =
        routes.into_iter().chain(functions.iter().map(|path| function_name(path))).collect();
    let missing: Vec<_> = all.difference(&known).collect();
    let gone: Vec<_> = known.difference(&all).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "missing from the table: {missing:?}; no longer there: {gone:?}"
    );
}

#[tokio::test]
async fn everybody_reaches_what_they_may_and_nothing_else() {
    let mut world = world().await;
    let mut wrong = Vec::new();
    // Leaving comes last: it ends the sessions of the others.
    let ends = |entry: &&Entry| matches!(entry.route, "sign_out" | "leave_agency");
    let (last, first): (Vec<_>, Vec<_>) = TABLE.iter().partition(ends);
    for entry in first.into_iter().chain(last) {
        let path = world.fill(entry.ask);
        let arguments: Vec<_> =
            entry.arguments.iter().map(|(name, value)| ((*name).to_owned(), world.fill(value))).collect();
        let mut nobody = world.app.browser();
        let status = ask(&mut nobody, entry, &path, &arguments).await;
        let nobody_may = matches!(entry.may, May::Anybody);
        if (status == 401) == nobody_may {
            wrong.push(format!("{} as nobody: {status}", entry.route));
        }
        let May::Holders(permission) = entry.may else { continue };
        if entry.names_row {
            let status = ask(&mut world.stranger, entry, &path, &arguments).await;
            if status != 404 {
                wrong.push(format!("{} as another agency's owner: {status}", entry.route));
            }
        }
        // Those who may not come first: what is removed by one who may must still be there for them.
        let mut members = std::mem::take(&mut world.members);
        members.sort_by_key(|(role, _)| permission.roles.contains(role));
        for (role, browser) in &mut members {
            let status = ask(browser, entry, &path, &arguments).await;
            let refused = status == 403;
            let holds = permission.roles.contains(role);
            if refused == holds || status == 401 || status >= 500 {
                wrong.push(format!("{} as {}: {status}", entry.route, role.as_str()));
            }
        }
        world.members = members;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_tenant_table_has_its_walls() {
    let app = TestApp::start().await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let tables = sqlx::query(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity,
                (select count(*) from pg_policy p where p.polrelid = c.oid),
                (select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
                 where i.indrelid = c.oid and i.indisprimary)
         from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'agency_id' and not t.attisdropped
         join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p')",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert!(tables.len() >= 15, "the catalogue was read");
    for table in &tables {
        let name: String = table.get(0);
        assert!(
            table.get::<bool, _>(1) && table.get::<bool, _>(2),
            "{name}: row security must be enabled and forced"
        );
        assert!(table.get::<i64, _>(3) >= 2, "{name}: needs both policies");
        assert_eq!(
            table.get::<Option<String>, _>(4).as_deref(),
            Some("agency_id"),
            "{name}: primary key begins with agency_id"
        );
    }
    let loose = sqlx::query(
        "select k.conname from pg_constraint k
         join pg_attribute f on f.attrelid = k.confrelid and f.attname = 'agency_id' and not f.attisdropped
         join pg_attribute t on t.attrelid = k.conrelid and t.attname = 'agency_id' and not t.attisdropped
         where k.contype = 'f' and not (t.attnum = any (k.conkey) and f.attnum = any (k.confkey))",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let loose: Vec<String> = loose.iter().map(|row| row.get(0)).collect();
    assert!(loose.is_empty(), "keys between tenant tables must hold agency_id: {loose:?}");
}

#[tokio::test]
async fn the_tenant_role_sees_its_own_agency_only() {
    let world = world().await;
    let mut db = PgConnection::connect(&world.app.database_url).await.unwrap();
    let tables = [
        "agencies",
        "members",
        "creators",
        "connections",
        "accounts",
        "connect_links",
        "audit",
        "audit_views",
        "assignments",
        "invitations",
        "invitation_lists",
        "reach",
    ];
    let agency = world.fill("{agency}");
    for table in tables {
        let others = format!("select count(*) from {table} where agency_id <> '{agency}'");
        let begin = format!("begin; set local app.agency_id = '{agency}'; set local role crm_tenant");
        sqlx::raw_sql(sqlx::AssertSqlSafe(begin)).execute(&mut db).await.unwrap();
        let seen: i64 = sqlx::query(sqlx::AssertSqlSafe(others)).fetch_one(&mut db).await.unwrap().get(0);
        sqlx::raw_sql("rollback").execute(&mut db).await.unwrap();
        assert_eq!(seen, 0, "{table}");
    }
}

/// docs/authorization.md holds the matrix that the policies make; `UPDATE_DOCS=1` writes it.
#[test]
fn the_matrix_in_the_docs_is_the_policies_own() {
    let mut matrix = String::from(MATRIX_HEAD);
    for permission in PERMISSIONS {
        let cells = Role::ALL.map(|role| if permission.roles.contains(&role) { "yes" } else { "" });
        matrix.push_str(&format!(
            "| `{}` | {} | {} |\n",
            permission.name,
            permission.allows,
            cells.join(" | ")
        ));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/authorization.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &matrix).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), matrix, "run this test once with UPDATE_DOCS=1");
}

const MATRIX_HEAD: &str = "# Who may do what

Made from the policy types by `tests/it/authorization.rs`; do not edit by hand (`UPDATE_DOCS=1` writes it anew).

Four walls: **who** (`auth/visitor.rs`: the session becomes a `Member`), **may** (`auth/scope.rs`: a `Scope<P>` is the proof
that a service function takes), **how far** (`db.rs`: a `Reach`, which store functions join: chatters reach the accounts assigned to
them, creators their own), **only there** (`db.rs`: a transaction for one agency, with forced row-level security under it). What is
not yours is not found.

| permission | allows to | owner | manager | chatter | creator | compliance |
| --- | --- | --- | --- | --- | --- | --- |
";
