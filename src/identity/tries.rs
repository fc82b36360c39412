//! Tries, counted in the database: how often somebody may guess a password or make us send mail, over all processes.

use super::store;
use super::types::network;
use crate::db::SystemTx;
use crate::error::{Error, Result};
use chrono::TimeDelta;
use std::net::IpAddr;

/// What is counted, and how much of it is too much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    act: &'static str,
    per_email: i64,
    per_network: i64,
    within: TimeDelta,
}

/// Passwords that do not fit.
pub(super) const PASSWORD: Limit =
    Limit { act: "password", per_email: 5, per_network: 20, within: TimeDelta::minutes(15) };
/// Requests that make us send mail to an address that somebody typed.
pub(super) const MAIL: Limit =
    Limit { act: "mail", per_email: 5, per_network: 60, within: TimeDelta::hours(1) };

/// Invitations, which a signed-in member has sent.
const INVITATION: Limit =
    Limit { act: "invitation", per_email: 5, per_network: 1000, within: TimeDelta::hours(1) };
/// Codes of a second factor that do not fit.
pub(super) const SECOND_FACTOR: Limit =
    Limit { act: "second_factor", per_email: 5, per_network: 20, within: TimeDelta::minutes(15) };

/// The longest that any limit looks back; what is older may go.
pub(super) const REMEMBERED: TimeDelta = TimeDelta::hours(1);

/// One try: of what, for whom, from where.
pub(super) struct Try<'a> {
    limit: Limit,
    email: &'a str,
    network: String,
}

impl<'a> Try<'a> {
    pub(super) fn new(limit: Limit, email: &'a str, ip: IpAddr) -> Self {
        Self { limit, email, network: network(ip) }
    }

    /// Refuses early, before costly work. Tries at the same moment all pass here; [`Try::hold`] decides between them.
    ///
    /// # Errors
    /// `RateLimited` until the next try is free.
    pub(super) async fn check(&self, tx: &mut SystemTx) -> Result<()> {
        let (limit, now) = (self.limit, tx.now());
        let since = now - limit.within;
        let most = (limit.per_email, limit.per_network);
        let full = store::find_full_since(tx, limit.act, self.email, &self.network, since, most).await?;
        let Some(full) = full else { return Ok(()) };
        // To the next whole second, so that who comes back then is let in.
        let wait = (full + limit.within - now).to_std().unwrap_or_default();
        Err(Error::RateLimited(std::time::Duration::from_secs(wait.as_secs() + 1)))
    }

    /// Decides tries of this email or from this network one after the other, until the transaction ends: however many
    /// there are at once, no more than the limit learn anything.
    ///
    /// # Errors
    /// `RateLimited` until the next try is free.
    pub(super) async fn hold(&self, tx: &mut SystemTx) -> Result<()> {
        let key = |of: &str, what: &str| format!("{} by {of} {what}", self.limit.act);
        // The email always comes first, so that no two wait for each other.
        store::lock_tries(tx, &key("email", self.email)).await?;
        store::lock_tries(tx, &key("network", &self.network)).await?;
        self.check(tx).await
    }

    /// Counts it.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn count(&self, tx: &mut SystemTx) -> Result<()> {
        store::add_try(tx, self.limit.act, self.email, &self.network).await
    }

    /// Forgets what was counted for this email: its owner came.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn forgive(&self, tx: &mut SystemTx) -> Result<()> {
        store::remove_tries(tx, self.limit.act, self.email).await
    }
}

/// Counts invitations to many addresses at once. Those of one network are decided one after the other over all processes.
///
/// # Errors
/// `Conflict` when one of the addresses got too many, `RateLimited` when too many come from this network.
pub(super) async fn count_invitations(tx: &mut SystemTx, emails: &[String], ip: IpAddr) -> Result<()> {
    let (limit, network, since) = (INVITATION, network(ip), tx.now() - INVITATION.within);
    store::lock_tries(tx, &format!("{} by network {network}", limit.act)).await?;
    if let Some(email) = store::find_email_full(tx, limit.act, emails, since, limit.per_email).await? {
        return Err(Error::conflict(format!(
            "{email} was sent {} invitations in the last hour. Wait an hour, or leave it out.",
            limit.per_email
        )));
    }
    let count = i64::try_from(emails.len()).unwrap_or(i64::MAX);
    if store::count_tries(tx, limit.act, &network, since).await? + count > limit.per_network {
        return Err(Error::RateLimited(limit.within.to_std().unwrap_or_default()));
    }
    store::add_tries(tx, limit.act, emails, &network).await
}
