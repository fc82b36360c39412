//! What a platform declares about itself: how its consent works, what it can tell us, what it allows.

use super::{PlatformKind, Url};

/// Everything about a platform that does not depend on whose account is looked at.
#[derive(Clone, Debug)]
pub struct PlatformProfile {
    /// Which platform this is.
    pub kind: PlatformKind,
    /// How a creator consents.
    pub oauth: OAuthProfile,
    /// What it supplies; a page hides what is not supplied rather than inventing it.
    pub capabilities: Capabilities,
    /// What it allows at a time.
    pub limits: Limits,
    /// The zone in which the platform cuts its days.
    pub day_zone: chrono_tz::Tz,
}

/// How a creator consents to a connection.
#[derive(Clone, Debug)]
pub struct OAuthProfile {
    /// The consent page.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Url,
    /// Every permission that is asked for, with the reason that the consent screen of our own shows.
    pub scopes: &'static [Scope],
}

impl OAuthProfile {
    /// The required scopes that a grant lacks.
    ///
    /// `granted` is what the token answer says; `None` there means "as asked" (RFC 6749, 5.1).
    pub fn missing(&self, granted: Option<&[String]>) -> Vec<&'static str> {
        let Some(granted) = granted else { return Vec::new() };
        let lacks = |scope: &&Scope| scope.required && !granted.iter().any(|have| have == scope.name);
        self.scopes.iter().filter(lacks).map(|scope| scope.name).collect()
    }
}

/// One permission that we ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Its name on the platform.
    pub name: &'static str,
    /// Why we ask, for the person who is asked.
    pub why: &'static str,
    /// Whether a connection without it is refused.
    pub required: bool,
}

/// What a platform supplies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// One grant may reach many creators.
    pub agency_grants: bool,
    /// Single transactions with gross and net.
    pub earnings: bool,
    /// Refunds and chargebacks come as negative rows of their own.
    pub reversal_rows: bool,
    /// New and cancelled subscribers per day.
    pub subscriber_days: bool,
    /// Lists of subscribers and followers.
    pub fans: bool,
    /// What one fan has spent and when the subscription renews.
    pub fan_insights: bool,
    /// Chats and their messages, with the price and unlocking of paid ones.
    pub chats: bool,
    /// How many chats have something unread.
    pub unread_chats: bool,
    /// Signed notifications.
    pub webhooks: bool,
    /// Links that count what they bring.
    pub tracking_links: bool,
}

/// What a platform allows at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most fans that one call of `fan_insights` may name.
    pub fan_insights: usize,
    /// Requests per window and bucket.
    pub requests: u32,
    /// The length of that window.
    pub window: std::time::Duration,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn only_required_scopes_can_be_missing_and_silence_means_as_asked() {
        let scopes = &[
            Scope { name: "read:self", why: "", required: true },
            Scope { name: "read:chat", why: "", required: true },
            Scope { name: "openid", why: "", required: false },
        ];
        let url: Url = "https://auth.example".parse().unwrap();
        let oauth = OAuthProfile { authorize_url: url.clone(), token_url: url, scopes };
        assert!(oauth.missing(None).is_empty());
        assert_eq!(oauth.missing(Some(&["read:self".to_owned(), "new".to_owned()])), ["read:chat"]);
        assert_eq!(oauth.missing(Some(&[])), ["read:self", "read:chat"]);
    }
}
