//! The background verbs of webhooks.

use super::service;
use crate::error::Result;
use crate::jobs::{self, How, Job};
use crate::platform::PlatformKind;
use crate::server::state::App;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// Acts on the notifications that wait about one account. However many come, one such job waits.
#[derive(Debug, Serialize, Deserialize)]
pub struct DrainWebhooks {
    platform: PlatformKind,
    account: String,
}

impl Job for DrainWebhooks {
    const NAME: &'static str = "drain_webhooks";

    async fn run(self, app: &App) -> Result<()> {
        service::drain(&app.db, self.platform, &self.account).await
    }
}

/// Adds the job in the transaction that stores a notification.
pub(super) async fn enqueue_drain(
    conn: &mut PgConnection,
    platform: PlatformKind,
    account: String,
) -> Result<()> {
    let how = How::default().key(format!("{}:{platform}:{account}", DrainWebhooks::NAME));
    jobs::enqueue(conn, &DrainWebhooks { platform, account }, how).await
}

/// Forgets old notifications, every night.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetWebhooks {}

impl Job for ForgetWebhooks {
    const NAME: &'static str = "forget_webhooks";

    async fn run(self, app: &App) -> Result<()> {
        service::forget(&app.db).await
    }
}
