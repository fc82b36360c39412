//! Reading the audit log: entries of both chains as one list, with names for what they concern.

use super::check::{self, Check};
use super::policy::ViewAudit;
use super::service::{Event, record_view};
use super::store::{self, ListedRow, NamedRow, Wanted};
use super::types::{Chain, Filter, Key};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::UserId;
use crate::keyset::{Page, Turn};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Entries on one page.
pub const PAGE: usize = 50;
/// People that a filter offers.
const MAX_PEOPLE: i64 = 500;
/// Things that a part of a name stands for at most.
const MAX_SUBJECTS: i64 = 200;

/// What an entry concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// As it was written: an id, mostly.
    pub id: String,
    /// What that is called now, where it is known.
    pub name: Option<String>,
    /// What it is: `creator`, `account`, `person`.
    pub kind: Option<String>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its place.
    pub key: Key,
    /// `member`, `creator link`, `system: <reason>`.
    pub actor: String,
    /// The person, and what they are called now.
    pub person: Option<(UserId, Option<String>)>,
    /// The event's name.
    pub event: String,
    /// What it concerns.
    pub subject: Option<Subject>,
    /// What else is known. Ids in it that have a name carry it.
    pub detail: Vec<(String, String)>,
    /// The same as it was written.
    pub written: Value,
    /// From which address.
    pub ip: Option<String>,
    /// Under which request.
    pub request_id: Option<String>,
    /// The entry's hash.
    pub hash: Vec<u8>,
}

impl Listed {
    /// When.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.key.0
    }
}

/// What the audit page shows.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The entries.
    pub page: Page<Listed>,
    /// Who can be filtered by.
    pub people: Vec<(UserId, String)>,
    /// What is known of the chains.
    pub check: Check,
    /// For how many days views are kept.
    pub kept_days: i32,
}

/// A page of the entries that `filter` finds. That somebody read the log is a view of its own.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &Db, scope: &Scope<ViewAudit>, filter: &Filter, turn: &Turn<Key>) -> Result<Listing> {
    let mut tx = db.begin(scope).await?;
    let entries = entries(&mut tx, filter, scope.member().zone(), turn, PAGE + 1).await?;
    let listing = Listing {
        page: Page::of(entries, turn, PAGE, |entry| entry.key),
        people: store::list_people(&mut tx, MAX_PEOPLE).await?,
        check: check::last_check(&mut tx).await?,
        kept_days: store::lookup_retention(&mut tx).await?,
    };
    record_view(&mut tx, Event::new("audit.viewed")).await?;
    tx.commit().await?;
    Ok(listing)
}

/// Up to `limit` entries in the direction of `turn`, with names.
pub(super) async fn entries(
    tx: &mut AgencyTx,
    filter: &Filter,
    zone: Option<Tz>,
    turn: &Turn<Key>,
    limit: usize,
) -> Result<Vec<Listed>> {
    let subjects = match &filter.on {
        Some(text) => Some(subjects(tx, text).await?),
        None => None,
    };
    let (from, end) = filter.times(zone);
    let wanted = Wanted { filter, subjects: subjects.as_deref(), from, end };
    let rows = store::list(tx, &wanted, turn, i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    let mut ids: Vec<Uuid> = rows.iter().flat_map(ids_of).collect();
    ids.sort_unstable();
    ids.dedup();
    let named = if ids.is_empty() { Vec::new() } else { store::list_named(tx, &ids).await? };
    let named: BTreeMap<String, NamedRow> = named.into_iter().map(|row| (row.id.to_string(), row)).collect();
    Ok(rows.into_iter().map(|row| listed(row, &named)).collect())
}

/// What a text stands for: itself, and whatever has it in its name.
async fn subjects(tx: &mut AgencyTx, text: &str) -> Result<Vec<String>> {
    let mut subjects = vec![text.to_owned()];
    if text.parse::<Uuid>().is_err() {
        subjects.extend(store::find_named(tx, text, MAX_SUBJECTS).await?);
    }
    Ok(subjects)
}

/// Every id that an entry holds.
fn ids_of(row: &ListedRow) -> Vec<Uuid> {
    fn within(value: &Value, ids: &mut Vec<Uuid>) {
        match value {
            Value::String(text) => ids.extend(text.parse::<Uuid>()),
            Value::Array(values) => values.iter().for_each(|value| within(value, ids)),
            Value::Object(pairs) => pairs.values().for_each(|value| within(value, ids)),
            _ => {}
        }
    }
    let mut ids: Vec<Uuid> = row.subject.iter().filter_map(|it| it.parse().ok()).collect();
    within(&row.detail, &mut ids);
    ids
}

fn listed(row: ListedRow, named: &BTreeMap<String, NamedRow>) -> Listed {
    let chain = if row.chain == Chain::Views.number() { Chain::Views } else { Chain::Changes };
    let subject = row.subject.map(|id| {
        let known = named.get(&id);
        Subject { name: known.map(|it| it.name.clone()), kind: known.map(|it| it.kind.clone()), id }
    });
    Listed {
        key: (row.at, chain, row.seq),
        actor: row.actor,
        person: row.user_id.map(|user| (user, row.person)),
        event: row.event,
        subject,
        detail: pairs(&row.detail, named),
        written: row.detail,
        ip: row.ip,
        request_id: row.request_id,
        hash: row.hash,
    }
}

/// The parts of a detail as people read them: `time zone`, `from UTC to Europe/Berlin`.
fn pairs(detail: &Value, named: &BTreeMap<String, NamedRow>) -> Vec<(String, String)> {
    let Value::Object(parts) = detail else { return Vec::new() };
    // What was before and what is now belong together.
    if let (2, Some(from), Some(to)) = (parts.len(), parts.get("from"), parts.get("to"))
        && !(looks_like_day(from) || looks_like_day(to))
    {
        return vec![("change".to_owned(), change(from, to, named))];
    }
    parts.iter().map(|(name, value)| (name.replace('_', " "), text(value, named))).collect()
}

/// `from` and `to` are days in what an export was filtered by.
fn looks_like_day(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<chrono::NaiveDate>().is_ok())
}

fn change(from: &Value, to: &Value, named: &BTreeMap<String, NamedRow>) -> String {
    format!("from {} to {}", text(from, named), text(to, named))
}

fn text(value: &Value, named: &BTreeMap<String, NamedRow>) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => named.get(text).map_or_else(|| text.clone(), |it| it.name.clone()),
        Value::Array(values) => values.iter().map(|it| text(it, named)).collect::<Vec<_>>().join(", "),
        Value::Object(parts) => match (parts.len(), parts.get("from"), parts.get("to")) {
            (2, Some(from), Some(to)) => change(from, to, named),
            _ => {
                let part = |(name, value): (&String, &Value)| format!("{name}: {}", text(value, named));
                parts.iter().map(part).collect::<Vec<_>>().join("; ")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn details_are_read_as_pairs_and_ids_by_their_names() {
        let id = Uuid::from_u128(5);
        let row = NamedRow { id, kind: "creator".to_owned(), name: "Mia Hart".to_owned() };
        let named = BTreeMap::from([(id.to_string(), row)]);
        let read = |detail| pairs(&detail, &named);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read(json!({"from": null, "to": id})), [pair("change", "from nothing to Mia Hart")]);
        assert_eq!(
            read(json!({"time_zone": {"from": "UTC", "to": "Europe/Berlin"}})),
            [pair("time zone", "from UTC to Europe/Berlin")]
        );
        assert_eq!(read(json!({"from": "2026-11-01", "to": "2026-11-30"})).len(), 2);
        assert_eq!(
            read(json!({"accounts": [id, 7], "sent": true})),
            [pair("accounts", "Mia Hart, 7"), pair("sent", "yes")]
        );
    }
}
