//! What one open page may hear: of its own agency, of accounts within reach, for as long as its session and membership last.

use super::live::{Change, News};
use super::state::App;
use crate::accounts;
use crate::accounts::policy::ViewAccounts;
use crate::auth::{Member, Role, Scope, Visitor};
use crate::db::Reach;
use crate::error::{Error, Result};
use crate::ids::AccountId;
use std::collections::BTreeSet;

/// Tables of which only those hear who reach every account, also where a row is of one account.
const OF_THE_AGENCY: [&str; 5] = ["alerts", "alert_reads", "forecasts", "goals", "statement_imports"];

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

    /// What comes of the news of a moment. When that cannot be found out the stream ends: the browser connects again and is
    /// asked who it is.
    pub(super) async fn hear(&mut self, news: Vec<News>) -> Heard {
        self.try_hear(news).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "an event stream ends early");
            Heard::End
        })
    }

    async fn try_hear(&mut self, news: Vec<News>) -> Result<Heard> {
        let missed = news.contains(&News::Missed);
        let session_changed =
            news.iter().any(|it| matches!(it, News::Session(hash) if *hash == self.session));
        let changes: Vec<_> = news
            .into_iter()
            .filter_map(|it| match it {
                News::Change(change) if change.agency == self.member.agency_id() => Some(change),
                _ => None,
            })
            .collect();
        let has = |tables: &[&str]| changes.iter().any(|change| tables.contains(&change.table.as_str()));
        if (missed || session_changed || has(&["members", "agencies"])) && !self.is_still_here().await? {
            return Ok(Heard::End);
        }
        let before = self.reached.clone();
        if missed || has(&["assignments", "accounts", "creators"]) {
            self.look_again().await?;
        }
        if missed {
            return Ok(Heard::Change("everything".to_owned()));
        }
        let told: BTreeSet<_> =
            changes.iter().filter(|it| self.concerns(it, &before)).map(|it| it.table.as_str()).collect();
        if told.is_empty() {
            return Ok(Heard::Nothing);
        }
        Ok(Heard::Change(told.into_iter().collect::<Vec<_>>().join(",")))
    }

    /// Who reaches every account hears everything. Others hear of accounts that they reach or reached a moment ago, of who else
    /// works on them nothing, and of the agency's own name.
    fn concerns(&self, change: &Change, before: &BTreeSet<AccountId>) -> bool {
        if self.member.reach() == Reach::Agency {
            return true;
        }
        // They see none of these.
        if OF_THE_AGENCY.contains(&change.table.as_str()) {
            return false;
        }
        let Some(account) = change.account else {
            let checks = self.member.role() == Role::Compliance && change.table == "audit_checks";
            return checks || change.table == "agencies";
        };
        let (was, is) = (before.contains(&account), self.reached.contains(&account));
        if change.table == "assignments" { was != is } else { was || is }
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
