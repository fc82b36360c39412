//! Ids: one type per noun, so that a creator's id is never taken for an account's. All are UUIDv7.

/// Declares an id type that travels as a plain UUID in JSON, URLs and SQL.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// An agency: the tenant.
    AgencyId;
    /// A person who signs in; may be a member of several agencies.
    UserId;
    /// A creator whom an agency manages.
    CreatorId;
    /// One OAuth grant on a platform.
    ConnectionId;
    /// One creator's page on a platform.
    AccountId;
    /// A link by which a creator connects her own account.
    ConnectLinkId;
    /// A span of time in which a chatter works on an account.
    AssignmentId;
    /// An invitation to an agency.
    InvitationId;
    /// A pasted list of addresses to invite.
    InvitationListId;
    /// A key of a person's device, by which they sign in.
    PasskeyId;
    /// A goal of a month.
    GoalId;
    /// Something that somebody should know.
    AlertId;
    /// A page of analytics that a member gave a name.
    SavedViewId;
    /// A statement file, and what became of it.
    StatementImportId;
    /// A monthly report.
    ReportId;
}
