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
    /// Nothing when there are none, or too many to name; none named are all.
    accounts: Option<Vec<AccountId>>,
}

impl Links {
    /// Those of the accounts of `chosen`.
    pub fn of(chosen: &Chosen) -> Self {
        let accounts = match &chosen.accounts {
            None => Some(Vec::new()),
            Some(ids) => (1..=MOST).contains(&ids.len()).then(|| ids.clone()),
        };
        Self { accounts }
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

    /// Where what was taken back in `period` is listed.
    pub fn taken_back(&self, period: Period, currency: Currency) -> Option<String> {
        let accounts = self.accounts.clone()?;
        let filter = Filter { accounts, taken_back: true, ..Filter::of(period).in_currency(currency) };
        Some(filter.address())
    }
}

/// `words` as a link, where there is one.
pub fn linked(words: String, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a class="opens" href=href>{words}</a> }.into_any(),
        None => words.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    #[test]
    fn an_empty_selection_leads_nowhere() {
        let period = Period { start: NaiveDate::MIN, end: NaiveDate::MAX };
        let leads = |accounts| {
            let links = Links::of(&Chosen { accounts, ..Chosen::default() });
            links.earnings(period, None, None).is_some()
                && links
                    .taken_back(period, Currency::USD)
                    .is_some_and(|href| href.contains("taken_back=true"))
        };
        let one = AccountId(uuid::Uuid::nil());
        assert!(leads(None) && leads(Some(vec![one])));
        assert!(!leads(Some(Vec::new())) && !leads(Some(vec![one; MOST + 1])));
    }
}
