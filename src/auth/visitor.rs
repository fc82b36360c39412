//! The person behind a request: made by one middleware, read by pages and server functions.

use super::limits::Times;
use super::session::key;
use super::{Fresh, Member, Over, Permission, Scope, SessionStore, SystemScope};
use crate::db::Actor;
use crate::error::{Error, Result};
use crate::identity::{Passed, SignedIn};
use crate::ids::{AgencyId, UserId};
use crate::server::flash::Flash;
use crate::server::state::App;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::use_context;
use std::convert::Infallible;
use std::net::IpAddr;
use tower_sessions::Session;

/// From where a request came.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The network address; of the nearest proxy's client when behind one.
    pub ip: IpAddr,
    /// The request's id, also in the logs.
    pub request_id: String,
    /// The browser's name for itself, shortened.
    pub user_agent: String,
}

impl Origin {
    /// The actor for the audit log.
    #[must_use]
    pub fn actor(&self, kind: &str, user_id: Option<UserId>) -> Actor {
        Actor { kind: kind.to_owned(), user_id, ip: Some(self.ip), request_id: Some(self.request_id.clone()) }
    }
}

/// Whoever sent this request: a member, or nobody known.
#[derive(Clone, Debug)]
pub struct Visitor {
    member: Option<Member>,
    origin: Origin,
    session: Session,
    device: Option<String>,
    /// When the person last proved who they are.
    proven_at: Option<DateTime<Utc>>,
    /// When the request came.
    now: DateTime<Utc>,
    /// What the form sent before this page has to say.
    pub flash: Option<Flash>,
    /// The path and query asked for.
    pub path: String,
    /// The chosen theme: `light`, `dark`, or `system`.
    pub theme: &'static str,
}

impl Visitor {
    /// The member, if one is signed in.
    #[must_use]
    pub fn member(&self) -> Option<&Member> {
        self.member.as_ref()
    }

    /// From where the request came.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The browser's session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What the browser shows to be known again when somebody signs in.
    #[must_use]
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// The hash of the session's id, which stands for this browser; nothing for a browser without a session.
    #[must_use]
    pub fn session_hash(&self) -> Option<Vec<u8>> {
        self.session.id().map(super::session_id_hash)
    }

    /// The same; a browser without a session gets one.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn own_session_hash(&self) -> Result<Vec<u8>> {
        if self.session.id().is_none() {
            self.session.insert(key::VISITS, true).await.map_err(anyhow::Error::from)?;
            self.session.save().await.map_err(anyhow::Error::from)?;
        }
        self.session_hash().ok_or_else(|| anyhow::anyhow!("a session that was saved has no id").into())
    }

    /// Begins a session of `who` under a new id, so that one known from before is worth nothing. It is stored as long as the
    /// password by which they proved who they are is still theirs; and for a person with a second factor only if they `passed`.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn begin_session(
        &self,
        who: &SignedIn,
        passed: Option<&Passed>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.end_session().await?;
        let begun = async {
            self.session.insert(key::USER, who.user).await?;
            self.session.insert(key::AGENCY, who.agency).await?;
            self.session.insert(key::PROVEN, now.timestamp()).await?;
            self.session.insert(key::BEGUN, now.timestamp()).await?;
            if passed.is_some() {
                self.session.insert(key::SECOND_STEP, true).await?;
            }
            self.session.insert(key::PASSWORD, who.password_set_at.timestamp_micros()).await
        };
        begun.await.map_err(anyhow::Error::from)?;
        note_visit(&self.session, &self.origin, now).await
    }

    /// How long the member may still go without a second factor; nothing when none is missing.
    #[must_use]
    pub fn second_factor_due(&self) -> Option<TimeDelta> {
        Some(self.member.as_ref()?.second_factor_due()? - self.now)
    }

    /// Whether nothing opens for the member but setting up the second factor that their agency requires.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.second_factor_due().is_some_and(|left| left <= TimeDelta::zero())
    }

    /// Goes on under a new id, in `agency`: what the session may has changed.
    ///
    /// # Errors
    /// `NotSignedIn` when the session was ended meanwhile.
    pub async fn renew_session(&self, store: &SessionStore, agency: AgencyId) -> Result<()> {
        let id = self.session.id().ok_or(Error::NotSignedIn)?;
        let waiting = store.begin_renewal(id).await?.ok_or(Error::NotSignedIn)?;
        let renewed = async {
            self.session.insert(key::RENEWED, waiting).await?;
            self.session.insert(key::AGENCY, agency).await?;
            self.session.cycle_id().await
        };
        renewed.await.map_err(|error: tower_sessions::session::Error| anyhow::Error::from(error).into())
    }

    /// Ends this browser's session, if it has one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_session(&self) -> Result<()> {
        if self.session.id().is_some() {
            self.session.flush().await.map_err(anyhow::Error::from)?;
        }
        Ok(())
    }

    /// The proof that this visitor holds `P`.
    ///
    /// # Errors
    /// `NotSignedIn` or `Forbidden`.
    pub fn scope<P: Permission>(&self) -> Result<Scope<P>> {
        Scope::of(self.member.as_ref().ok_or(Error::NotSignedIn)?, &self.origin)
    }

    /// The proof that this visitor holds `P`, and proved lately who they are.
    ///
    /// # Errors
    /// `NotSignedIn`, `Forbidden`, or `NotProven`, which sends a browser to `/confirm` and back.
    pub fn fresh<P: Permission>(&self) -> Result<Fresh<P>> {
        Fresh::of(self.scope()?, self.proven_ago())
    }

    fn proven_ago(&self) -> Option<TimeDelta> {
        self.proven_at.map(|at| self.now - at)
    }

    /// Whether the person proved lately who they are.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.proven_ago().is_some_and(|ago| ago.abs() < super::FRESH)
    }

    /// Keeps that the person proved just now who they are.
    ///
    /// # Errors
    /// When the session cannot be read.
    pub async fn note_proof(&self, now: DateTime<Utc>) -> Result<()> {
        self.session.insert(key::PROVEN, now.timestamp()).await.map_err(anyhow::Error::from)?;
        Ok(())
    }
}

/// Turns the session into a [`Visitor`], for everything behind it.
pub async fn identify(
    State(app): State<App>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = crate::server::request::origin(&app, &request);
    let visit = is_a_visit(&request);
    let (member, over) = match signed_in(&app, &session, &origin, visit).await {
        Ok(Ok(member)) => (member, None),
        Ok(Err(over)) => (None, Some(Flash::notice(over.sentence()))),
        Err(error) => return crate::server::frame::error_response(error),
    };
    let proven_at = match proven_at(&session).await {
        Ok(at) => at,
        Err(error) => return crate::server::frame::error_response(error),
    };
    let https = app.settings.is_https();
    let brought = cookie(request.headers(), super::session_cookie(https)).is_some();
    let visitor = Visitor {
        member,
        origin,
        session: session.clone(),
        device: cookie(request.headers(), device_cookie(https)).map(str::to_owned),
        proven_at,
        now: app.db.now(),
        flash: over.clone().or_else(|| Flash::read(&app, request.headers())),
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        theme: chosen_theme(request.headers()),
    };
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    // A page has said it; whoever is sent on is told where they arrive.
    if let Some(cookie) =
        over.filter(|_| response.status().is_redirection()).and_then(|it| it.cookie(&app).ok())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if https && brought && session.is_empty().await {
        response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(NO_COOKIE));
    }
    response
}

/// The name of the cookie by which a browser is known again: it opens nothing.
#[must_use]
pub fn device_cookie(https: bool) -> &'static str {
    if https { "__Host-device" } else { "device" }
}

/// Browsers change a `__Host-` cookie only by one that is `Secure` too, which the library's removal is not.
const NO_COOKIE: &str = "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax";

/// Whether a person did this, rather than a page that stays open: those listen, and fetch themselves again by script.
fn is_a_visit(request: &Request) -> bool {
    let by_script = request.headers().get("sec-fetch-dest").is_some_and(|it| it == "empty");
    !(by_script && request.method() == Method::GET)
}

/// The member of the session; or why the session is over, which it is from now on.
async fn signed_in(
    app: &App,
    session: &Session,
    origin: &Origin,
    visit: bool,
) -> Result<Result<Option<Member>, Over>> {
    let user = session.get::<UserId>(key::USER).await.map_err(anyhow::Error::from)?;
    let Some(user) = user else { return Ok(Ok(None)) };
    let agency = session.get::<Option<AgencyId>>(key::AGENCY).await.map_err(anyhow::Error::from)?.flatten();
    let Some(member) = app.members.lookup(&app.db, user, agency).await? else { return Ok(Ok(None)) };
    let (limits, now) = (member.session_limits(), app.db.now());
    let times = Times::of(session).await?;
    if let Err(over) = limits.judge(times, now) {
        end_over(app, session, &member, origin, over).await?;
        return Ok(Err(over));
    }
    if visit && limits.is_noted(times, now) {
        note_visit(session, origin, now).await?;
    }
    Ok(Ok(Some(member)))
}

async fn proven_at(session: &Session) -> Result<Option<DateTime<Utc>>> {
    let at = session.get::<i64>(key::PROVEN).await.map_err(anyhow::Error::from)?;
    Ok(at.and_then(|at| DateTime::from_timestamp(at, 0)))
}

async fn end_over(app: &App, session: &Session, member: &Member, origin: &Origin, over: Over) -> Result<()> {
    let actor = origin.actor("system: how long sessions last", None);
    let scope = SystemScope::caused_by(member.agency_id(), actor);
    if let Some(id) = session.id() {
        app.sessions.end_over(id, &scope, member.user_id(), over).await?;
    }
    session.flush().await.map_err(anyhow::Error::from)?;
    Ok(())
}

/// Keeps when and from where a person was last seen. The session is stored, and its cookie sent again, when the request is
/// done: from then on it lives for its whole lifetime.
async fn note_visit(session: &Session, origin: &Origin, now: DateTime<Utc>) -> Result<()> {
    let noted = async {
        session.insert(key::SEEN, now.timestamp()).await?;
        session.insert(key::IP, origin.ip).await?;
        session.insert(key::USER_AGENT, &origin.user_agent).await
    };
    noted.await.map_err(|error: tower_sessions::session::Error| anyhow::Error::from(error).into())
}

/// The value of cookie `name`.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn chosen_theme(headers: &HeaderMap) -> &'static str {
    match cookie(headers, "theme") {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "system",
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    #[expect(
        clippy::expect_used,
        reason = "the router puts `identify` before every handler; forgetting it fails every test"
    )]
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().expect("identify runs before every handler").clone())
    }
}

/// The visitor of the server function that is running.
///
/// # Errors
/// Internal, when called outside one.
pub fn visitor() -> Result<Visitor> {
    use_context::<Visitor>()
        .ok_or_else(|| anyhow::anyhow!("no visitor: called outside a server function").into())
}

/// The proof for the server function that is running; `P` is inferred from the service that takes it.
///
/// # Errors
/// `NotSignedIn` or `Forbidden`.
pub fn scope<P: Permission>() -> Result<Scope<P>> {
    visitor()?.scope()
}

/// The same, of a person who proved lately who they are.
///
/// # Errors
/// `NotSignedIn`, `Forbidden` or `NotProven`.
pub fn fresh<P: Permission>() -> Result<Fresh<P>> {
    visitor()?.fresh()
}
