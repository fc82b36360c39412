//! Refusals: the ways in which connecting does not come about, each of which a person can understand and act on.

use crate::error::Error;
use crate::platform::{PlatformError, PlatformKind};

/// Why an account was not connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No walk to a consent page has this state: a stale bookmark, or a forgery.
    UnknownState,
    /// It was begun in another browser session.
    OtherSession,
    /// It has come back before.
    Used,
    /// It took longer than ten minutes.
    Expired,
    /// The person pressed "Deny".
    Denied,
    /// The platform's consent page gave another error; its code.
    ConsentFailed(String),
    /// The code was not accepted: used, too old, or not ours.
    CodeRefused,
    /// The platform is in trouble and no grant came of it.
    PlatformDown,
    /// The grant is stored, but the platform is in trouble before it said whose it is.
    Unfinished,
    /// The grant lacks permissions; what each is for.
    MissingScopes(Vec<&'static str>),
    /// Neither a creator nor an agency; whose account it is.
    NoCreator(String),
    /// A creator connects by herself what is not hers alone; whose account it is.
    NotHers(String),
    /// Another person of the platform granted than the one whose connection was to be renewed.
    OtherPerson {
        /// Who granted.
        granted: String,
        /// Whose connection it is.
        expected: String,
    },
    /// The grant was withdrawn before it could be used.
    Withdrawn,
    /// The link was used or revoked meanwhile.
    LinkGone,
    /// The member's role no longer allows connecting.
    MayNot,
}

impl Refusal {
    /// One word for the audit log.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::UnknownState => "unknown_state",
            Self::OtherSession => "other_session",
            Self::Used => "used_state",
            Self::Expired => "expired_state",
            Self::Denied => "denied",
            Self::ConsentFailed(_) => "consent_failed",
            Self::CodeRefused => "code_refused",
            Self::PlatformDown => "platform_down",
            Self::Unfinished => "unfinished",
            Self::MissingScopes(_) => "missing_scopes",
            Self::NoCreator(_) => "no_creator",
            Self::NotHers(_) => "not_hers",
            Self::OtherPerson { .. } => "other_person",
            Self::Withdrawn => "withdrawn",
            Self::LinkGone => "link_gone",
            Self::MayNot => "may_not",
        }
    }

    /// The HTTP status that it answers with. A person who says no has done nothing wrong.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Denied => 200,
            Self::UnknownState | Self::ConsentFailed(_) | Self::CodeRefused => 400,
            Self::OtherSession | Self::MissingScopes(_) | Self::MayNot => 403,
            Self::Used | Self::OtherPerson { .. } | Self::NotHers(_) | Self::Withdrawn => 409,
            Self::Expired | Self::LinkGone => 410,
            Self::NoCreator(_) => 422,
            Self::PlatformDown | Self::Unfinished => 502,
        }
    }

    /// The page's title.
    #[must_use]
    pub fn title(&self, platform: PlatformKind) -> String {
        let name = platform.name();
        match self {
            Self::UnknownState => "This address is not one of ours".to_owned(),
            Self::OtherSession => "This was begun in another browser".to_owned(),
            Self::Used => "This was used already".to_owned(),
            Self::Expired => "This took too long".to_owned(),
            Self::Denied => "Nothing was connected".to_owned(),
            Self::ConsentFailed(_) | Self::CodeRefused => format!("{name} did not let us in"),
            Self::PlatformDown | Self::Unfinished => format!("{name} does not answer"),
            Self::MissingScopes(_) => "A permission is missing".to_owned(),
            Self::NoCreator(_) => "This is no creator's account".to_owned(),
            Self::OtherPerson { .. } | Self::NotHers(_) => "That is another account".to_owned(),
            Self::Withdrawn => format!("{name} ended the permission"),
            Self::LinkGone => "This link no longer works".to_owned(),
            Self::MayNot => "Not allowed".to_owned(),
        }
    }

    /// What happened, in a sentence or two.
    #[must_use]
    pub fn sentence(&self, platform: PlatformKind) -> String {
        let name = platform.name();
        match self {
            Self::UnknownState => format!(
                "{name} sent this browser back with something we did not ask for. Nothing was connected."
            ),
            Self::OtherSession => {
                "Connecting has to end in the browser in which it began. Nothing was connected.".to_owned()
            }
            Self::Used => "This answer has arrived before. If you allowed it then, it counted.".to_owned(),
            Self::Expired => {
                format!("More than ten minutes passed on {name}'s page. Nothing was connected.")
            }
            Self::Denied => {
                format!("You did not allow it on {name}'s page, so we have no access and keep nothing.")
            }
            Self::ConsentFailed(_) => {
                format!("{name}'s page ended with an error. Nothing was connected.")
            }
            Self::CodeRefused => {
                format!("{name} did not accept its own answer: it was used before or is too old.")
            }
            Self::PlatformDown => {
                format!("{name} is in trouble, so nothing was connected. It is not your doing.")
            }
            Self::Unfinished => {
                format!(
                    "You allowed it, and that is kept. {name} is in trouble before telling us whose account it is."
                )
            }
            Self::MissingScopes(_) => "Without all of the permissions that were asked for we cannot show the figures. Nothing was connected.".to_owned(),
            Self::NoCreator(who) => {
                format!(
                    "{who} is neither a creator's nor an agency's account on {name}. Nothing was connected."
                )
            }
            Self::NotHers(who) => format!(
                "You signed in to {name} as {who}, and that account is not yours alone. Nothing was connected."
            ),
            Self::OtherPerson { granted, expected } => format!(
                "You signed in to {name} as {granted}, but this connection is {expected}'s. Nothing was changed."
            ),
            Self::Withdrawn => format!("{name} ended the permission before we could use it."),
            Self::LinkGone => "It was used or withdrawn meanwhile. Nothing was connected.".to_owned(),
            Self::MayNot => {
                "Your role in this agency no longer allows connecting accounts. Nothing was connected."
                    .to_owned()
            }
        }
    }

    /// The same as an error, for a form.
    pub(super) fn into_error(self, platform: PlatformKind) -> Error {
        let sentence = format!("{} {}", self.sentence(platform), self.what_to_do(platform));
        if self.status() == 502 { Error::Upstream(sentence) } else { Error::Conflict(sentence) }
    }

    /// What a member can do about it.
    #[must_use]
    pub fn what_to_do(&self, platform: PlatformKind) -> String {
        let name = platform.name();
        match self {
            Self::Used => "Look at your connections to see how it ended.".to_owned(),
            Self::Denied => "You can begin again at any time.".to_owned(),
            Self::MissingScopes(_) => {
                format!("Begin again, and leave every permission ticked on {name}'s page.")
            }
            Self::NoCreator(_) => format!("Begin again, and sign in to {name} as the creator or her agency."),
            Self::OtherPerson { expected, .. } => {
                format!("Begin again, and sign in to {name} as {expected}.")
            }
            Self::NotHers(_) => format!("Begin again, and sign in to {name} with your own account."),
            Self::PlatformDown => "Try again in a few minutes.".to_owned(),
            Self::Unfinished => "Finish it in a few minutes; there is no need to allow it again.".to_owned(),
            Self::MayNot => "An owner of the agency can change your role.".to_owned(),
            Self::LinkGone => "Ask the agency for a new link.".to_owned(),
            _ => "Begin again from here.".to_owned(),
        }
    }
}

/// Why a step of connecting ends early: something to tell the person, or a failure of ours.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Refusal),
    Broken(Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Broken(error)
    }
}

/// What a failed exchange of the code means to the person.
pub(super) fn of_exchange(error: &PlatformError) -> Refusal {
    match error {
        error if error.is_transient() => Refusal::PlatformDown,
        PlatformError::InvalidGrant => Refusal::CodeRefused,
        _ => Refusal::ConsentFailed(error.label().to_owned()),
    }
}

/// What it means when the platform does not say whose grant it is.
pub(super) fn of_identity(error: &PlatformError) -> Refusal {
    match error {
        PlatformError::InvalidGrant | PlatformError::Unauthorized => Refusal::Withdrawn,
        PlatformError::MissingScope => Refusal::MissingScopes(vec!["To know which account this is"]),
        _ => Refusal::Unfinished,
    }
}
