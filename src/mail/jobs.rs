//! Sending mail, and forgetting it.

use super::smtp::{NotTaken, Postman};
use super::store::{Row, Turn};
use super::{service, store};
use crate::error::Result;
use crate::jobs::{self, How, Job, Lane};
use crate::server::state::App;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Sending takes no longer than this, so a turn that was begun and not ended by then was a process's that died.
const TURN: std::time::Duration = Postman::PATIENCE.saturating_mul(2);
/// Subjects and addresses are kept this long after sending.
const KEPT: Duration = Duration::days(30);

/// Sends one mail; the queue repeats it with growing distance until the mail server takes it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub(super) id: Uuid,
}

impl Job for SendMail {
    const NAME: &'static str = "send_mail";
    const LANE: Lane = Lane::Long;

    async fn run(self, app: &App) -> Result<()> {
        // Without a mail server (development) it is read at /dev/mail.
        let Some(postman) = &app.postman else { return Ok(()) };
        let mut tx = app.db.begin_system("send a mail").await?;
        let row = match store::take_turn(&mut tx, self.id, TURN).await? {
            Turn::Over => return Ok(()),
            Turn::Others(wait) => {
                jobs::enqueue(tx.conn(), &self, How::default().after(wait)).await?;
                return tx.commit().await;
            }
            Turn::Ours(row) => row,
        };
        tx.commit().await?;
        hand_over(app, postman, &row).await
    }
}

/// What failed for now is repeated by the queue. An address that its own server refuses is not: asking again would only make
/// us unwelcome there. That mail stays with the answer until it is forgotten.
async fn hand_over(app: &App, postman: &Postman, row: &Row) -> Result<()> {
    let body = service::open(&app.vault, row)?.unwrap_or_default();
    let delivered = postman.deliver(row, body).await;
    let outcome = delivered.as_ref().map_or_else(NotTaken::as_str, |()| "sent");
    metrics::counter!("mails_total", "outcome" => outcome).increment(1);
    let mut tx = app.db.begin_system("note what became of a mail").await?;
    match &delivered {
        Ok(()) => store::set_sent(&mut tx, row.id).await?,
        Err(error) => store::set_error(&mut tx, row.id, &error.to_string()).await?,
    }
    tx.commit().await?;
    match delivered {
        Err(NotTaken::NoSuchMailbox(answer)) => {
            tracing::warn!(mail = %row.id, answer, "the receiving server refuses this address");
            Ok(())
        }
        other => Ok(other.map_err(anyhow::Error::from)?),
    }
}

/// Forgets old mail.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepMails {}

impl Job for SweepMails {
    const NAME: &'static str = "sweep_mails";
    const LANE: Lane = Lane::Quick;

    async fn run(self, app: &App) -> Result<()> {
        let mut tx = app.db.begin_system("forget old mail").await?;
        let before = tx.now() - KEPT;
        let removed = store::remove_older(&mut tx, before).await?;
        tx.commit().await?;
        tracing::debug!(removed, "old mail is forgotten");
        Ok(())
    }
}
