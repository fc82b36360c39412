//! Finding what somebody may open by the words that they type.

use super::policy::Search;
use super::store::{self, FoundRow, Wanted};
use super::types::{Found, Kind, pages};
use crate::accounts::policy::ViewAccounts;
use crate::audit::{self, Event};
use crate::auth::{Permission, Scope};
use crate::creators::policy::ViewCreators;
use crate::db::Db;
use crate::error::Result;
use crate::platform::PlatformKind;
use crate::words::{like, words};

/// So many of each kind.
const EACH: usize = 6;
/// Fans who are weighed up for one word; of several words the rest is checked on them, so more are needed.
const CANDIDATES: i64 = 300;
const MORE_CANDIDATES: i64 = 3000;

/// What begins with the words of `typed`: pages first, then creators, accounts, and the fans who spent most. Nothing typed
/// finds the pages.
///
/// # Errors
/// When the database does not answer.
pub async fn find(db: &Db, scope: &Scope<Search>, typed: &str) -> Result<Vec<Found>> {
    let (role, words) = (scope.member().role(), words(typed));
    let mut found: Vec<_> = pages(role, &words)
        .take(if words.is_empty() { usize::MAX } else { EACH })
        .map(|place| Found {
            kind: Kind::Page,
            title: place.title.to_owned(),
            sub: String::new(),
            href: place.href.to_owned(),
        })
        .collect();
    let (creators, accounts) =
        (ViewCreators::INFO.roles.contains(&role), ViewAccounts::INFO.roles.contains(&role));
    let Some(word) = words.first().filter(|_| creators || accounts) else { return Ok(found) };
    let starts: Vec<_> = words.iter().map(|word| like(word)).collect();
    let wanted = Wanted {
        starts: &starts,
        word,
        beyond: &format!("{word}\u{10FFFF}"),
        candidates: if words.len() > 1 { MORE_CANDIDATES } else { CANDIDATES },
        creators,
        accounts,
        each: i64::try_from(EACH).unwrap_or(i64::MAX),
    };
    let mut tx = db.begin(scope).await?;
    let rows = store::list(&mut tx, &wanted).await?;
    let fans_of: Vec<_> =
        rows.iter().filter(|row| row.kind == "fan").filter_map(|row| row.account.clone()).collect();
    if !fans_of.is_empty() {
        audit::record_views(&mut tx, Event::new("search.fans_found"), fans_of).await?;
        tx.commit().await?;
    }
    found.extend(rows.into_iter().map(of_row));
    found.sort_by_key(|it| it.kind);
    Ok(found)
}

fn of_row(row: FoundRow) -> Found {
    let handle = row.handle.filter(|handle| !handle.is_empty());
    let at = handle.as_ref().map(|handle| format!("@{handle}"));
    let of = row.of.unwrap_or_default();
    match (row.kind.as_str(), row.account) {
        ("fan", Some(account)) => {
            let name = if row.name.is_empty() { row.id.clone() } else { row.name };
            let typed = at.clone().unwrap_or_else(|| name.clone());
            let address = crate::ui::Address::parse(&format!("/accounts/{account}/subscribers"));
            let href = address.with("show", "all").with("q", typed).to_string();
            let sub = [at, Some(format!("fan of {of}"))].into_iter().flatten().collect::<Vec<_>>().join(", ");
            Found { kind: Kind::Fan, title: name, sub, href }
        }
        ("account", _) => {
            let handle = handle.unwrap_or_default();
            let sub = of.parse::<PlatformKind>().map(|it| it.place(&handle)).unwrap_or_default();
            Found { kind: Kind::Account, title: row.name, sub, href: format!("/accounts/{}", row.id) }
        }
        _ => {
            let href = format!("/creators/{}", row.id);
            Found { kind: Kind::Creator, title: row.name, sub: String::new(), href }
        }
    }
}
