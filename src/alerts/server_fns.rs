//! What the forms of alerts post to.

use super::types::{Digest, Rhythm, Rules};
use super::{digests, rules, service};
use crate::auth;
use crate::error::Error;
use crate::ids::AlertId;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

#[server]
pub async fn read_alert(alert: AlertId) -> Result<(), Problem> {
    let app = App::current()?;
    service::read(&app.db, &auth::scope()?, alert).await?;
    // The other processes hear of it by NOTIFY; this one does not wait for that.
    app.bells.forget_all();
    Ok(())
}

#[server]
pub async fn read_all_alerts(until: DateTime<Utc>) -> Result<(), Problem> {
    let app = App::current()?;
    service::read_all(&app.db, &auth::scope()?, until).await?;
    // The other processes hear of it by NOTIFY; this one does not wait for that.
    app.bells.forget_all();
    Ok(())
}

#[server]
pub async fn set_alert_rules(refund_from: i64, refund_share: i32) -> Result<(), Problem> {
    let (app, wanted) = (App::current()?, Rules { refund_from, refund_share });
    rules::set(&app.db, &auth::scope()?, wanted).await?;
    outcome::notice("Saved. It holds for refunds from now on.");
    Ok(())
}

#[server]
pub async fn choose_notifications(rhythm: String, hour: i32) -> Result<(), Problem> {
    let app = App::current()?;
    let chosen = Rhythm::parse(&rhythm).ok_or_else(|| Error::field("rhythm", "Choose one of these"));
    let (scope, chosen) = (auth::scope()?, chosen?);
    digests::choose(&app.db, &scope, Digest { rhythm: chosen, hour }).await?;
    outcome::notice(if chosen == Rhythm::Off { "Saved. You get no mail about alerts." } else { "Saved." });
    Ok(())
}
