//! Making the demo agency through the same doors as everybody: signing up, and consent on the sandbox's own page.

use super::{store, team};
use crate::auth::{Origin, SystemScope};
use crate::connections::{self, Answer, Connected, Connector, Wish};
use crate::db::Db;
use crate::identity::{self, NewAgency};
use crate::ids::{AgencyId, UserId};
use crate::platform::{PlatformKind, Timeouts, Url, http_client};
use crate::server::state::App;
use anyhow::{Context, Result, bail, ensure};
use reqwest::header::LOCATION;
use secrecy::SecretString;
use std::net::{IpAddr, Ipv4Addr};

const AGENCY: &str = "North Studio";
const OWNER: &str = "Anna North";
const EMAIL: &str = "demo@creatorcrm.example";
/// No secret: it is printed, and opens nothing but what the sandbox made up.
const PASSWORD: &str = "northern lights demo";
/// How the sandbox's consent page calls the agency among its creators.
const AGENCY_GRANT: &str = "agency";

/// What is ready now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Where to look.
    pub address: String,
    /// Whom to sign in as.
    pub email: &'static str,
    /// With which password.
    pub password: &'static str,
    /// How many accounts are connected.
    pub accounts: usize,
    /// How many of them just now.
    pub new: usize,
}

impl std::fmt::Display for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{AGENCY} is ready: {} accounts, {} of them connected just now.",
            self.accounts, self.new
        )?;
        writeln!(f, "  address:  {}", self.address)?;
        writeln!(f, "  email:    {}", self.email)?;
        writeln!(f, "  password: {}", self.password)?;
        let others: Vec<_> = team::others().map(|(email, role)| format!("{email} ({role})")).collect();
        write!(f, "  others, by the same password: {}", others.join(", "))
    }
}

/// Makes what is missing of the demo agency; the syncs are for whoever serves or works.
///
/// # Errors
/// When the platform is not the sandbox, or does not answer.
pub async fn prepare(app: &App) -> Result<Demo> {
    ensure!(
        app.uses_sandbox(),
        "the demo agency belongs beside the sandbox platform, and FANVUE_AUTHORIZE_URL is not on this machine"
    );
    let north = Owner { agency: AGENCY, name: OWNER, email: EMAIL, password: PASSWORD };
    let (user, agency) = owner(app, &north).await?;
    let walker = Walker::new(app, user, agency)?;
    let (accounts, new) = walker.connect_all(&app.db).await?;
    team::enrol(app, &walker.scope, PASSWORD).await?;
    let address = app.public_url.clone();
    Ok(Demo { address, email: EMAIL, password: PASSWORD, accounts, new })
}

pub(super) fn origin() -> Origin {
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Origin { ip, request_id: "demo".to_owned(), user_agent: "creatorcrm demo".to_owned() }
}

/// Who owns a made-up agency, and signs in to it.
pub(super) struct Owner<'a> {
    pub agency: &'a str,
    pub name: &'a str,
    pub email: &'a str,
    pub password: &'static str,
}

/// The owner and the agency, made if they are not here yet.
pub(super) async fn owner(app: &App, owner: &Owner<'_>) -> Result<(UserId, AgencyId)> {
    let mut tx = app.db.begin_system("find a demo agency").await?;
    if let Some(found) = store::find_owner(&mut tx, owner.email).await? {
        return Ok(found);
    }
    drop(tx);
    let new = NewAgency {
        agency: owner.agency.to_owned(),
        name: owner.name.to_owned(),
        email: owner.email.to_owned(),
        password: owner.password.into(),
    };
    identity::sign_up(&app.db, &app.passwords, &origin(), new).await?;
    let mut tx = app.db.begin_system("confirm the demo owner's address").await?;
    store::set_verified(&mut tx, owner.email).await?;
    let made = store::find_owner(&mut tx, owner.email).await?;
    tx.commit().await?;
    made.context("the demo agency was made and is not there")
}

/// Walks to the sandbox's consent page and back, as the demo owner.
struct Walker {
    connector: Connector,
    scope: SystemScope,
    user: UserId,
    session: Vec<u8>,
    http: reqwest::Client,
}

impl Walker {
    fn new(app: &App, user: UserId, agency: AgencyId) -> Result<Self> {
        let scope = SystemScope::caused_by(agency, origin().actor("system: demo", Some(user)));
        let session = app.db.random().bytes::<32>().to_vec();
        Ok(Self {
            connector: app.connector()?,
            scope,
            user,
            session,
            http: http_client(Timeouts::default())?,
        })
    }

    /// The agency's grant first: whom it reaches is not connected again by themselves. How many there are, and are new.
    async fn connect_all(&self, db: &Db) -> Result<(usize, usize)> {
        let mut tx = db.begin(&self.scope).await?;
        let before = connections::handles(&mut tx, PlatformKind::Fanvue).await?;
        drop(tx);
        let identities = identities(&self.http.get(self.depart().await?).send().await?.text().await?);
        ensure!(!identities.is_empty(), "the sandbox's consent page offers nobody to sign in as");
        let creators = identities.iter().filter(|identity| *identity != AGENCY_GRANT);
        if creators.clone().all(|handle| before.contains(handle)) {
            return Ok((before.len(), 0));
        }
        let mut here = before.clone();
        if identities.iter().any(|identity| identity == AGENCY_GRANT) {
            let granted = self.consent(AGENCY_GRANT).await?;
            connections::choose_all(db, &self.scope, granted.connection).await?;
            let mut tx = db.begin(&self.scope).await?;
            here = connections::handles(&mut tx, PlatformKind::Fanvue).await?;
        }
        for handle in creators.filter(|handle| !here.contains(handle)).cloned().collect::<Vec<_>>() {
            self.consent(&handle).await?;
            here.push(handle);
        }
        Ok((here.len(), here.len() - before.len()))
    }

    async fn depart(&self) -> Result<Url> {
        let wish = Wish { platform: PlatformKind::Fanvue, creator: None, fresh_sign_in: false };
        Ok(connections::begin_for(&self.connector, &self.scope, self.user, &self.session, wish).await?)
    }

    /// Presses "Allow" as `identity`.
    async fn consent(&self, identity: &str) -> Result<Connected> {
        let page = self.depart().await?;
        let mut form: Vec<(String, String)> = page.query_pairs().into_owned().collect();
        form.push(("identity".to_owned(), identity.to_owned()));
        form.push(("decision".to_owned(), "allow".to_owned()));
        let mut to = page;
        to.set_query(None);
        let answer = self.http.post(to).form(&form).send().await?;
        let location = answer.headers().get(LOCATION).context("the sandbox's consent page led nowhere")?;
        let answer = answer_in(location.to_str()?)?;
        let arrival =
            connections::arrive(self.connector.clone(), origin(), Some(self.session.clone()), answer).await?;
        match arrival.outcome {
            Ok(connected) => Ok(connected),
            Err(refusal) => bail!("{identity} was not connected: {}", refusal.sentence(PlatformKind::Fanvue)),
        }
    }
}

/// The names under which the consent page lets people sign in.
fn identities(html: &str) -> Vec<String> {
    let values = html.split(r#"name="identity" value=""#).skip(1);
    values.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn answer_in(location: &str) -> Result<Answer> {
    let url: Url = location.parse()?;
    let field =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    Ok(Answer {
        platform: PlatformKind::Fanvue,
        state: field("state").map(SecretString::from),
        code: field("code").map(SecretString::from),
        error: field("error"),
    })
}

#[cfg(test)]
mod tests {
    use super::identities;

    #[test]
    fn the_consent_page_is_asked_whom_it_knows() {
        let page = r#"<input type="radio" name="identity" value="mia" checked><input type="radio" name="identity" value="agency">"#;
        assert_eq!(identities(page), ["mia", "agency"]);
    }
}
