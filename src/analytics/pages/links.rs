//! Where figures lead: to the list of the earnings that they are made of.

use crate::analytics::Chosen;
use crate::earnings::Filter;
use crate::ids::AccountId;
use crate::money::Currency;
use crate::period::Period;
use crate::platform::EarningSource;
use leptos::prelude::*;

/// So many accounts fit an address.
const MOST: usize = 25;

/// Addresses of the earnings of chosen accounts, or of all.
pub struct Links {
    /// None when there are too many to name.
    accounts: Option<Vec<AccountId>>,
}

impl Links {
    /// Those of the accounts of `chosen`.
    pub fn of(chosen: &Chosen) -> Self {
        let accounts = chosen.accounts.clone().unwrap_or_default();
        Self { accounts: (accounts.len() <= MOST).then_some(accounts) }
    }

    /// Those of one account.
    pub fn of_account(account: AccountId) -> Self {
        Self { accounts: Some(vec![account]) }
    }

    /// Where the earnings of `period` are listed.
    pub fn earnings(
        &self,
        period: Period,
        currency: Option<Currency>,
        source: Option<EarningSource>,
    ) -> Option<String> {
        let accounts = self.accounts.clone()?;
        Some(Filter { accounts, currency, source, ..Filter::of(period) }.address())
    }
}

/// `words` as a link, where there is one.
pub fn linked(words: String, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a class="opens" href=href>{words}</a> }.into_any(),
        None => words.into_any(),
    }
}
