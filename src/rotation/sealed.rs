//! Every column that the vault seals. One that is missing here fails a test (tests/it/rotation.rs), and would be lost with its key.

/// A column of sealed values, with what makes up their place: `Place { agency, table, row, column }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Whether rows belong to agencies; otherwise the place's agency is nil.
    pub tenant: bool,
    /// What names the row within its agency.
    pub key: Key,
}

/// The column that names a row, and how the place spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A UUID.
    Id(&'static str),
    /// A hash, in hex.
    Hash(&'static str),
}

const fn of_agency(table: &'static str, key: Key, column: &'static str) -> Sealed {
    Sealed { table, column, tenant: true, key }
}

const fn of_nobody(table: &'static str, key: Key, column: &'static str) -> Sealed {
    Sealed { table, column, tenant: false, key }
}

/// All of them.
pub const SEALED: &[Sealed] = &[
    of_agency("connections", Key::Id("id"), "access_token"),
    of_agency("connections", Key::Id("id"), "refresh_token"),
    of_agency("oauth_attempts", Key::Hash("state_hash"), "verifier"),
    of_nobody("mails", Key::Id("id"), "body"),
    of_nobody("totp_seeds", Key::Id("user_id"), "seed"),
];

impl Sealed {
    /// `connections.access_token`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

impl Key {
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Id(column) | Self::Hash(column) => column,
        }
    }

    /// The key as the place spells it.
    pub(super) fn as_text(self) -> String {
        match self {
            Self::Id(column) => format!("{column}::text"),
            Self::Hash(column) => format!("encode({column}, 'hex')"),
        }
    }

    /// The key from the text that is the statement's `parameter`.
    pub(super) fn of_text(self, parameter: &str) -> String {
        match self {
            Self::Id(_) => format!("{parameter}::text::uuid"),
            Self::Hash(_) => format!("decode({parameter}::text, 'hex')"),
        }
    }
}
