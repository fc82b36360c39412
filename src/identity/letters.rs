//! The mails of identity. A link stands on a line of its own.

use super::reception::Reception;
use super::types::device_words;
use crate::auth::Origin;
use crate::mail::Mail;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

/// Asks a new person to confirm that this is their address.
pub(super) fn verify_email(reception: &Reception, to: &str, token: &SecretString) -> Mail {
    let link = format!("{}/verify-email/{}", reception.public_url, token.expose_secret());
    Mail {
        to: to.to_owned(),
        subject: "Confirm your address".to_owned(),
        body: format!(
            "Please confirm that this address is yours. Open this page and press the button:\n\n\
             {link}\n\n\
             The link works once, within 24 hours.\n\n\
             If you did not sign up at CreatorCRM, leave this mail alone: nothing happens then.\n"
        ),
    }
}

/// The way back in, without the password.
pub(super) fn reset_password(reception: &Reception, to: &str, token: &SecretString) -> Mail {
    let link = format!("{}/reset-password/{}", reception.public_url, token.expose_secret());
    Mail {
        to: to.to_owned(),
        subject: "Choose a new password".to_owned(),
        body: format!(
            "Somebody, hopefully you, asked for a new password at CreatorCRM. Choose it here:\n\n\
             {link}\n\n\
             The link works once, within an hour.\n\n\
             If it was not you, leave this mail alone: your password stays as it is.\n"
        ),
    }
}

/// Tells the person that the password is another one now, from where, and what to do if it was not them.
pub(super) fn password_changed(reception: &Reception, to: &str, origin: &Origin, at: DateTime<Utc>) -> Mail {
    let (device, ip) = (device_words(&origin.user_agent), origin.ip);
    let at = at.format("%-d %b %Y, %H:%M UTC");
    let link = format!("{}/forgotten-password", reception.public_url);
    Mail {
        to: to.to_owned(),
        subject: "Your password was changed".to_owned(),
        body: format!(
            "Your password at CreatorCRM was changed on {at}, from {device} ({ip}). Every other device was signed out.\n\n\
             If it was you, all is well.\n\n\
             If it was not you, choose a new password now, and check who reads your mail:\n\n\
             {link}\n"
        ),
    }
}

/// Asks whether the new address is theirs.
pub(super) fn confirm_address(reception: &Reception, to: &str, token: &SecretString) -> Mail {
    let link = format!("{}/change-email/{}", reception.public_url, token.expose_secret());
    Mail {
        to: to.to_owned(),
        subject: "Confirm your new address".to_owned(),
        body: format!(
            "You, hopefully, asked to use this address at CreatorCRM. Open this page and press the button:\n\n\
             {link}\n\n\
             The link works once, within 24 hours. Until then your old address stays.\n\n\
             If it was not you, leave this mail alone: nothing happens then.\n"
        ),
    }
}

/// Tells somebody that another account wanted their address.
pub(super) fn address_is_taken(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "This address has an account already".to_owned(),
        body: "Somebody who is signed in to CreatorCRM asked to use this address. It has an account of its own already, so nothing \
               was changed.\n\n\
               If it was you, sign in with this address instead. If it was not you, leave this mail alone.\n"
            .to_owned(),
    }
}

/// Tells the old address that mail goes elsewhere now, and how to go back.
pub(super) fn address_changed(reception: &Reception, old: &str, new: &str, token: &SecretString) -> Mail {
    let link = format!("{}/undo-email/{}", reception.public_url, token.expose_secret());
    Mail {
        to: old.to_owned(),
        subject: "Your address was changed".to_owned(),
        body: format!(
            "Your account at CreatorCRM uses {new} from now on, and no longer this address.\n\n\
             If it was you, all is well.\n\n\
             If it was not you, take your account back here. Every device is signed out then:\n\n\
             {link}\n\n\
             The link works once, within 72 hours.\n"
        ),
    }
}

/// Tells the address in use that another one was asked for.
pub(super) fn address_asked(reception: &Reception, to: &str) -> Mail {
    let link = format!("{}/forgotten-password", reception.public_url);
    Mail {
        to: to.to_owned(),
        subject: "Another address was asked for".to_owned(),
        body: format!(
            "Somebody, hopefully you, asked to use another address for your account at CreatorCRM. It changes when they open the \
             link that was sent there.\n\n\
             If it was you, all is well.\n\n\
             If it was not you, choose a new password now. That link works no longer then:\n\n\
             {link}\n"
        ),
    }
}

/// Tells the person that they, or somebody else, signed in where they never did before.
pub(super) fn new_device(reception: &Reception, to: &str, origin: &Origin, at: DateTime<Utc>) -> Mail {
    let (device, ip) = (device_words(&origin.user_agent), origin.ip);
    let at = at.format("%-d %b %Y, %H:%M UTC");
    let (devices, password) = (
        format!("{}/settings/devices", reception.public_url),
        format!("{}/forgotten-password", reception.public_url),
    );
    Mail {
        to: to.to_owned(),
        subject: "New sign-in".to_owned(),
        body: format!(
            "Somebody, hopefully you, signed in to your account at CreatorCRM in a browser that we have not seen before:\n\n\
             {at}, {device}, address {ip}\n\n\
             If it was you, all is well.\n\n\
             If it was not you, sign that device out:\n\n\
             {devices}\n\n\
             and choose a new password:\n\n\
             {password}\n"
        ),
    }
}
