//! What one open page may hear: of its own agency, of accounts within reach, for as long as its session and membership last.

use super::live::{Change, News};
use super::state::App;
use crate::accounts;
use crate::accounts::policy::ViewAccounts;
use crate::auth::{Member, Scope, Visitor};
use crate::db::Reach;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use std::collections::BTreeSet;

/// The member behind one stream.
pub(super) struct Listener {
    app: App,
    member: Member,
    session: Vec<u8>,
    /// For finding anew which accounts are within reach; nothing for who sees none.
    scope: Option<Scope<ViewAccounts>>,
    /// The accounts within reach, where those are not all.
    reached: BTreeSet<AccountId>,
}

/// What comes of a piece of news.
pub(super) enum Heard {
    /// It is not for this member.
    Nothing,
    /// Something changed that a page may show: in which table.
    Change(String),
    /// The member is not signed in here any more, or is something else now.
    End,
}

impl Listener {
    pub(super) async fn new(app: &App, visitor: &Visitor) -> Result<Self> {
        let (Some(member), Some(session)) = (visitor.member().cloned(), visitor.session_hash()) else {
            return Err(Error::NotSignedIn);
        };
        let scope = visitor.scope::<ViewAccounts>().ok();
        let mut listener = Self { app: app.clone(), member, session, scope, reached: BTreeSet::new() };
        listener.look_again().await?;
        Ok(listener)
    }

    /// What comes of `news`. When that cannot be found out the stream ends: the browser connects again and is asked who it is.
    pub(super) async fn hear(&mut self, news: News) -> Heard {
        self.try_hear(news).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "an event stream ends early");
            Heard::End
        })
    }

    async fn try_hear(&mut self, news: News) -> Result<Heard> {
        match news {
            News::Missed => {
                if !self.is_still_here().await? {
                    return Ok(Heard::End);
                }
                self.look_again().await?;
                Ok(Heard::Change("everything".to_owned()))
            }
            News::Session(hash) if hash == self.session && !self.is_still_here().await? => Ok(Heard::End),
            News::Change(change) if change.agency == self.member.agency_id() => self.weigh(change).await,
            News::Session(_) | News::Change(_) => Ok(Heard::Nothing),
        }
    }

    async fn weigh(&mut self, change: Change) -> Result<Heard> {
        let table = change.table.as_str();
        if matches!(table, "members" | "agencies") && !self.is_still_here().await? {
            return Ok(Heard::End);
        }
        if self.member.reach() == Reach::Agency {
            return Ok(Heard::Change(change.table));
        }
        let is_near =
            |reached: &BTreeSet<_>| change.account.is_some_and(|account| reached.contains(&account));
        let was_near = is_near(&self.reached);
        if matches!(table, "assignments" | "accounts" | "creators") {
            self.look_again().await?;
        }
        let of_account = change.account.is_some();
        let concerns = if of_account {
            was_near || is_near(&self.reached)
        } else {
            !matches!(table, "members" | "invitations")
        };
        Ok(if concerns { Heard::Change(change.table) } else { Heard::Nothing })
    }

    /// Whether the session goes on, and its person is in the agency what they were.
    async fn is_still_here(&self) -> Result<bool> {
        let (user, agency) = (self.member.user_id(), self.member.agency_id());
        if !self.app.sessions.goes_on(&self.session, user).await? {
            return Ok(false);
        }
        let now = Member::lookup(&self.app.db, user, Some(agency)).await?;
        Ok(now.is_some_and(|it| it.agency_id() == agency && it.role() == self.member.role()))
    }

    async fn look_again(&mut self) -> Result<()> {
        if let (Reach::Of(_), Some(scope)) = (self.member.reach(), &self.scope) {
            self.reached = accounts::within_reach(&self.app.db, scope).await?.into_iter().collect();
        }
        Ok(())
    }
}
