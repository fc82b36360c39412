//! Making an agency at scale: its owner by the usual door, its accounts in bulk, one transaction each.

use super::account::AccountWorld;
use super::plan::{Plan, Window};
use super::{rollups, store};
use crate::audit::{self, Event};
use crate::auth::SystemScope;
use crate::db::Db;
use crate::demo::service::{Owner, origin, owner};
use crate::ids::{AccountId, ConnectionId, CreatorId, UserId};
use crate::platform::PlatformKind;
use crate::server::state::App;
use anyhow::{Result, ensure};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;
use std::collections::HashSet;

/// No secret: it is printed, and opens nothing but what was made up.
const PASSWORD: &str = "a thousand made-up pages";
const OWNER: &str = "Sam Scale";
/// Accounts that are made side by side.
const SIDE_BY_SIDE: usize = 2;
/// What every page about such an account's connection says.
const NOTE: &str = "Made up by creatorcrm demo: nothing is read from the platform.";
/// What is measured and tidied at the end, since so much came at once.
const FILLED: &[&str] = &[
    "accounts",
    "creators",
    "connections",
    "syncs",
    "earnings",
    "earning_days",
    "account_sums",
    "agency_days",
    "agency_hours",
    "agency_subscriber_days",
    "fan_days",
    "fans",
    "fan_words",
    "ppv_messages",
    "subscriber_days",
];

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Accounts that are complete, those of earlier runs too.
    pub accounts: usize,
    /// Of how many.
    pub of: usize,
    /// Earnings added by this run.
    pub earnings: usize,
}

/// What is ready now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaled {
    plan: Plan,
    address: String,
    /// How many accounts were made just now.
    pub new: usize,
    /// Earnings in all.
    pub earnings: i64,
    /// Fans in all.
    pub fans: i64,
}

impl Scaled {
    /// Whom to sign in as, and with which password.
    #[must_use]
    pub fn sign_in(&self) -> (String, &'static str) {
        (self.plan.email(), PASSWORD)
    }
}

impl std::fmt::Display for Scaled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, words) = (self.plan.agency(), self.plan.words());
        match self.new {
            0 => writeln!(f, "{name} exists already: {words}.")?,
            new => writeln!(f, "{name} is ready: {words}, {new} of them made just now.")?,
        }
        writeln!(f, "  holds:    {} earnings of {} fans", self.earnings, self.fans)?;
        writeln!(f, "  address:  {}", self.address)?;
        writeln!(f, "  email:    {}", self.plan.email())?;
        write!(f, "  password: {PASSWORD}")
    }
}

/// Makes what is missing of the agency of `plan`; `heard` hears of every account.
///
/// An account is one transaction. A run that was cut off left whole accounts only, and the next makes the others, as the first
/// one would have: the world ends when its agency began.
///
/// # Errors
/// When the platform is not the sandbox, or the database does not answer.
pub async fn prepare(app: &App, plan: Plan, heard: &mut dyn FnMut(Progress)) -> Result<Scaled> {
    ensure!(
        app.uses_sandbox() && !app.settings.is_production(),
        "made-up agencies belong beside the sandbox platform, and FANVUE_AUTHORIZE_URL is not on this machine"
    );
    let (agency, email) = (plan.agency(), plan.email());
    let new = Owner { agency: &agency, name: OWNER, email: &email, password: PASSWORD };
    let (user, agency) = owner(app, &new).await?;
    let scope = SystemScope::caused_by(agency, origin().actor("system: demo", Some(user)));
    let missing = missing(&app.db, &scope, plan).await?;
    let new = missing.len();
    if new > 0 {
        fill(&app.db, &scope, user, plan, missing, heard).await?;
    }
    let mut tx = app.db.begin(&scope).await?;
    let (earnings, fans) = store::count(&mut tx).await?;
    Ok(Scaled { plan, address: app.public_url.clone(), new, earnings, fans })
}

/// The numbers of accounts that are not here yet.
async fn missing(db: &Db, scope: &SystemScope, plan: Plan) -> Result<Vec<u32>> {
    let mut tx = db.begin(scope).await?;
    let here: HashSet<_> = store::list_accounts(&mut tx).await?.into_iter().collect();
    Ok((0..plan.accounts).filter(|number| !here.contains(&platform_id(*number))).collect())
}

fn platform_id(number: u32) -> String {
    format!("made-up-{}", number + 1)
}

async fn fill(
    db: &Db,
    scope: &SystemScope,
    user: UserId,
    plan: Plan,
    missing: Vec<u32>,
    heard: &mut dyn FnMut(Progress),
) -> Result<()> {
    let of = usize::try_from(plan.accounts)?;
    let mut progress = Progress { accounts: of - missing.len(), of, earnings: 0 };
    heard(progress);
    let mut tx = db.begin(scope).await?;
    let until = store::lookup_beginning(&mut tx).await?;
    let detail = json!({ "accounts": missing.len(), "months": plan.months, "seed": plan.seed });
    audit::record(&mut tx, Event::new("demo.filled").detail(detail)).await?;
    tx.commit().await?;
    let window = Window::of(plan.months, until);
    // Tasks of their own, so that one account is made up while another is written.
    let made = stream::iter(missing).map(|number| {
        let (db, scope) = (db.clone(), scope.clone());
        tokio::spawn(async move {
            let world = AccountWorld::make(&plan, &window, number);
            load(&db, &scope, user, &window, number, &world).await.map(|()| world.earnings.len())
        })
    });
    let mut made = made.buffer_unordered(SIDE_BY_SIDE);
    while let Some(earnings) = made.try_next().await? {
        progress.accounts += 1;
        progress.earnings += earnings?;
        heard(progress);
    }
    Ok(db.tidy(FILLED).await?)
}

/// Writes one account with its rows and rollups. All rows of a kind go in one statement: at most some ten thousand.
async fn load(
    db: &Db,
    scope: &SystemScope,
    owner: UserId,
    window: &Window,
    number: u32,
    world: &AccountWorld,
) -> Result<()> {
    let mut tx = db.begin(scope).await?;
    let account = tx.new_id::<AccountId>();
    let new = store::NewAccount {
        id: account,
        creator: tx.new_id::<CreatorId>(),
        connection: tx.new_id::<ConnectionId>(),
        owner,
        platform: PlatformKind::Fanvue.as_str(),
        platform_account_id: &platform_id(number),
        name: &world.truth.name,
        handle: &world.truth.handle,
        currency: world.truth.currency,
        note: NOTE,
        followers: i64::try_from(world.fans.len() * 3)?,
        subscribers: world.subscribers(),
        since: world.truth.began.max(window.from).and_time(chrono::NaiveTime::MIN).and_utc(),
        until: window.until,
    };
    store::add_account(&mut tx, &new, i64::try_from(world.earnings.len())?).await?;
    store::add_fans(&mut tx, account, &world.fans, &world.earnings).await?;
    store::add_messages(&mut tx, account, world.truth.currency, &world.messages).await?;
    // From here on the agency's other accounts wait: they write the same sums.
    store::add_earnings(&mut tx, account, &world.earnings).await?;
    rollups::add_earning_days(&mut tx, account).await?;
    rollups::add_fan_days(&mut tx, account).await?;
    store::add_subscriber_days(&mut tx, account, world.days.iter().map(|(day, counts)| (*day, *counts)))
        .await?;
    Ok(tx.commit().await?)
}
