//! One page of a list, and the opaque place where the next one starts.

use serde::{Deserialize, Serialize};

/// Where the next page starts. Opaque: store it, hand it back to the same call, and look at nothing inside.
///
/// It covers both styles of pagination, so that a caller never knows which one an endpoint has today.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

/// What a cursor says to the adapter that made it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Position<'a> {
    /// The number of a page, from 1.
    Number(u64),
    /// A token of the platform's.
    Token(&'a str),
}

impl Cursor {
    /// The cursor that [`Cursor::as_str`] gave.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The form to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn number(page: u64) -> Self {
        Self(format!("page:{page}"))
    }

    pub(super) fn token(token: &str) -> Self {
        Self(format!("token:{token}"))
    }

    /// A stored text without our prefix is taken for a bare token of the platform's.
    pub(super) fn position(&self) -> Position<'_> {
        let number = self.0.strip_prefix("page:").and_then(|n| n.parse().ok());
        match number {
            Some(number) => Position::Number(number),
            None => Position::Token(self.0.strip_prefix("token:").unwrap_or(&self.0)),
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the platform's order.
    pub items: Vec<T>,
    /// Where the next page starts; nothing at the end of the list.
    pub next: Option<Cursor>,
    /// Rows that could not be read and are missing from `items`. Anything but zero deserves a warning.
    pub skipped: usize,
}
