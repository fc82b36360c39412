//! Pages of long lists by key: a page begins after a row or ends before one, so that rows that come or go meanwhile are
//! neither lost nor shown twice.

use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Which page is wanted. `K` is what the list is ordered by, unique to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn<K> {
    /// The first.
    First,
    /// The one that begins after this row.
    After(K),
    /// The one that ends before this row.
    Before(K),
}

impl<K: DeserializeOwned> Turn<K> {
    /// Reads what [`Page`] put into an address; what cannot be read is the first page.
    #[must_use]
    pub fn parse(after: Option<&str>, before: Option<&str>) -> Self {
        let read = |text: &str| serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok();
        match (after.and_then(read), before.and_then(read)) {
            (Some(key), _) => Self::After(key),
            (None, Some(key)) => Self::Before(key),
            (None, None) => Self::First,
        }
    }
}

impl<K> Turn<K> {
    /// Whether rows are read from the end towards the beginning.
    #[must_use]
    pub fn is_back(&self) -> bool {
        matches!(self, Self::Before(_))
    }

    /// The row at which the page begins or ends.
    #[must_use]
    pub fn key(&self) -> Option<&K> {
        match self {
            Self::First => None,
            Self::After(key) | Self::Before(key) => Some(key),
        }
    }
}

/// Some rows of a list, in its order, and the way to the pages around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The value of `before=` for the page before, if there is one.
    pub before: Option<String>,
    /// The value of `after=` for the page after, if there is one.
    pub after: Option<String>,
}

impl<T> Page<T> {
    /// A page of at most `size` rows from up to `size + 1` that were read in the direction of `turn`.
    #[must_use]
    pub fn of<K: Serialize>(mut rows: Vec<T>, turn: &Turn<K>, size: usize, key: impl Fn(&T) -> K) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        if turn.is_back() {
            rows.reverse();
        }
        let (has_before, has_after) = match turn {
            Turn::First => (false, more),
            Turn::After(_) => (true, more),
            Turn::Before(_) => (more, true),
        };
        let before = rows.first().filter(|_| has_before).map(|row| written(&key(row)));
        let after = rows.last().filter(|_| has_after).map(|row| written(&key(row)));
        Self { rows, before, after }
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        let Self { rows, before, after } = self;
        Page { rows: rows.into_iter().map(change).collect(), before, after }
    }
}

/// Keys are tuples of plain values, which always have a JSON form.
fn written(key: &impl Serialize) -> String {
    BASE64URL_NOPAD.encode(&serde_json::to_vec(key).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a database would answer for the whole numbers below 10.
    fn read(turn: &Turn<u8>, size: usize) -> Page<u8> {
        let mut rows: Vec<u8> = match turn {
            Turn::First => (0..10).collect(),
            Turn::After(key) => (key + 1..10).collect(),
            Turn::Before(key) => (0..*key).rev().collect(),
        };
        rows.truncate(size + 1);
        Page::of(rows, turn, size, |row| *row)
    }

    #[test]
    fn turning_forth_and_back_shows_every_row_in_order() {
        let mut page = read(&Turn::First, 4);
        assert_eq!((page.rows.as_slice(), page.before.is_some()), ([0, 1, 2, 3].as_slice(), false));
        page = read(&Turn::parse(page.after.as_deref(), None), 4);
        page = read(&Turn::parse(page.after.as_deref(), None), 4);
        assert_eq!((page.rows.as_slice(), page.after.is_some()), ([8, 9].as_slice(), false));
        page = read(&Turn::parse(None, page.before.as_deref()), 4);
        assert_eq!(page.rows, [4, 5, 6, 7]);
        page = read(&Turn::parse(None, page.before.as_deref()), 4);
        assert_eq!((page.rows.as_slice(), page.before.is_some()), ([0, 1, 2, 3].as_slice(), false));
    }

    #[test]
    fn nonsense_is_the_first_page() {
        assert_eq!(Turn::<u8>::parse(Some("%%"), Some("bnVsbA")), Turn::First);
        assert_eq!(Turn::<(u8, String)>::parse(None, None).key(), None);
    }
}
