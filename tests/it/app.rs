//! `TestApp`: the app as main builds it, on a database of its own; `Browser`: a person's browser without script.

use chrono::{DateTime, Utc};
use clap::Parser;
use creatorcrm::auth::SystemScope;
use creatorcrm::auth::{Origin, Permission, Scope};
use creatorcrm::clock::{Clock, StoppedClock, SystemClock};
use creatorcrm::config::Settings;
use creatorcrm::db::Db;
use creatorcrm::ids::AgencyId;
use creatorcrm::platform::Timeouts;
use creatorcrm::random::{Random, SystemRandom};
use creatorcrm::server::run;
use creatorcrm::server::state::App;
use creatorcrm_sandbox::Sandbox;
use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The app under test; stops when dropped, and its database goes with the throw-away cluster.
pub struct TestApp {
    pub app: App,
    pub db: Db,
    pub url: String,
    pub database_url: String,
    /// What the app was started with, for another process that shall work beside it.
    pub arguments: Vec<String>,
    sandbox: Option<Sandbox>,
    stop: CancellationToken,
}

/// What may differ between apps under test.
pub struct Setup {
    pub clock: Arc<dyn Clock>,
    pub arguments: Vec<String>,
    /// The platform, if there is one; its redirect and webhook addresses are filled in.
    pub sandbox: Option<creatorcrm_sandbox::Config>,
    /// How long the platform may take.
    pub patience: Timeouts,
    /// Whether jobs run in the app's own process.
    pub works: bool,
    /// The database of another app, beside which this one shall run.
    pub database_url: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            arguments: Vec::new(),
            sandbox: None,
            patience: Timeouts { connect: Duration::from_secs(2), total: Duration::from_secs(5) },
            works: true,
            database_url: None,
        }
    }
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
}

/// Settings as from the command line, without the environment of whoever runs the tests.
pub fn settings(arguments: &[String]) -> Settings {
    let key = ["--encryption-key".to_owned(), "ab".repeat(32)];
    let key = key.into_iter().filter(|_| !arguments.contains(&"--encryption-key".to_owned()));
    // All tests come from one network, faster than people do.
    let wide = ["--rate-limit-factor".to_owned(), "100".to_owned()];
    let wide = wide.into_iter().filter(|_| !arguments.contains(&"--rate-limit-factor".to_owned()));
    let all = ["test".to_owned()].into_iter().chain(key).chain(wide).chain(arguments.iter().cloned());
    Arguments::parse_from(all).settings
}

/// The URL of a new database on the test cluster.
pub async fn new_database() -> String {
    let admin =
        std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run through scripts/with-postgres");
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&admin).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let (server, _) = admin.rsplit_once("/postgres").unwrap();
    let query = admin.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("{server}/{name}{query}")
}

/// A migrated database of its own, for service tests.
pub async fn database(clock: Arc<dyn Clock>) -> (Db, String) {
    let url = new_database().await;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    (run::database(&url, clock, random).await.unwrap(), url)
}

impl TestApp {
    /// The app with the real clock and no platform.
    pub async fn start() -> Self {
        Self::with(Arc::new(SystemClock), &[]).await
    }

    /// The app with a clock that stands at `now`.
    pub async fn start_at(now: DateTime<Utc>) -> (Self, StoppedClock) {
        let clock = StoppedClock::at(now);
        (Self::with(Arc::new(clock.clone()), &[]).await, clock)
    }

    /// The app with a clock and further settings.
    pub async fn with(clock: Arc<dyn Clock>, arguments: &[String]) -> Self {
        Self::set_up(Setup { clock, arguments: arguments.to_vec(), ..Setup::default() }).await
    }

    /// The app with the real clock, beside a real sandbox (small, still, without a rate limit) that sends it webhooks.
    pub async fn with_sandbox() -> Self {
        Self::set_up(Setup { sandbox: Some(creatorcrm_sandbox::Config::for_tests()), ..Setup::default() })
            .await
    }

    /// The app as `setup` says.
    pub async fn set_up(setup: Setup) -> Self {
        if std::env::var_os("RUST_LOG").is_some() {
            creatorcrm::server::telemetry::start_logging(creatorcrm::config::LogFormat::Text);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut arguments = vec![];
        // People may come through a proxy with an address of its own.
        if !setup.arguments.iter().any(|argument| argument == "--public-url") {
            arguments.extend(["--public-url".to_owned(), url.clone()]);
        }
        let sandbox = match setup.sandbox {
            Some(config) => Some(start_sandbox(config, &url, &mut arguments).await),
            None => None,
        };
        for pair in setup.arguments.chunks(2) {
            // A setting that was made for the sandbox gives way.
            match arguments.iter().position(|name| *name == pair[0]) {
                Some(at) => arguments[at + 1].clone_from(&pair[1]),
                None => arguments.extend_from_slice(pair),
            }
        }
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let database_url = match setup.database_url {
            Some(url) => url,
            None => new_database().await,
        };
        let db = run::database(&database_url, setup.clock, random.clone()).await.unwrap();
        let stop = CancellationToken::new();
        let app = run::build_with(settings(&arguments), db.clone(), &random, stop.clone(), setup.patience);
        let app = app.unwrap();
        if setup.works {
            tokio::spawn(run::serve(app.clone(), listener, stop.clone()));
        } else {
            tokio::spawn(run::serve_only(app.clone(), listener, stop.clone()));
        }
        Self { app, db, url, database_url, arguments, sandbox, stop }
    }

    /// The platform beside the app.
    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().expect("this app has no sandbox: TestApp::with_sandbox")
    }

    /// Ends the sandbox, as when the platform is away.
    pub async fn stop_sandbox(&mut self) {
        self.sandbox.take().expect("a sandbox that runs").stop().await;
    }

    /// A new browser.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// A browser in which the owner of a new agency is signed in; `name` makes the email `name@example.com`.
    pub async fn owner(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let email = format!("{name}@example.com");
        let typed = [
            ("agency", "North Studio"),
            ("name", name),
            ("email", &email),
            ("password", "correct horse battery"),
        ];
        let page = browser.submit("/sign-up", &typed).await;
        assert!(page.path.starts_with("/dashboard"), "signed up to {}: {}", page.path, page.text);
        browser
    }
}

/// Starts a sandbox for the app at `url` and adds the settings that point there.
async fn start_sandbox(
    mut config: creatorcrm_sandbox::Config,
    url: &str,
    arguments: &mut Vec<String>,
) -> Sandbox {
    config.redirect_uris = vec![format!("{url}/oauth/fanvue/callback")];
    config.webhook_url = Some(format!("{url}/webhooks/fanvue"));
    let secrets = [
        ("--fanvue-client-id", config.client_id.clone()),
        ("--fanvue-client-secret", config.client_secret.clone()),
        ("--fanvue-webhook-secret", config.webhook_secret.clone()),
    ];
    let sandbox = creatorcrm_sandbox::start(config).await.unwrap();
    let base = sandbox.base_url();
    let addresses = [
        ("--fanvue-authorize-url", format!("{base}/oauth2/auth")),
        ("--fanvue-token-url", format!("{base}/oauth2/token")),
        ("--fanvue-api-url", base),
    ];
    // The sandbox of tests has no limit, so that nothing has to be spared for later.
    let limit = [("--fanvue-requests-per-minute", "1000000".to_owned())];
    let all = secrets.into_iter().chain(addresses).chain(limit);
    arguments.extend(all.flat_map(|(name, value)| [name.to_owned(), value]));
    sandbox
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The proof that the owner of `name@example.com`, who visited just now, holds `P`: for service tests.
pub fn scope<P: Permission>(app: &TestApp, name: &str) -> Scope<P> {
    let email = format!("{name}@example.com");
    let member = app.app.members.iter().find(|member| member.email() == email).expect("visited just now");
    let origin = Origin {
        ip: std::net::IpAddr::from([127, 0, 0, 1]),
        request_id: "test".to_owned(),
        user_agent: "test".to_owned(),
    };
    Scope::of(&member, &origin).unwrap()
}

/// A browser without script: keeps cookies, follows redirects, posts forms.
pub struct Browser {
    client: reqwest::Client,
    base: String,
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request, such as `user-agent`.
    pub headers: BTreeMap<&'static str, String>,
}

/// What a program gets from a server function.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<u64>,
    pub text: String,
}

/// What it shows in the end.
#[derive(Debug)]
pub struct Shown {
    pub status: u16,
    /// Path and query.
    pub path: String,
    pub text: String,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        run::install_tls();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { client, base: base.to_owned(), cookies: BTreeMap::new(), headers: BTreeMap::new() }
    }

    fn dressed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header(COOKIE, cookies.join("; "));
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    /// What a program with this browser's session gets from the server function `name`.
    pub async fn call(&self, name: &str, arguments: &[(&str, &str)]) -> Answer {
        let url = format!("{}{}", self.base, function_path(name));
        let request = self.dressed(self.client.post(url)).header(ACCEPT, "application/json");
        let response = request.form(arguments).send().await.unwrap();
        let retry_after =
            response.headers().get("retry-after").map(|it| it.to_str().unwrap().parse().unwrap());
        Answer { status: response.status().as_u16(), retry_after, text: response.text().await.unwrap() }
    }

    /// Status and text of `path` as a browser sees it that keeps no cookies of the answer, following redirects on this site.
    pub async fn look(&self, path: &str) -> (u16, String) {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let request = self.client.get(format!("{}{path}", self.base));
            let response = self.dressed(request).header(ACCEPT, "text/html").send().await.unwrap();
            let status = response.status().as_u16();
            let location = response.headers().get(LOCATION).map(|it| it.to_str().unwrap().to_owned());
            match location {
                Some(location) if location.starts_with("/sign-in") => return (401, String::new()),
                Some(location) if location.starts_with('/') => path = location,
                _ => return (status, response.text().await.unwrap()),
            }
        }
        panic!("{path} redirects for ever");
    }

    /// One request as a browser sends it, without following.
    pub async fn request(
        &mut self,
        method: Method,
        url: &str,
        form: Option<&[(&str, &str)]>,
        from: &str,
    ) -> Response {
        let url = if url.starts_with("http") { url.to_owned() } else { format!("{}{url}", self.base) };
        let mut request = self.dressed(self.client.request(method, &url)).header(ACCEPT, "text/html");
        if let Some(form) = form {
            request = request
                .form(form)
                .header("sec-fetch-site", "same-origin")
                .header("referer", format!("{}{from}", self.base));
        }
        let response = request.send().await.unwrap();
        self.keep_cookies(&response);
        response
    }

    /// The status that a program with this browser's session gets.
    pub async fn status(&mut self, method: Method, path: &str, form: &[(String, String)]) -> u16 {
        let request = self.client.request(method.clone(), format!("{}{path}", self.base));
        let request = self.dressed(request).header(ACCEPT, "application/json");
        let request = if method == Method::POST { request.form(form) } else { request };
        request.send().await.unwrap().status().as_u16()
    }

    /// Sends a form with a file in it, as a browser does; `from` is the page that the form is on.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Shown {
        let response = self.send_file(path, fields, file, "text/html").await;
        self.follow(response, path.to_owned()).await
    }

    /// The same, as a program (`application/json`) or a browser (`text/html`), without following.
    pub async fn send_file(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
        accept: &str,
    ) -> Response {
        let boundary = "----between-the-parts";
        let text = |(name, value): &(&str, &str)| {
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body: Vec<u8> = fields.iter().map(text).collect::<String>().into_bytes();
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let request = self.dressed(self.client.post(format!("{}{path}", self.base)));
        let request = request.header(ACCEPT, accept).header("sec-fetch-site", "same-origin").body(body);
        let response = request
            .header("content-type", format!("multipart/form-data; boundary={boundary}"))
            .send()
            .await
            .unwrap();
        self.keep_cookies(&response);
        response
    }

    fn keep_cookies(&mut self, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned())
            };
        }
    }

    async fn follow(&mut self, mut response: Response, mut path: String) -> Shown {
        for _ in 0..10 {
            let Some(location) = response.headers().get(LOCATION).map(|it| it.to_str().unwrap().to_owned())
            else {
                break;
            };
            path = location.strip_prefix(&self.base).unwrap_or(&location).to_owned();
            response = self.request(Method::GET, &location, None, "").await;
        }
        Shown { status: response.status().as_u16(), path, text: response.text().await.unwrap() }
    }

    /// Opens `path`, following redirects (to other hosts too, as the consent page needs).
    pub async fn open(&mut self, path: &str) -> Shown {
        let response = self.request(Method::GET, path, None, "").await;
        self.follow(response, path.to_owned()).await
    }

    /// Opens `page`, fills its (first main) form and sends it, hidden fields included.
    pub async fn submit(&mut self, page: &str, typed: &[(&str, &str)]) -> Shown {
        self.submit_form(page, " class=\"form\"", typed).await
    }

    /// Opens `page` and sends the form whose opening tag, or an element inside, contains `marker`.
    pub async fn submit_form(&mut self, page: &str, marker: &str, typed: &[(&str, &str)]) -> Shown {
        let shown = self.open(page).await;
        let form = shown
            .text
            .split("<form")
            .skip(1)
            .map(|rest| format!("<form{}", rest.split("</form>").next().unwrap()));
        let form = form.into_iter().find(|form| form.contains(marker));
        let form =
            form.unwrap_or_else(|| panic!("no form with {marker:?} on {}: {}", shown.path, shown.text));
        let action = attribute(&form, "action").unwrap_or_else(|| shown.path.clone());
        let mut fields: Vec<(String, String)> = form
            .split("<input")
            .skip(1)
            .filter(|input| input.split('>').next().unwrap().contains("type=\"hidden\""))
            .map(|input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap_or_default()))
            .collect();
        fields.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let response = self.request(Method::POST, &action, Some(&fields), &shown.path).await;
        self.follow(response, shown.path).await
    }
}

/// The path of the server function `name`.
pub fn function_path(name: &str) -> String {
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let found = functions.iter().find(|path| function_name(path) == name);
    (*found.unwrap_or_else(|| panic!("no server function {name}"))).to_owned()
}

/// `/api/sign_in1234567` is `sign_in`.
pub fn function_name(path: &str) -> &str {
    path.trim_start_matches("/api/").trim_end_matches(|c: char| c.is_ascii_digit())
}

/// Waits for something that happens in the background, for a few seconds at most.
pub async fn eventually<F: AsyncFnMut() -> bool>(what: &str, mut it_is_so: F) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !it_is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The value of an attribute in the first tag of `html`.
pub fn attribute(html: &str, name: &str) -> Option<String> {
    let tag = html.split('>').next()?;
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&quot;", "\"").replace("&#x27;", "'"))
}

/// The agency whose owner signed up under that name.
pub async fn owner_agency(app: &TestApp, name: &str) -> AgencyId {
    let mut tx = app.db.begin_system("test").await.unwrap();
    let statement = "select m.agency_id from members m join users u on u.id = m.user_id where u.name = $1 order by m.joined_at";
    sqlx::query_scalar(statement).bind(name).fetch_one(tx.conn()).await.unwrap()
}

/// Everything on record of the agency: events and their details, in order.
pub async fn audited(app: &TestApp, agency: AgencyId) -> Vec<(String, serde_json::Value)> {
    let scope = SystemScope::for_agency(agency, "test");
    let mut tx = app.db.begin(&scope).await.unwrap();
    sqlx::query_as("select event, detail from audit order by seq").fetch_all(tx.conn()).await.unwrap()
}

/// Every file of the program's own source: its path, and its text.
pub fn sources() -> Vec<(String, String)> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                files.push((path.display().to_string(), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    files
}
