//! The mails of the second step: every change is told, since it may have been somebody else.

use crate::auth::Origin;
use crate::identity::reception::Reception;
use crate::identity::types::device_words;
use crate::mail::Mail;
use chrono::{DateTime, Utc};

/// What changed, in a sentence that goes on with `on <day>, from <device>`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change<'a> {
    AppAdded,
    AppRemoved,
    PasskeyAdded(&'a str),
    PasskeyRemoved(&'a str),
    CodesMade,
    CodeUsed { left: i64 },
}

impl Change<'_> {
    fn words(self) -> (&'static str, String) {
        match self {
            Self::AppAdded => {
                ("Two-step sign-in: app added", "An app was set up for signing in at CreatorCRM".to_owned())
            }
            Self::AppRemoved => (
                "Two-step sign-in: app removed",
                "The app for signing in at CreatorCRM was removed".to_owned(),
            ),
            Self::PasskeyAdded(name) => {
                ("Passkey added", format!("The passkey \"{name}\" was added to your account at CreatorCRM"))
            }
            Self::PasskeyRemoved(name) => (
                "Passkey removed",
                format!("The passkey \"{name}\" was removed from your account at CreatorCRM"),
            ),
            Self::CodesMade => (
                "New recovery codes",
                "New recovery codes were made for your account at CreatorCRM, and the old ones no longer work"
                    .to_owned(),
            ),
            Self::CodeUsed { left } => (
                "A recovery code was used",
                format!("A recovery code of your account at CreatorCRM was used, {left} are left. It was used"),
            ),
        }
    }
}

/// Tells the person what changed, from where, and what to do if it was not them.
pub(super) fn changed(
    reception: &Reception,
    to: &str,
    origin: &Origin,
    at: DateTime<Utc>,
    change: Change<'_>,
) -> Mail {
    let (device, ip) = (device_words(&origin.user_agent), origin.ip);
    let at = at.format("%-d %b %Y, %H:%M UTC");
    let link = format!("{}/settings/second-factor", reception.public_url);
    let (subject, what) = change.words();
    Mail {
        to: to.to_owned(),
        subject: subject.to_owned(),
        body: format!(
            "{what} on {at}, from {device} ({ip}).\n\n\
             If it was you, all is well.\n\n\
             If it was not you, change your password now, sign out every other device, and look at your two-step sign-in:\n\n\
             {link}\n"
        ),
    }
}

/// Tells the person that an owner asked for their factor to be reset; nothing is reset yet.
pub(super) fn reset_asked(reception: &Reception, to: &str, agency: &str) -> Mail {
    let link = format!("{}/settings/devices", reception.public_url);
    Mail {
        to: to.to_owned(),
        subject: "Reset of your two-step sign-in was asked for".to_owned(),
        body: format!(
            "An owner of {agency} asked to reset your two-step sign-in at CreatorCRM. Nothing is reset yet: you belong to several \
             agencies, and an owner of each must ask for it within 7 days.\n\n\
             If you did not lose your phone or key, tell the owner, and check your devices:\n\n\
             {link}\n"
        ),
    }
}

/// Tells the person that their factor was reset.
pub(super) fn reset(reception: &Reception, to: &str, agency: &str) -> Mail {
    let link = format!("{}/settings/second-factor", reception.public_url);
    Mail {
        to: to.to_owned(),
        subject: "Your two-step sign-in was reset".to_owned(),
        body: format!(
            "An owner of {agency} reset your two-step sign-in at CreatorCRM: your app, passkeys and recovery codes no longer work, \
             and every device was signed out. You sign in with your password alone until you set it up again:\n\n\
             {link}\n\n\
             If you did not ask for this, choose a new password now and tell the owner.\n"
        ),
    }
}
