//! Which accounts a page of analytics is of: read from the address bar, found within the agency in one statement.
//!
//! A page reads it by `Selection::parse(&Address::parse(&visitor.path))`, finds its accounts by [`choose`] in the transaction
//! that reads the figures, and shows `<FilterBar>` (pages/filters.rs). What is named and is not there selects nothing.

use super::store::{selection as store, views as views_store};
use super::views::SavedView;
use crate::db::AgencyTx;
use crate::error::Result;
use crate::ids::{AccountId, CreatorId, UserId};
use crate::ui::Address;

/// What the address bar says: `account=…&account=…&creator=…&tag=…&chatter=…`. Everything named has to hold, save that any of
/// several accounts will do. An id that cannot be read is nobody's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// These, when there are any.
    pub accounts: Vec<AccountId>,
    /// Those of this creator.
    pub creator: Option<CreatorId>,
    /// Those with this tag.
    pub tag: Option<String>,
    /// Those that this member works on now.
    pub chatter: Option<UserId>,
}

/// So many accounts can be named in an address.
const MOST: usize = 50;

impl Selection {
    /// The names by which an address holds a selection.
    pub const NAMES: [&str; 4] = ["account", "creator", "tag", "chatter"];

    /// Reads an address; what is empty is not named.
    #[must_use]
    pub fn parse(address: &Address) -> Self {
        let named = |wanted: &'static str| {
            let pairs = address.pairs().iter().filter(move |(name, _)| name == wanted);
            pairs.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let mut accounts: Vec<_> = named("account").map(|id| id.parse().unwrap_or(NO_ACCOUNT)).collect();
        accounts.sort();
        accounts.dedup();
        accounts.truncate(MOST);
        Self {
            accounts,
            creator: named("creator").next().map(|id| id.parse().unwrap_or(CreatorId(uuid::Uuid::nil()))),
            tag: named("tag").next().map(str::to_lowercase),
            chatter: named("chatter").next().map(|id| id.parse().unwrap_or(UserId(uuid::Uuid::nil()))),
        }
    }

    /// Whether nothing is named, so that the whole agency is meant.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// The same as the pairs of an address.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let accounts = self.accounts.iter().map(|id| ("account", id.to_string()));
        let creator = self.creator.map(|id| ("creator", id.to_string()));
        let tag = self.tag.clone().map(|tag| ("tag", tag));
        let chatter = self.chatter.map(|id| ("chatter", id.to_string()));
        accounts.chain(creator).chain(tag).chain(chatter).collect()
    }
}

const NO_ACCOUNT: AccountId = AccountId(uuid::Uuid::nil());

/// A selection, and the accounts that it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// What was asked for.
    pub selection: Selection,
    /// The accounts found; nothing when the whole agency is meant.
    pub accounts: Option<Vec<AccountId>>,
    /// What is named, in words.
    pub named: Vec<Named>,
}

/// Something that a selection names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name of the pair in the address: one of [`Selection::NAMES`].
    pub pair: &'static str,
    /// Its value in the address.
    pub value: String,
    /// What it is called; nothing when it is not there (any more).
    pub words: Option<String>,
}

impl Chosen {
    /// Whether something is selected, and no account is found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.accounts.as_ref().is_some_and(Vec::is_empty)
    }
}

/// Finds the accounts of `selection` within reach.
///
/// # Errors
/// When the database does not answer.
pub async fn choose(tx: &mut AgencyTx, selection: Selection) -> Result<Chosen> {
    if selection.is_everything() {
        return Ok(Chosen::default());
    }
    let found = store::find(tx, &selection).await?;
    let account = |id: &AccountId| {
        let known = found.named_ids.iter().position(|it| it == id);
        known.and_then(|at| found.named_names.get(at)).cloned()
    };
    let words = |pair: &'static str, value: &str| match pair {
        "account" => value.parse().ok().and_then(|id| account(&id)),
        "creator" => found.creator.clone(),
        "chatter" => found.chatter.clone(),
        _ => found.tag_is_known.then(|| value.to_owned()),
    };
    let named = selection.pairs().into_iter();
    let named = named.map(|(pair, value)| Named { pair, words: words(pair, &value), value }).collect();
    Ok(Chosen { selection, accounts: Some(found.ids), named })
}

/// What a filter bar offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Accounts: id, name and handle. Those that fit the words typed, where there are more than fit a list.
    pub accounts: Vec<(AccountId, String)>,
    /// Whether there are more accounts than are offered.
    pub more_accounts: bool,
    /// Creators with an account.
    pub creators: Vec<(CreatorId, String)>,
    /// Tags in use.
    pub tags: Vec<String>,
    /// Members who work on accounts now.
    pub chatters: Vec<(UserId, String)>,
    /// The views that whoever looks saved, by name.
    pub views: Vec<SavedView>,
}

/// So many accounts, creators, tags and chatters are offered at most.
const OFFERED: usize = 300;

/// What can be selected; of the accounts those whose name or handle has `words` in it.
///
/// # Errors
/// When the database does not answer.
pub async fn offers(tx: &mut AgencyTx, words: Option<&str>) -> Result<Offers> {
    let limit = i64::try_from(OFFERED + 1).unwrap_or(i64::MAX);
    let words = words.map(|words| crate::words::like(&words.trim().to_lowercase()));
    let mut offers = store::list_offers(tx, words.as_deref(), limit).await?;
    offers.more_accounts = offers.accounts.len() > OFFERED;
    offers.accounts.truncate(OFFERED);
    if let Some(user) = tx.actor().user_id {
        offers.views = views_store::list(tx, user, limit).await?;
    }
    Ok(offers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_says() {
        let (account, creator) = (uuid::Uuid::from_u128(7), uuid::Uuid::from_u128(8));
        let address =
            format!("/analytics?account={account}&tag=VIP&creator={creator}&account={account}&chatter=");
        let selection = Selection::parse(&Address::parse(&address));
        assert_eq!(selection.accounts, [AccountId(account)], "each once");
        assert_eq!((selection.creator, selection.chatter), (Some(CreatorId(creator)), None));
        assert_eq!(selection.tag.as_deref(), Some("vip"));
        let again = selection
            .pairs()
            .into_iter()
            .fold(String::from("/x?"), |address, (name, value)| format!("{address}{name}={value}&"));
        assert_eq!(Selection::parse(&Address::parse(&again)), selection);
    }

    #[test]
    fn what_cannot_be_read_selects_nothing_rather_than_everything() {
        let selection = Selection::parse(&Address::parse("/analytics?creator=zoe"));
        assert!(!selection.is_everything());
        assert!(Selection::parse(&Address::parse("/analytics?creator=&account=")).is_everything());
    }
}
