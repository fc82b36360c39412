//! Which earnings are looked at, and what one of them is in a list.

use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::platform::{EarningSource, EarningStatus};
use chrono::{DateTime, Days, NaiveDate, Utc};
use reqwest::Url;

/// Which earnings are meant. Nothing leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of which accounts; none is all of the agency's.
    pub accounts: Vec<AccountId>,
    /// In which currency.
    pub currency: Option<Currency>,
    /// Refunds and chargebacks alone.
    pub taken_back: bool,
    /// What was paid for.
    pub source: Option<EarningSource>,
    /// Whether it can be paid out.
    pub status: Option<EarningStatus>,
    /// The first UTC day.
    pub from: Option<NaiveDate>,
    /// The last UTC day, included.
    pub to: Option<NaiveDate>,
}

impl Filter {
    /// Reads the pairs of an address; what is empty, or cannot be read, leaves nothing out.
    #[must_use]
    pub fn read(pairs: &[(String, String)]) -> Self {
        let texts = |name: &str| {
            let named = pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.trim());
            named.filter(|text| !text.is_empty()).collect::<Vec<_>>()
        };
        let text = |name: &str| texts(name).first().copied();
        Self {
            accounts: texts("account").into_iter().filter_map(|id| id.parse().ok()).collect(),
            currency: text("currency").and_then(|code| code.parse().ok()),
            taken_back: text("taken_back").is_some(),
            source: text("source").map(EarningSource::parse),
            status: text("status").map(EarningStatus::parse),
            from: text("from").and_then(|day| day.parse().ok()),
            to: text("to").and_then(|day| day.parse().ok()),
        }
    }

    /// All earnings of `period`: those that a figure of these days is made of.
    #[must_use]
    pub fn of(period: Period) -> Self {
        Self { from: Some(period.start), to: Some(period.last_day()), ..Self::default() }
    }

    /// Those of them in one currency.
    #[must_use]
    pub fn in_currency(self, currency: Currency) -> Self {
        Self { currency: Some(currency), ..self }
    }

    /// Those of them that were paid for `source`.
    #[must_use]
    pub fn from_source(self, source: EarningSource) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Those of them that one account earned.
    #[must_use]
    pub fn of_account(self, account: AccountId) -> Self {
        Self { accounts: vec![account], ..self }
    }

    /// The page that lists them under their sum: of one account, its own; else the agency's.
    #[must_use]
    pub fn address(&self) -> String {
        let path = match self.accounts.as_slice() {
            [one] => format!("/accounts/{one}/earnings"),
            _ => "/earnings".to_owned(),
        };
        let Ok(mut url) = Url::parse("http://here.invalid/") else { return path };
        if self.accounts.len() > 1 {
            url.query_pairs_mut().extend_pairs(self.accounts.iter().map(|id| ("account", id.to_string())));
        }
        url.query_pairs_mut().extend_pairs(self.pairs());
        match url.query() {
            Some(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path,
        }
    }

    /// The same as the pairs of an address, without the accounts.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let pairs = [
            ("source", self.source.as_ref().map(|it| it.as_str().to_owned())),
            ("status", self.status.as_ref().map(|it| it.as_str().to_owned())),
            ("currency", self.currency.map(|it| it.to_string())),
            ("taken_back", self.taken_back.then(|| "true".to_owned())),
            ("from", day(self.from)),
            ("to", day(self.to)),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Whether anything of the accounts' earnings is left out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        *self != Self { accounts: self.accounts.clone(), ..Self::default() }
    }

    /// The day after the last.
    #[must_use]
    pub fn end(&self) -> Option<NaiveDate> {
        self.to.and_then(|day| day.checked_add_days(Days::new(1)))
    }
}

/// An earning's place, the newest first: when it was, of which account, and the platform's id.
pub type Key = (DateTime<Utc>, AccountId, String);

/// One earning in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEarning {
    /// Whose.
    pub account: AccountId,
    /// The account's name here.
    pub account_name: String,
    /// The platform's id.
    pub transaction_id: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// What the fan paid.
    pub gross: Money,
    /// What is left after the platform's fee.
    pub net: Money,
    /// What was paid for.
    pub source: EarningSource,
    /// Whether it can be paid out.
    pub status: EarningStatus,
    /// The earning that this one takes back.
    pub reverses: Option<String>,
    /// Who paid, by the name known best.
    pub fan: Option<String>,
    /// The payer's name on the platform, without the @.
    pub fan_handle: Option<String>,
}

/// What earnings of one currency add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// What fans paid.
    pub gross: Money,
    /// What is left after the platform's fees.
    pub net: Money,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn pairs(address: &str) -> Vec<(String, String)> {
        let url = Url::parse(&format!("http://here.invalid{address}")).unwrap();
        url.query_pairs().into_owned().collect()
    }

    #[test]
    fn an_address_reads_back_what_it_says() {
        let [one, other] = [AccountId(uuid::Uuid::from_u128(1)), AccountId(uuid::Uuid::from_u128(2))];
        let filter = Filter {
            accounts: vec![one, other],
            currency: Some(Currency::USD),
            taken_back: true,
            source: Some(EarningSource::parse("a&b")),
            status: Some(EarningStatus::Available),
            from: "2026-11-01".parse().ok(),
            to: "2026-11-30".parse().ok(),
        };
        assert_eq!(filter.end(), "2026-12-01".parse().ok());
        let address = filter.address();
        assert!(address.starts_with("/earnings?account="), "{address}");
        assert_eq!(Filter::read(&pairs(&address)), filter);
        let of_one = filter.of_account(one);
        assert!(of_one.address().starts_with(&format!("/accounts/{one}/earnings?source=a%26b")));
        assert!(of_one.narrows());
    }

    #[test]
    fn what_cannot_be_read_leaves_nothing_out() {
        assert_eq!(
            Filter::read(&pairs("/?source=&status=+&from=yesterday&account=x&currency=??")),
            Filter::default()
        );
        assert!(!Filter::default().narrows());
    }
}
