//! A session between the password and the second step: nobody is signed in with it, and it is good for that step alone.

use super::Visitor;
use super::session::key;
use crate::error::Result;
use crate::identity::{SignedIn, Waiting};
use crate::ids::{AgencyId, UserId};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a password that fitted waits for the second step.
const WITHIN: TimeDelta = TimeDelta::minutes(10);

impl Visitor {
    /// Begins the session that waits for the second step of `who`, for some minutes.
    ///
    /// # Errors
    /// When the session cannot be stored.
    pub async fn begin_second_step(&self, who: &SignedIn, now: DateTime<Utc>) -> Result<()> {
        self.end_session().await?;
        let begun = async {
            self.session().insert(key::WAITING, who.user).await?;
            self.session().insert(key::WAITS_UNTIL, (now + WITHIN).timestamp()).await?;
            self.session().insert(key::AGENCY, who.agency).await?;
            self.session().insert(key::PASSWORD, who.password_set_at.timestamp_micros()).await
        };
        begun.await.map_err(|error: tower_sessions::session::Error| anyhow::Error::from(error).into())
    }

    /// The person whose second step this session waits for.
    ///
    /// # Errors
    /// When the session cannot be read.
    pub async fn waiting(&self, now: DateTime<Utc>) -> Result<Option<Waiting>> {
        let read = async {
            let user = self.session().get::<UserId>(key::WAITING).await?;
            let until = self.session().get::<i64>(key::WAITS_UNTIL).await?;
            let agency = self.session().get::<AgencyId>(key::AGENCY).await?;
            let password = self.session().get::<i64>(key::PASSWORD).await?;
            Ok::<_, tower_sessions::session::Error>((user, until, agency, password))
        };
        let (user, until, agency, password) = read.await.map_err(anyhow::Error::from)?;
        let in_time = until.is_some_and(|until| now.timestamp() < until);
        let password_set_at = password.and_then(DateTime::from_timestamp_micros);
        Ok(match (user, agency, password_set_at) {
            (Some(user), Some(agency), Some(password_set_at)) if in_time => {
                Some(Waiting { user, agency, password_set_at })
            }
            _ => None,
        })
    }
}
