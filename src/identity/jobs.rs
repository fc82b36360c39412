//! The background verbs of identity.

use super::service::Asked;
use super::{new_devices, recovery, second_factor, service, store, tries};
use crate::auth::Origin;
use crate::db::Actor;
use crate::error::Result;
use crate::ids::UserId;
use crate::jobs::Job;
use crate::server::state::App;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// That a link was used or came too late can be told for so long after its end.
const LINKS_KEPT: TimeDelta = TimeDelta::days(7);

/// Mails a link to choose a new password, if the email has a user. After a crash it may be sent twice; both links work,
/// until one is used.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendResetLink {
    pub(super) email: String,
}

impl Job for SendResetLink {
    const NAME: &'static str = "send_reset_link";

    async fn run(self, app: &App) -> Result<()> {
        recovery::send_reset(&app.reception(), &self.email).await
    }
}

/// Puts a password that did not fit on record in the person's agencies. In the background, since for an unknown email there
/// is none, and the time to answer must not tell. After a crash it may be recorded twice.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecordRefusal {
    pub(super) email: String,
    /// The person in whose session it was asked for, if it was in one.
    member: Option<UserId>,
    ip: IpAddr,
    request_id: String,
}

impl RecordRefusal {
    pub(super) fn new(asked: Asked, email: &str, origin: &Origin) -> Self {
        let member = match asked {
            Asked::ToSignIn => None,
            Asked::ToConfirm(user) => Some(user),
        };
        Self { email: email.to_owned(), member, ip: origin.ip, request_id: origin.request_id.clone() }
    }

    pub(super) fn event(&self) -> &'static str {
        if self.member.is_some() { "identity.password_refused" } else { "identity.sign_in_failed" }
    }

    /// A member, or somebody who did not prove who they are.
    pub(super) fn actor(&self) -> Actor {
        let kind = if self.member.is_some() { "member" } else { "visitor" };
        let request_id = Some(self.request_id.clone());
        Actor { kind: kind.to_owned(), user_id: self.member, ip: Some(self.ip), request_id }
    }
}

impl Job for RecordRefusal {
    const NAME: &'static str = "record_refusal";

    async fn run(self, app: &App) -> Result<()> {
        service::record_refusal(&app.db, &self).await
    }
}

/// Forgets what is over: sessions, links, tries, browsers that nobody came with.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepIdentity {}

impl Job for SweepIdentity {
    const NAME: &'static str = "sweep_identity";

    async fn run(self, app: &App) -> Result<()> {
        let mut tx = app.db.begin_system("forget what is over").await?;
        let now = tx.now();
        let sessions = store::remove_sessions_ended(&mut tx, now).await?;
        let links = store::remove_links_ended(&mut tx, now - LINKS_KEPT).await?;
        let tries = store::remove_tries_before(&mut tx, now - tries::REMEMBERED).await?;
        let ceremonies = second_factor::sweep(&mut tx).await?;
        let devices = store::remove_known_devices(&mut tx, now - new_devices::KEPT).await?;
        tx.commit().await?;
        tracing::debug!(sessions, links, tries, ceremonies, devices, "what is over is forgotten");
        Ok(())
    }
}
