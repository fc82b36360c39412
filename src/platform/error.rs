//! What can go wrong when speaking to a platform. No variant ever holds a secret.

use std::time::Duration;

/// The answer of every call to a platform.
pub type PlatformResult<T> = Result<T, PlatformError>;

/// Why a call to a platform failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// The token endpoint said `invalid_grant`: the chain is dead and the creator must reconnect. Nothing else says so.
    #[error("the platform no longer accepts this connection")]
    InvalidGrant,
    /// The access token is not accepted (any more).
    #[error("the platform did not accept the access token")]
    Unauthorized,
    /// The grant does not cover the call.
    #[error("the connection lacks a permission for this")]
    MissingScope,
    /// Too many requests.
    #[error("the platform asks to wait {} s", retry_after.as_secs())]
    RateLimited {
        /// How long to wait, at least a second and at most an hour.
        retry_after: Duration,
    },
    /// The platform itself is in trouble (5xx).
    #[error("the platform is unavailable (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// No complete answer in time. Of a write it is unknown whether it happened.
    #[error("the platform did not answer in time")]
    TimedOut,
    /// No connection, or it broke before the answer was complete. Of a write it is unknown whether it happened.
    #[error("the platform could not be reached")]
    Unreachable,
    /// The answer is not what it should be: truncated or of another shape.
    #[error("the platform's answer could not be read: {what}")]
    Malformed {
        /// What was unreadable, in our words and never the platform's.
        what: &'static str,
    },
    /// The platform refused this very request; the same request again gets the same answer.
    #[error("the platform refused the request (status {status}): {message}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The platform's own words, shortened.
        message: String,
    },
    /// The API version that this program speaks is switched off: only an update helps.
    #[error("the platform no longer speaks our version of its API")]
    UnsupportedVersion {
        /// The version that it names as the next one.
        next: Option<String>,
    },
}

impl PlatformError {
    /// Whether the same call may succeed later with nothing changed on our side.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Unavailable { .. }
                | Self::TimedOut
                | Self::Unreachable
                | Self::Malformed { .. }
        )
    }

    /// How long the platform asks us to wait, when it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// Whether the platform says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Rejected { status: 404, .. })
    }

    /// One word for metrics and logs.
    pub fn label(&self) -> &'static str {
        match self {
            Self::InvalidGrant => "invalid_grant",
            Self::Unauthorized => "unauthorized",
            Self::MissingScope => "missing_scope",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable { .. } => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::Malformed { .. } => "malformed",
            Self::Rejected { .. } => "rejected",
            Self::UnsupportedVersion { .. } => "unsupported_version",
        }
    }
}
