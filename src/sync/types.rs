//! What syncing is about: its streams, what news makes due, and where it stands.

use chrono::{DateTime, Utc};

/// One kind of data that is read on its own schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stream {
    Profile,
    Earnings,
    Subscribers,
    Fans,
    Messages,
}

impl Stream {
    /// As people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Profile => "the profile",
            Self::Earnings => "earnings",
            Self::Subscribers => "subscriber counts",
            Self::Fans => "fans",
            Self::Messages => "paid messages",
        }
    }
}

/// What we were told of, and what is therefore read again. It is a hint: the figures come from the platform's API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Money came in or went back.
    pub earnings: bool,
    /// Somebody subscribed, followed, or left.
    pub subscribers: bool,
    /// Chats moved.
    pub messages: bool,
    /// The earliest moment at which something of it happened, by the platform's clock.
    pub since: Option<DateTime<Utc>>,
    /// Fans of whom it is known to be about them.
    pub fans: Vec<String>,
    /// Fans of whom something in the chat is gone or was paid for, so that the whole chat is read again.
    pub chats: Vec<String>,
}

/// Where the sync of an account stands, as the database spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum SyncState {
    /// For a free worker, or for the platform.
    Waiting,
    /// At work.
    Running,
    /// Everything is read; it goes on when the next thing is due.
    Idle,
    /// The account is disconnected.
    Stopped,
}
