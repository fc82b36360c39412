//! What paid messages brought, and the rules by which it is told.
//!
//! - A message belongs to the UTC day on which it was **sent**, whenever it was unlocked: so of what was sent in a period one sees how
//!   much sold. Messages sent lately may still be unlocked, so the newest days always look a little worse.
//! - **Unlock rate** is the unlocked of the sent. **Revenue** is the price of what was unlocked, before the platform's fee and refunds.
//! - **Time to unlock** is from sending to unlocking, of the messages of the period that were unlocked. Half took no longer than the
//!   median, nine of ten no longer than the 90th percentile.
//! - **Price bands** are in whole units of each currency: 5 dollars and 5 euros stand in bands of their own currency.
//! - **Best messages**: those of one account with the same beginning and price are one message sent to many.

use crate::analytics::share::Share;
use crate::ids::AccountId;
use crate::money::{Currency, Money};
use crate::period::Period;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Asks what the messages sent in `period` and `previous` brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub previous: Period,
    /// Of which accounts; `None` is all.
    pub accounts: Option<Vec<AccountId>>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sold {
    /// By currency and price.
    pub prices: Vec<PriceRow>,
    /// How long unlocking took.
    pub waits: Waits,
    /// Which texts brought most.
    pub best: Vec<Best>,
}

/// Messages of one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRow {
    /// The currency.
    pub currency: String,
    /// In minor units.
    pub price: i64,
    /// Sent in the period.
    pub sent: i64,
    /// Unlocked of them.
    pub unlocked: i64,
    /// Sent in the period before.
    pub sent_before: i64,
    /// Unlocked of them.
    pub unlocked_before: i64,
}

/// The seconds at which bands of waiting begin, the first at once.
pub const WAITS: [(i64, &str); 7] = [
    (0, "Within 5 minutes"),
    (300, "5 minutes to an hour"),
    (3_600, "1 to 6 hours"),
    (21_600, "6 to 24 hours"),
    (86_400, "1 to 3 days"),
    (259_200, "3 to 7 days"),
    (604_800, "Later"),
];

/// How long unlocking took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// How many of each band of [`WAITS`].
    pub counts: [i64; 7],
    /// Half took no longer: seconds.
    pub median: Option<i64>,
    /// Nine of ten took no longer: seconds.
    pub ninety: Option<i64>,
}

/// One text of an account, at one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Best {
    /// Of which account.
    pub account: AccountId,
    /// One message with it, by which its beginning is read.
    pub message: String,
    /// The price, in minor units.
    pub price: i64,
    /// Its currency.
    pub currency: String,
    /// How often it was sent in the period.
    pub sent: i64,
    /// How often it was unlocked.
    pub unlocked: i64,
}

/// What one currency's messages brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCurrency {
    /// The currency.
    pub currency: Currency,
    /// Unlocked of sent.
    pub rate: Share,
    /// The same of the period before.
    pub rate_before: Share,
    /// The price of what was unlocked.
    pub revenue: Money,
    /// The same of the period before.
    pub revenue_before: Money,
    /// By price.
    pub bands: Vec<Band>,
}

/// Messages of some prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The lowest price, in minor units.
    pub from: i64,
    /// The price below which all are; `None` is any.
    pub below: Option<i64>,
    /// Unlocked of sent.
    pub rate: Share,
    /// The price of what was unlocked.
    pub revenue: Money,
}

/// Where bands of prices begin, in whole units.
const BANDS: [i64; 6] = [0, 5, 10, 20, 50, 100];

impl Band {
    /// `$5.00 to $9.99`.
    #[must_use]
    pub fn words(&self) -> String {
        let money = |minor| Money::new(minor, self.revenue.currency);
        match self.below {
            Some(below) if self.from == 0 => format!("Under {}", money(below)),
            Some(below) => format!("{} to {}", money(self.from), money(below - 1)),
            None => format!("{} and more", money(self.from)),
        }
    }
}

/// What `rows` brought, currency by currency, with every price in its band; currencies in the order of their codes.
#[must_use]
pub fn sold(rows: &[PriceRow]) -> Vec<InCurrency> {
    let mut by_currency: BTreeMap<Currency, Vec<&PriceRow>> = BTreeMap::new();
    for row in rows {
        // The platform's rows are checked when they come in; what is no currency cannot be shown.
        let Ok(currency) = row.currency.parse() else { continue };
        by_currency.entry(currency).or_default().push(row);
    }
    by_currency.into_iter().map(|(currency, rows)| in_currency(currency, &rows)).collect()
}

fn in_currency(currency: Currency, rows: &[&PriceRow]) -> InCurrency {
    let sum = |of: fn(&PriceRow) -> i64| rows.iter().map(|row| of(row)).sum::<i64>();
    let money = |minor| Money::new(minor, currency);
    InCurrency {
        currency,
        rate: Share::new(sum(|it| it.unlocked), sum(|it| it.sent)),
        rate_before: Share::new(sum(|it| it.unlocked_before), sum(|it| it.sent_before)),
        revenue: money(sum(|it| it.price.saturating_mul(it.unlocked))),
        revenue_before: money(sum(|it| it.price.saturating_mul(it.unlocked_before))),
        bands: bands(currency, rows),
    }
}

/// The bands of a currency that have messages of the period.
#[must_use]
pub fn bands(currency: Currency, rows: &[&PriceRow]) -> Vec<Band> {
    let whole = 10_i64.pow(currency.exponent());
    let ends = BANDS.iter().skip(1).map(|it| Some(it * whole)).chain([None]);
    let all = BANDS.iter().zip(ends).map(|(from, below)| {
        let from = from * whole;
        let inside = rows.iter().filter(|row| row.price >= from && below.is_none_or(|it| row.price < it));
        let begin = (Share::default(), 0_i64);
        let (rate, revenue) = inside.fold(begin, |(rate, revenue), row| {
            let rate = Share::new(rate.part + row.unlocked, rate.of + row.sent);
            (rate, revenue.saturating_add(row.price.saturating_mul(row.unlocked)))
        });
        Band { from, below, rate, revenue: Money::new(revenue, currency) }
    });
    all.filter(|band| band.rate.of > 0).collect()
}

/// A time to wait, as people say it: `3 min`, `5.5 h`, `2.1 days`.
#[must_use]
pub fn wait_words(seconds: i64) -> String {
    let tenths = |unit: i64| {
        let tenths = (seconds * 20 + unit) / (unit * 2);
        if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match seconds {
        ..60 => "under a minute".to_owned(),
        60..5_400 => format!("{} min", (seconds + 30) / 60),
        5_400..172_800 => format!("{} h", tenths(3_600)),
        _ => format!("{} days", tenths(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(currency: &str, price: i64, (sent, unlocked): (i64, i64)) -> PriceRow {
        let currency = currency.to_owned();
        PriceRow { currency, price, sent, unlocked, sent_before: 1, unlocked_before: 1 }
    }

    #[test]
    fn every_price_is_in_one_band_of_its_own_currency() {
        let rows = [
            row("USD", 499, (10, 5)),
            row("USD", 500, (10, 4)),
            row("USD", 999, (10, 1)),
            row("USD", 25_000, (3, 1)),
            row("JPY", 500, (2, 2)),
        ];
        let told = sold(&rows);
        let [yen, usd] = &told[..] else { panic!("{told:?}") };
        let words: Vec<_> = usd.bands.iter().map(|band| (band.words(), band.rate)).collect();
        let expected = [
            ("Under $5.00", Share::new(5, 10)),
            ("$5.00 to $9.99", Share::new(5, 20)),
            ("$100.00 and more", Share::new(1, 3)),
        ];
        assert_eq!(words, expected.map(|(words, rate)| (words.to_owned(), rate)));
        assert_eq!(usd.revenue, Money::new(5 * 499 + 4 * 500 + 999 + 25_000, Currency::USD));
        assert_eq!(usd.bands.iter().map(|band| band.revenue.minor).sum::<i64>(), usd.revenue.minor);
        assert_eq!((yen.bands.len(), yen.bands[0].from), (1, 100), "500 yen are more than 100 whole ones");
        assert_eq!(usd.rate_before, Share::new(4, 4));
    }

    #[test]
    fn a_wait_is_said_in_the_unit_that_people_would_use() {
        let said = [5, 61, 3_600, 5_400, 86_400, 181_440].map(wait_words);
        assert_eq!(said, ["under a minute", "1 min", "60 min", "1.5 h", "24 h", "2.1 days"]);
    }
}
