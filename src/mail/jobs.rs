//! Sending mail, and forgetting it.

use super::{service, store};
use crate::error::Result;
use crate::jobs::{Job, Lane};
use crate::server::state::App;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
        let Some(row) = store::find_unsent(&mut tx, self.id).await? else { return Ok(()) };
        drop(tx);
        let body = service::open(&app.vault, &row)?.unwrap_or_default();
        let delivered = postman.deliver(&row, body).await;
        let outcome = if delivered.is_ok() { "sent" } else { "failed" };
        metrics::counter!("mails_total", "outcome" => outcome).increment(1);
        let mut tx = app.db.begin_system("note what became of a mail").await?;
        match &delivered {
            Ok(()) => store::set_sent(&mut tx, row.id).await?,
            Err(error) => store::set_error(&mut tx, row.id, &format!("{error:#}")).await?,
        }
        tx.commit().await?;
        Ok(delivered?)
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
