//! What a platform's notification becomes.

use chrono::{DateTime, Utc};

/// A notification whose signature was good.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookEvent {
    /// The key to deduplicate by: the platform's id, or one made of the signed content.
    pub id: String,
    /// The platform's word for what happened.
    pub kind: String,
    /// Whose account it is about, by the platform's id.
    pub platform_account_id: Option<String>,
    /// Which fan it is about, by the platform's id.
    pub fan_id: Option<String>,
    /// When it happened, as the platform says.
    pub occurred_at: Option<DateTime<Utc>>,
    /// What it makes worth looking at again.
    pub topic: WebhookTopic,
    /// The whole body.
    pub raw: serde_json::Value,
}

/// What a notification makes worth looking at again. It is a hint: the figures always come from the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookTopic {
    /// Money came in or went back.
    Earnings,
    /// A subscription began, renewed or ended.
    Subscriptions,
    /// A follower came.
    Followers,
    /// A chat moved.
    Messages,
    /// Something that we do not act on.
    Other,
}

impl WebhookTopic {
    /// Every topic.
    pub const ALL: [Self; 5] =
        [Self::Earnings, Self::Subscriptions, Self::Followers, Self::Messages, Self::Other];

    /// The form to store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Earnings => "earnings",
            Self::Subscriptions => "subscriptions",
            Self::Followers => "followers",
            Self::Messages => "messages",
            Self::Other => "other",
        }
    }

    /// The inverse; what is not known is nothing that we act on.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text).unwrap_or(Self::Other)
    }
}

/// Why a notification was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// This installation has no secret for the platform's notifications.
    #[error("no webhook secret is set")]
    NotConfigured,
    /// Not signed by the platform, not for this body, or too old. Answer 401 and keep nothing.
    #[error("the signature is not good: {0}")]
    BadSignature(&'static str),
    /// Signed, but not JSON or of no known family.
    #[error("the body could not be read")]
    Unreadable,
}
