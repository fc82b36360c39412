//! A signed-in person in one agency. Made only here, from the database.

use super::SessionLimits;
use crate::db::{Db, Reach};
use crate::error::Result;
use crate::ids::{AgencyId, UserId};
use crate::money::Currency;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// What a member is in the agency. The order is not a ranking: policies name roles one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees and decides everything.
    Owner,
    /// Runs the day.
    Manager,
    /// Answers fans of the assigned accounts.
    Chatter,
    /// A creator, for her own accounts.
    Creator,
    /// Keeps the compliance records.
    Compliance,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Manager, Self::Chatter, Self::Creator, Self::Compliance];

    /// The role's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Chatter => "chatter",
            Self::Creator => "creator",
            Self::Compliance => "compliance",
        }
    }

    /// The role as people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Manager => "Manager",
            Self::Chatter => "Chatter",
            Self::Creator => "Creator",
            Self::Compliance => "Compliance officer",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// A person in an agency with a role, as read from the database for this request.
#[derive(Clone, Debug)]
pub struct Member {
    user_id: UserId,
    agency_id: AgencyId,
    role: Role,
    name: String,
    email: String,
    email_verified: bool,
    agency_name: String,
    zone: Option<Tz>,
    currency: Currency,
    agencies: i64,
    session_limits: SessionLimits,
    second_factor_due: Option<DateTime<Utc>>,
}

impl Member {
    /// The person's membership in `agency`, or in the one joined first when that is not (or no longer) theirs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn lookup(db: &Db, user: UserId, agency: Option<AgencyId>) -> Result<Option<Self>> {
        let mut tx = db.begin_system("identify the member of a request").await?;
        let row = sqlx::query!(
            r#"select m.agency_id as "agency_id: AgencyId", m.role as "role: Role", u.name, u.email,
                      u.email_verified_at is not null as "email_verified!", a.name as agency_name,
                      a.time_zone, a.currency, a.session_idle_minutes, a.session_days, count(*) over () as "agencies!",
                      greatest(f.required_since, m.joined_at, m.role_since) + make_interval(days => f.grace_days) as due
               from members m join users u on u.id = m.user_id join agencies a on a.agency_id = m.agency_id
               left join second_factor_rules f
                 on f.agency_id = m.agency_id and f.role = m.role and u.second_factor_since is null
               where m.user_id = $1 and m.removed_at is null and a.deleted_at is null
               order by m.agency_id = $2 desc nulls last, m.joined_at, m.agency_id limit 1"#,
            user as UserId,
            agency as Option<AgencyId>
        )
        .fetch_optional(tx.conn())
        .await?;
        Ok(row.map(|row| Self {
            user_id: user,
            agency_id: row.agency_id,
            role: row.role,
            name: row.name,
            email: row.email,
            email_verified: row.email_verified,
            agency_name: row.agency_name,
            zone: row.time_zone.parse().ok().filter(|zone| *zone != Tz::UTC),
            currency: row.currency.parse().unwrap_or(Currency::USD),
            agencies: row.agencies,
            session_limits: SessionLimits {
                idle: TimeDelta::minutes(row.session_idle_minutes.into()),
                age: TimeDelta::days(row.session_days.into()),
            },
            second_factor_due: row.due,
        }))
    }

    /// The person.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    /// The agency they act in.
    #[must_use]
    pub fn agency_id(&self) -> AgencyId {
        self.agency_id
    }

    /// What they are there.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Which of the agency's accounts they may touch.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self.role {
            Role::Owner | Role::Manager => Reach::Agency,
            Role::Chatter | Role::Creator | Role::Compliance => Reach::Of(self.user_id),
        }
    }

    /// The person's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The person's address, in lower case.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Whether the address was confirmed.
    #[must_use]
    pub fn email_verified(&self) -> bool {
        self.email_verified
    }

    /// The agency's name.
    #[must_use]
    pub fn agency_name(&self) -> &str {
        &self.agency_name
    }

    /// The zone in which the agency reads times; `None` is UTC, which times then say.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.zone
    }

    /// The agency's own currency: what is shown where there is nothing yet.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// For how long the agency lets their sessions go on.
    #[must_use]
    pub fn session_limits(&self) -> SessionLimits {
        self.session_limits
    }

    /// Until when the person must have set up a second factor, if their role needs one and they have none.
    #[must_use]
    pub fn second_factor_due(&self) -> Option<DateTime<Utc>> {
        self.second_factor_due
    }

    /// Whether the person can switch to another agency.
    #[must_use]
    pub fn has_several_agencies(&self) -> bool {
        self.agencies > 1
    }
}
