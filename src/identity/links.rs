//! Single-use links sent by mail. Only a token's hash is kept, so a copy of the database opens nothing.

use super::reception::Reception;
use super::store;
use crate::db::SystemTx;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::random::token_hash;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Choosing a new password without the old one.
    ResetPassword,
    /// Confirming that mail to the address reaches the person.
    VerifyEmail,
    /// Confirming that mail to the new address that they want reaches them.
    ChangeEmail,
    /// Going back to the address before.
    UndoEmail,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
            Self::ChangeEmail => "change_email",
            Self::UndoEmail => "undo_email",
        }
    }

    /// For how long its links are good.
    pub(super) fn lifetime(self) -> TimeDelta {
        match self {
            Self::ResetPassword => TimeDelta::hours(1),
            Self::VerifyEmail | Self::ChangeEmail => TimeDelta::hours(24),
            Self::UndoEmail => TimeDelta::hours(72),
        }
    }
}

/// How a link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It can be used, by whoever gets mail at this address.
    Good { email: String },
    /// It was used; whether the address is confirmed.
    Used { verified: bool },
    /// Too late, or never a link of ours: the same to whoever holds it.
    Gone,
}

/// A link as its row has it.
pub(super) struct Row {
    pub email: String,
    pub verified: bool,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

impl Standing {
    fn of(row: Option<Row>, now: DateTime<Utc>) -> Self {
        match row {
            Some(row) if row.used_at.is_some() => Self::Used { verified: row.verified },
            Some(row) if row.expires_at > now => Self::Good { email: row.email },
            _ => Self::Gone,
        }
    }
}

/// Makes a link for `user`; its token is given out here and never again.
pub(super) async fn make(
    tx: &mut SystemTx,
    reception: &Reception,
    user: UserId,
    purpose: Purpose,
) -> Result<SecretString> {
    let token = reception.db.random().token();
    let expires_at = tx.now() + purpose.lifetime();
    let hash = token_hash(token.expose_secret());
    store::add_link(tx, &hash, user, purpose.as_str(), None, expires_at).await?;
    Ok(token)
}

/// The same, of a link that leads to the address `email`.
pub(super) async fn make_to(
    tx: &mut SystemTx,
    reception: &Reception,
    user: UserId,
    purpose: Purpose,
    email: &str,
) -> Result<SecretString> {
    let token = reception.db.random().token();
    let expires_at = tx.now() + purpose.lifetime();
    let hash = token_hash(token.expose_secret());
    store::add_link(tx, &hash, user, purpose.as_str(), Some(email), expires_at).await?;
    Ok(token)
}

/// How the link with this token stands. Looking uses nothing up: mail scanners look too.
pub(super) async fn look(reception: &Reception, purpose: Purpose, token: &SecretString) -> Result<Standing> {
    let mut tx = reception.db.begin_system("look at a mailed link").await?;
    let row = store::find_link(&mut tx, &token_hash(token.expose_secret()), purpose.as_str()).await?;
    Ok(Standing::of(row, tx.now()))
}

/// Uses the link up: of several who come at once, one gets the person.
pub(super) async fn use_up(
    tx: &mut SystemTx,
    purpose: Purpose,
    token: &SecretString,
) -> Result<Result<UserId, Standing>> {
    let hash = token_hash(token.expose_secret());
    if let Some(user) = store::set_link_used(tx, &hash, purpose.as_str()).await? {
        return Ok(Ok(user));
    }
    let row = store::find_link(tx, &hash, purpose.as_str()).await?;
    match Standing::of(row, tx.now()) {
        Standing::Good { .. } => Err(Error::Internal(anyhow::anyhow!("a good link could not be used"))),
        gone => Ok(Err(gone)),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn row(expires_in: i64, used: bool) -> (Option<Row>, DateTime<Utc>) {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let used_at = used.then_some(now);
        let expires_at = now + TimeDelta::seconds(expires_in);
        let email = "anna@studio.com".to_owned();
        (Some(Row { email, verified: false, expires_at, used_at }), now)
    }

    #[test]
    fn a_link_is_good_until_it_is_used_or_its_time_is_over() {
        let standing = |(row, now)| Standing::of(row, now);
        assert_eq!(standing(row(1, false)), Standing::Good { email: "anna@studio.com".to_owned() });
        assert_eq!(standing(row(0, false)), Standing::Gone);
        assert_eq!(standing(row(1, true)), Standing::Used { verified: false });
        assert_eq!(standing(row(-1, true)), Standing::Used { verified: false });
        assert_eq!(Standing::of(None, row(1, true).1), Standing::Gone);
    }
}
