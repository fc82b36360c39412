//! What the page of revenue shows, and the rules by which its figures are made. Those of types.rs hold here too.

use super::types::{History, in_order};
use super::{Chosen, Offers};
use crate::money::{Currency, Money};
use crate::period::Period;
use crate::platform::EarningSource;
use crate::ui::Compared;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Everything that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Revenue {
    /// The day now, in UTC.
    pub today: NaiveDate,
    /// The days shown.
    pub period: Period,
    /// The days compared with.
    pub against: Period,
    /// How far back the figures reach.
    pub history: History,
    /// Of which accounts.
    pub chosen: Chosen,
    /// Which others can be chosen.
    pub offers: Offers,
    /// Per currency, the agency's own first.
    pub incomes: Vec<Income>,
}

/// What one currency brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Income {
    /// The currency of everything here.
    pub currency: Currency,
    /// All of it.
    pub total: Sums,
    /// What it came from, most net first.
    pub sources: Vec<(EarningSource, Sums)>,
}

/// Sums, each beside that of the days compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// After the platforms' fees.
    pub net: Compared,
    /// What fans paid.
    pub gross: Compared,
    /// How many times somebody paid.
    pub payments: Compared,
}

/// Bare sums of one period and of the one compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub net: i64,
    pub gross: i64,
    pub payments: i64,
    pub net_before: i64,
    pub gross_before: i64,
    pub payments_before: i64,
}

impl Pair {
    fn plus(self, other: Self) -> Self {
        Self {
            net: self.net.saturating_add(other.net),
            gross: self.gross.saturating_add(other.gross),
            payments: self.payments.saturating_add(other.payments),
            net_before: self.net_before.saturating_add(other.net_before),
            gross_before: self.gross_before.saturating_add(other.gross_before),
            payments_before: self.payments_before.saturating_add(other.payments_before),
        }
    }

    fn sums(self, currency: Currency, compared: bool) -> Sums {
        let money = |now, before| {
            Compared::new(Money::new(now, currency), compared.then(|| Money::new(before, currency)))
        };
        Sums {
            net: money(self.net, self.net_before),
            gross: money(self.gross, self.gross_before),
            payments: Compared::new(self.payments, compared.then_some(self.payments_before)),
        }
    }
}

/// The incomes of sums by currency and source; without `compared` nothing is compared. Nothing at all is zero of `own`.
pub(super) fn incomes(
    rows: BTreeMap<Currency, Vec<(EarningSource, Pair)>>,
    own: Currency,
    compared: bool,
) -> Vec<Income> {
    let shown = |pair: &Pair| *pair != Pair::default() && (compared || (pair.net, pair.gross) != (0, 0));
    let order: Vec<_> = rows
        .iter()
        .filter(|(_, sources)| sources.iter().any(|(_, pair)| shown(pair)))
        .map(|(currency, _)| *currency)
        .collect();
    let income = |currency: Currency| {
        let mut sources = rows.get(&currency).cloned().unwrap_or_default();
        sources.retain(|(_, pair)| shown(pair));
        sources.sort_by_key(|(source, pair)| (std::cmp::Reverse(pair.net), source.clone()));
        let total = sources.iter().fold(Pair::default(), |sum, (_, pair)| sum.plus(*pair));
        let sources = sources.into_iter().map(|(source, pair)| (source, pair.sums(currency, compared)));
        Income { currency, total: total.sums(currency, compared), sources: sources.collect() }
    };
    in_order(own, order).into_iter().map(income).collect()
}
