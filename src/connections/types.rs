//! What a connection is for those who look at it.

use crate::ids::{AccountId, ConnectLinkId, ConnectionId};
use crate::platform::PlatformKind;
use chrono::{DateTime, Utc};

/// How a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type, serde::Deserialize)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The grant is stored; whose it is, or which of its creators are wanted, is still to be said.
    Choosing,
    /// It works.
    Connected,
    /// The platform ended the grant: only the creator can give a new one.
    NeedsReconnect,
    /// The platform asks us to wait.
    RateLimited,
    /// The platform does not answer as it should.
    PlatformDown,
    /// Ended by us; its tokens are gone.
    Disconnected,
}

impl Health {
    /// The form in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Choosing => "choosing",
            Self::Connected => "connected",
            Self::NeedsReconnect => "needs_reconnect",
            Self::RateLimited => "rate_limited",
            Self::PlatformDown => "platform_down",
            Self::Disconnected => "disconnected",
        }
    }

    /// Where it stands in a list: what somebody has to act on comes first.
    #[must_use]
    pub const fn urgency(self) -> u8 {
        match self {
            Self::NeedsReconnect => 0,
            Self::Choosing => 1,
            Self::PlatformDown | Self::RateLimited => 2,
            Self::Connected | Self::Disconnected => 3,
        }
    }

    /// What the person should do about it, if anything.
    #[must_use]
    pub fn what_to_do(self, platform: PlatformKind) -> Option<String> {
        let platform = platform.name();
        match self {
            Self::Connected | Self::Disconnected => None,
            Self::Choosing => Some("Finish connecting to see its figures.".to_owned()),
            Self::NeedsReconnect => {
                Some(format!("{platform} ended our access. Reconnect; everything seen so far is kept."))
            }
            Self::RateLimited => {
                Some(format!("{platform} asked us to slow down. Nothing to do: we go on by ourselves."))
            }
            Self::PlatformDown => Some(format!(
                "{platform} does not answer. Nothing to do: we keep trying, and show what we last knew."
            )),
        }
    }
}

/// One account as a connection reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedAccount {
    /// Which.
    pub id: AccountId,
    /// Its name here.
    pub name: String,
    /// Its name on the platform, without the @.
    pub handle: String,
    /// A first sync is under way.
    pub syncing: bool,
}

/// One connection, for lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Which.
    pub id: ConnectionId,
    /// Where.
    pub platform: PlatformKind,
    /// Whose grant it is, as the platform names them.
    pub display_name: String,
    /// How it is.
    pub health: Health,
    /// Since when.
    pub health_since: DateTime<Utc>,
    /// What happened, in a sentence.
    pub health_note: Option<String>,
    /// When a rate limit ends.
    pub paused_until: Option<DateTime<Utc>>,
    /// When the grant was given.
    pub connected_at: DateTime<Utc>,
    /// The permissions granted.
    pub scopes: Vec<String>,
    /// What it reaches.
    pub accounts: Vec<ConnectedAccount>,
}

impl Connection {
    /// Whether any of its accounts is in its first sync.
    #[must_use]
    pub fn is_syncing(&self) -> bool {
        self.accounts.iter().any(|account| account.syncing)
    }

    /// The names of what it reaches, else of its owner.
    #[must_use]
    pub fn names(&self) -> String {
        if self.accounts.is_empty() {
            return self.display_name.clone();
        }
        self.accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// A connection that somebody should look at, for banners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemConnection {
    /// Which.
    pub id: ConnectionId,
    /// Where.
    pub platform: PlatformKind,
    /// The accounts that it reaches, or its owner's name.
    pub names: String,
    /// How it is.
    pub health: Health,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl ProblemConnection {
    /// The banner's first line: `Reconnect Mia Hart's Fanvue account`.
    #[must_use]
    pub fn title(&self) -> String {
        let (names, platform) = (&self.names, self.platform.name());
        match self.health {
            Health::NeedsReconnect => format!("Reconnect {names} on {platform}"),
            Health::Choosing => format!("Finish connecting {names} on {platform}"),
            Health::RateLimited => format!("{platform} asked us to slow down for {names}"),
            _ => format!("{platform} does not answer for {names}"),
        }
    }

    /// The page where it is put right, and the words of its button; nothing when waiting is all there is to do.
    #[must_use]
    pub fn action(&self) -> Option<(String, &'static str)> {
        match self.health {
            Health::NeedsReconnect => Some(("/connections".to_owned(), "Reconnect")),
            Health::Choosing => Some((format!("/connections/{}/choose", self.id), "Finish")),
            _ => None,
        }
    }
}

/// What came of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The connection.
    pub connection: ConnectionId,
    /// The accounts that are connected now.
    pub names: Vec<String>,
    /// Whether any of them was here before.
    pub again: bool,
    /// Whether the grant reaches several accounts, of which somebody may choose.
    pub choose: bool,
}

/// A link by which a creator can connect herself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLink {
    /// Which.
    pub id: ConnectLinkId,
    /// Where.
    pub platform: PlatformKind,
    /// For whom, in the words of whoever made it.
    pub note: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}
