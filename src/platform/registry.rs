//! Which platforms there are, and one client for each that is configured.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::PlatformClient;

/// A platform that an adapter exists for. The stored and spoken form is [`PlatformKind::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformKind {
    /// Fanvue.
    Fanvue,
    /// Any without an API, whose earnings come from statement files. It has no client: nothing is ever asked of it.
    Statement,
}

impl PlatformKind {
    /// Every platform, in the order in which a list shows them.
    pub const ALL: [Self; 2] = [Self::Fanvue, Self::Statement];

    /// The form in the database, in addresses and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fanvue => "fanvue",
            Self::Statement => "statement",
        }
    }

    /// The name as its owners write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fanvue => "Fanvue",
            Self::Statement => "Statements",
        }
    }

    /// Where an account with this handle is. One of statements has the platform's name for a handle, as somebody typed it.
    #[must_use]
    pub fn place(self, handle: &str) -> String {
        match self {
            Self::Statement => format!("{handle}, by statements"),
            platform => format!("@{handle} on {}", platform.name()),
        }
    }
}

impl fmt::Display for PlatformKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no adapter answers to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no platform is called \"{0}\"")]
pub struct UnknownPlatform(pub String);

impl FromStr for PlatformKind {
    type Err = UnknownPlatform;

    fn from_str(name: &str) -> Result<Self, UnknownPlatform> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| UnknownPlatform(name.to_owned()))
    }
}

/// The clients of this process, one per configured platform. Cheap to clone.
#[derive(Clone, Default)]
pub struct Platforms(Arc<BTreeMap<PlatformKind, Arc<dyn PlatformClient>>>);

impl Platforms {
    /// A registry of these clients; of two for the same platform the later one counts.
    pub fn new(clients: impl IntoIterator<Item = Arc<dyn PlatformClient>>) -> Self {
        Self(Arc::new(clients.into_iter().map(|client| (client.platform().kind, client)).collect()))
    }

    /// The client for a platform, or nothing when this installation has no settings for it.
    pub fn get(&self, kind: PlatformKind) -> Option<&Arc<dyn PlatformClient>> {
        self.0.get(&kind)
    }

    /// Every configured client, in the order of [`PlatformKind`].
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn PlatformClient>> {
        self.0.values()
    }
}

impl fmt::Debug for Platforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_has_a_name_that_leads_back_to_it() {
        for kind in PlatformKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(kind.to_string(), kind.as_str());
        }
        assert_eq!("friendster".parse::<PlatformKind>(), Err(UnknownPlatform("friendster".to_owned())));
        assert!(Platforms::default().get(PlatformKind::Fanvue).is_none());
    }
}
