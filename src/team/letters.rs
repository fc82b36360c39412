//! The mails of the team. A link stands on a line of its own.

use super::types::as_role;
use crate::auth::Role;
use crate::mail::Mail;
use secrecy::{ExposeSecret, SecretString};

/// Who invites whom to what.
pub(super) struct Invitation<'a> {
    pub to: &'a str,
    pub agency: &'a str,
    pub by: &'a str,
    pub role: Role,
}

/// The invitation with its link.
pub(super) fn invitation(public_url: &str, of: &Invitation<'_>, token: &SecretString) -> Mail {
    let Invitation { to, agency, by, role } = of;
    let link = format!("{public_url}/invitation/{}", token.expose_secret());
    let role = as_role(*role);
    Mail {
        to: (*to).to_owned(),
        subject: format!("Join {agency} on CreatorCRM"),
        body: format!(
            "{by} invites you to {agency} as {role}. Open this page to join:\n\n\
             {link}\n\n\
             The link works once, within 72 hours, and only for {to}.\n\n\
             If you do not know {agency}, leave this mail alone: nothing happens then.\n"
        ),
    }
}

/// Tells somebody that they belong to the agency no more.
pub(super) fn removed(to: &str, agency: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: format!("You no longer belong to {agency}"),
        body: format!(
            "You were removed from {agency} on CreatorCRM and cannot open it any more.\n\n\
             If you think that this is a mistake, ask an owner of {agency}.\n"
        ),
    }
}

/// Tells the owners that somebody became one of them, in case it was not meant so.
pub(super) fn new_owner(to: &str, agency: &str, who: &str, by: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: format!("{agency} has one more owner"),
        body: format!(
            "{who} is an owner of {agency} on CreatorCRM now. It was {by} who made it so.\n\n\
             If this was not meant so, sign in now, make them something else, and look at the audit log.\n"
        ),
    }
}

/// Tells the owners that the agency has another owner, in case it was not meant so.
pub(super) fn transferred(to: &str, agency: &str, from: &str, new: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: format!("{agency} has a new owner"),
        body: format!(
            "{from} handed {agency} over to {new}, who is an owner now. {from} is a manager.\n\n\
             If this was not meant so, sign in now and look at the audit log.\n"
        ),
    }
}
