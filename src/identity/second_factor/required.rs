//! Of which roles an agency requires a second factor, and how many days they have to set one up.

use super::store::{self, Rule};
use crate::agencies::policy::ManageSecurity;
use crate::audit::{self, Event};
use crate::auth::{Fresh, Role, Scope};
use crate::db::Db;
use crate::error::{Error, Result};
use serde_json::json;

/// The days of grace that are offered.
pub const GRACE_DAYS: [i32; 5] = [0, 3, 7, 14, 30];

/// What an agency requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The roles that need a second factor.
    pub roles: Vec<Role>,
    /// How many days a member has to set one up.
    pub grace_days: i32,
}

impl Requirement {
    fn of(rules: &[Rule]) -> Self {
        let grace_days = rules.first().map_or(7, |rule| rule.grace_days);
        Self { roles: rules.iter().map(|rule| rule.role).collect(), grace_days }
    }
}

/// What the agency requires.
///
/// # Errors
/// When the database does not answer.
pub async fn requirement(db: &Db, scope: &Scope<ManageSecurity>) -> Result<Requirement> {
    let mut tx = db.begin(scope).await?;
    Ok(Requirement::of(&store::list_rules(&mut tx).await?))
}

/// Requires a second factor of exactly these roles. Of a role that needed one before, grace still counts from then.
///
/// # Errors
/// `Invalid` for days that are not offered.
pub(super) async fn require(db: &Db, scope: &Fresh<ManageSecurity>, wanted: &Requirement) -> Result<()> {
    if !GRACE_DAYS.contains(&wanted.grace_days) {
        return Err(Error::field("grace_days", "Choose one of the offered numbers of days"));
    }
    let mut tx = db.begin(scope).await?;
    store::lock_rules(&mut tx).await?;
    let before = store::list_rules(&mut tx).await?;
    for role in Role::ALL {
        if wanted.roles.contains(&role) {
            store::set_rule(&mut tx, Rule { role, grace_days: wanted.grace_days }).await?;
        } else {
            store::remove_rule(&mut tx, role).await?;
        }
    }
    let words = |roles: Vec<Role>| roles.into_iter().map(Role::as_str).collect::<Vec<_>>();
    let before = Requirement::of(&before);
    let detail = json!({
        "roles": { "from": words(before.roles), "to": words(wanted.roles.clone()) },
        "grace_days": { "from": before.grace_days, "to": wanted.grace_days },
    });
    let event = Event::new("agencies.second_factor_required").subject(tx.agency_id()).detail(detail);
    audit::record(&mut tx, event).await?;
    tx.commit().await
}
