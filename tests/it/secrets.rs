//! No secret is anywhere but sealed: logs, pages, errors, the audit log, every column of the database, metrics are searched
//! after a day of connecting, refreshing, syncing and failing.

use crate::app::{Browser, Setup, Shown, TestApp};
use crate::connect::ask;
use crate::consent::{begin, clear_faults, connect, decide, fault};
use creatorcrm::auth::SystemScope;
use creatorcrm::connections::access;
use creatorcrm::ids::{AccountId, AgencyId};
use creatorcrm::vault::{Place, SealedToken};
use creatorcrm_sandbox::Config;
use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};

/// Where the log goes.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything of ours at TRACE, everybody else's at DEBUG; each test is a process of its own.
fn listen() -> Buffer {
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let filter = tracing_subscriber::EnvFilter::new("debug,creatorcrm=trace,creatorcrm_sandbox=off");
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    buffer
}

/// What must not be found, by what it is; and where it is looked for.
#[derive(Default)]
struct Search {
    secrets: BTreeSet<(&'static str, String)>,
    pages: Vec<(String, String)>,
}

impl Search {
    fn saw(&mut self, shown: Shown) -> String {
        let path = shown.path.split('?').next().unwrap().to_owned();
        self.pages.push((path, shown.text.clone()));
        shown.text
    }

    fn keep(&mut self, what: &'static str, secret: impl Into<String>) {
        let secret = secret.into();
        assert!(secret.len() >= 10, "{what} is too short to search for: {secret}");
        self.secrets.insert((what, secret));
    }

    /// The state and the code of a callback.
    fn keep_callback(&mut self, address: &str) {
        let url = reqwest::Url::parse(address).unwrap();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "state" => self.keep("state", value),
                "code" => self.keep("code", value),
                _ => {}
            }
        }
    }

    /// Every token and verifier as it stands in the database now.
    async fn keep_sealed(&mut self, app: &TestApp) {
        let mut db = PgConnection::connect(&app.database_url).await.unwrap();
        for (what, table, row, column) in [
            ("access token", "connections", "id::text", "access_token"),
            ("refresh token", "connections", "id::text", "refresh_token"),
            ("verifier", "oauth_attempts", "encode(state_hash, 'hex')", "verifier"),
        ] {
            let statement =
                format!("select agency_id, {row}, {column} from {table} where {column} is not null");
            let rows: Vec<(uuid::Uuid, String, SealedToken)> =
                sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&mut db).await.unwrap();
            for (agency, row, sealed) in rows {
                let opened = app.app.vault.open(Place { agency, table, row: &row, column }, &sealed).unwrap();
                self.keep(what, opened.expose_secret());
            }
        }
    }

    /// Nothing of the secrets is in `text`, plain or in hex.
    fn find(&self, place: &str, text: &str, found: &mut Vec<String>) {
        for (what, secret) in &self.secrets {
            let hex = data_encoding::HEXLOWER.encode(secret.as_bytes());
            if text.contains(secret.as_str()) || text.contains(&hex) {
                found.push(format!("{what} in {place}"));
            }
        }
    }
}

/// Every row of every table, as text; sealed columns show as hex.
async fn dump(app: &TestApp) -> Vec<(String, String)> {
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select table_schema::text, table_name::text from information_schema.tables
         where table_schema in ('public', 'graphile_worker') and table_type = 'BASE TABLE'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    let mut all = Vec::new();
    for (schema, table) in tables {
        let statement = format!("select coalesce(string_agg(t::text, E'\\n'), '') from {schema}.{table} t");
        let text: String = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(&mut db).await.unwrap();
        all.push((format!("table {table}"), text));
    }
    all
}

/// Presses "Connect", decides, and keeps what was on the way.
async fn walk(
    search: &mut Search,
    browser: &mut Browser,
    identity: &str,
    decision: &str,
    changes: &[(&str, &str)],
) -> Shown {
    let address = begin(browser).await;
    let callback = decide(&address, identity, decision, changes).await;
    search.keep_callback(&callback);
    browser.open(&callback).await
}

/// Connecting in every way in which it ends.
async fn connecting(app: &TestApp, search: &mut Search, owner: &mut Browser) {
    for (identity, decision, changes) in [
        ("mia.larsson", "deny", &[][..]),
        ("mia.larsson", "allow", &[("scope", "offline_access read:self")][..]),
        ("mia.larsson", "allow", &[]),
        ("noraquinn", "allow", &[]),
        ("agency", "allow", &[]),
    ] {
        let shown = walk(search, owner, identity, decision, changes).await;
        search.saw(shown);
        search.keep_sealed(app).await;
    }
    for kind in ["5xx", "timeout", "slow", "429", "truncated_json", "unknown_values"] {
        for path in ["/oauth2/token", "/users/me"] {
            fault(app, json!({"kind": kind, "path": path, "count": 1})).await;
            let shown = walk(search, owner, "ivy.chen", "allow", &[]).await;
            search.saw(shown);
            search.keep_sealed(app).await;
        }
        clear_faults(app).await;
    }
    let address = begin(owner).await;
    let callback = decide(&address, "dani.cruz", "allow", &[]).await;
    search.keep_callback(&callback);
    search.saw(app.browser().open(&callback).await);
    search.saw(owner.open(&callback).await);
    search.saw(owner.open(&callback).await);
    search.saw(owner.open("/oauth/fanvue/callback?state=made-up-by-somebody&code=made-up").await);
}

/// A link: made, opened, used, opened again.
async fn linking(app: &TestApp, search: &mut Search, owner: &mut Browser) {
    let made =
        owner.submit_form("/connections/new", "make_connect_link", &[("note", "Amara"), ("days", "7")]).await;
    let start = made.text.find("/connect/").unwrap() + "/connect/".len();
    let token: String = made.text[start..].chars().take_while(|c| !matches!(c, '<' | '"' | '&')).collect();
    search.keep("link token", &token);
    let mut creator = app.browser();
    let link = format!("/connect/{token}");
    let consent = creator.submit(&link, &[]).await;
    let callback = decide(&consent.path, "amara.bell", "allow", &[]).await;
    search.keep_callback(&callback);
    search.saw(creator.open(&callback).await);
    search.saw(creator.open(&link).await);
    search.keep("creator's session", &creator.cookies["session"]);
    search.saw(owner.open("/connections").await);
    search.keep_sealed(app).await;
}

/// Refreshing, well and badly, and asking with tokens that are no good.
async fn refreshing(app: &TestApp, search: &mut Search) {
    let agency: AgencyId = ask::<uuid::Uuid>(app, "select agency_id from accounts limit 1").await.into();
    let accounts: Vec<uuid::Uuid> = ask(app, "select array_agg(id) from accounts where not via_agency").await;
    let scope = SystemScope::for_agency(agency, "test");
    let used_up = "update connections set access_expires_at = now(), refresh_due_at = now() where refresh_token is not null";
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    for kind in
        ["", "5xx", "429", "truncated_json", "timeout", "token_expiry", "chain_death", "consent_withdrawn"]
    {
        if !kind.is_empty() {
            fault(app, json!({"kind": kind, "path": "/oauth2/token", "count": 1})).await;
        }
        sqlx::raw_sql(used_up).execute(&mut db).await.unwrap();
        for account in accounts.iter().take(2) {
            let done =
                access(&app.app.db, &app.app.vault, &app.app.platforms, &scope, AccountId(*account)).await;
            match done {
                Ok(access) => search.pages.push((
                    "debug of access".to_owned(),
                    format!("{:?} {:?}", access.token, access.client.me(&access.token).await),
                )),
                Err(error) => search.pages.push(("error".to_owned(), format!("{error} {error:?}"))),
            }
        }
        clear_faults(app).await;
        search.keep_sealed(app).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_anywhere_but_sealed() {
    let log = listen();
    let client_secret = "the-secret-of-the-registered-app-3141592653".to_owned();
    let webhook_secret = "the-secret-that-signs-webhooks-2718281828".to_owned();
    let mut search = Search::default();
    search.keep("client secret", &client_secret);
    search.keep("webhook secret", &webhook_secret);
    search.keep("encryption key", "ab".repeat(32));
    search.keep("password", "correct horse battery");
    let basic = data_encoding::BASE64.encode(format!("sandbox-client:{client_secret}").as_bytes());
    search.keep("basic credentials", basic);
    let config = Config { client_secret, webhook_secret, ..Config::for_tests() };
    let app = TestApp::set_up(Setup { sandbox: Some(config), ..Setup::default() }).await;
    let mut owner = app.owner("anna").await;
    search.keep("session", &owner.cookies["session"]);
    search.saw(connect(&mut owner, "pip.hollow").await);
    connecting(&app, &mut search, &mut owner).await;
    linking(&app, &mut search, &mut owner).await;
    refreshing(&app, &mut search).await;
    for path in
        ["/connections", "/connections/new", "/dashboard", "/accounts", "/metrics", "/health/external"]
    {
        search.saw(owner.open(path).await);
    }

    let mut found = Vec::new();
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(
        logged.contains("TRACE") && logged.contains("POST") && logged.len() > 100_000,
        "the log was listened to"
    );
    let (_, canary) = search.secrets.first().unwrap();
    search.find("a canary", &format!("x{canary}x"), &mut found);
    assert_eq!(found.len(), 1, "what is there is found");
    found.clear();
    search.find("the log", &logged, &mut found);
    assert!(search.pages.len() > 30 && search.secrets.len() > 40, "there was something to search");
    for (path, text) in &search.pages {
        search.find(path, text, &mut found);
    }
    for (table, text) in dump(&app).await {
        search.find(&table, &text, &mut found);
    }
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
