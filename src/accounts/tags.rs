//! Tags: words by which the agency groups its accounts as it likes. Creators and chatters do not see them.

use super::policy::ManageAccounts;
use super::store::tags as store;
use crate::audit::{self, Event};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use serde_json::json;
use std::collections::BTreeSet;

/// The most tags of one account.
const MOST: usize = 10;
/// The longest tag.
const MAX_LETTERS: usize = 40;
/// So many are offered to choose from.
const OFFERED: i64 = 300;

/// Gives the account these tags and no others, as they were typed: separated by commas.
///
/// # Errors
/// `Invalid` for too many or too long ones, `NotFound` for an account that is not the tenant's.
pub async fn set_tags(db: &Db, scope: &Scope<ManageAccounts>, id: AccountId, typed: &str) -> Result<()> {
    let tags = parse(typed).map_err(|sentence| Error::field("tags", sentence))?;
    let mut tx = db.begin(scope).await?;
    store::lock_account(&mut tx, id).await?;
    let (removed, added) = store::set(&mut tx, id, &tags).await?;
    if !(removed.is_empty() && added.is_empty()) {
        let event = Event::new("accounts.tagged").subject(id);
        audit::record(&mut tx, event.detail(json!({ "added": added, "removed": removed }))).await?;
    }
    tx.commit().await
}

/// The tags in use, by name; for whoever may see them already.
///
/// # Errors
/// When the database does not answer.
pub async fn used(tx: &mut AgencyTx) -> Result<Vec<String>> {
    store::list_used(tx, OFFERED).await
}

/// Tags as they are kept: in lower case, each once, by name, without space around or twice in a row.
fn parse(typed: &str) -> Result<Vec<String>, String> {
    let words = |tag: &str| tag.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let tags: BTreeSet<_> = typed.split([',', ';', '\n']).map(words).filter(|tag| !tag.is_empty()).collect();
    if tags.len() > MOST {
        return Err(format!("At most {MOST} tags fit an account; these are {}", tags.len()));
    }
    match tags.iter().find(|tag| tag.chars().count() > MAX_LETTERS || tag.chars().any(char::is_control)) {
        Some(tag) => {
            let begin: String = tag.chars().take(20).collect();
            Err(format!("A tag has at most {MAX_LETTERS} letters; “{begin}…” has more"))
        }
        None => Ok(tags.into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_plain_words_each_once() {
        let tags = parse(" VIP, new   face;vip,,Ünal\n").map_err(drop);
        assert_eq!(tags, Ok(vec!["new face".to_owned(), "vip".to_owned(), "ünal".to_owned()]));
        assert_eq!(parse("  "), Ok(vec![]));
    }

    #[test]
    fn too_many_or_too_long_ones_are_refused() {
        let many: Vec<_> = (0..11).map(|number| number.to_string()).collect();
        assert!(parse(&many.join(",")).is_err());
        assert!(parse(&many[..10].join(",")).is_ok());
        assert!(parse(&"x".repeat(41)).is_err());
        assert!(parse(&"ü".repeat(40)).is_ok());
    }
}
