//! Accounts side by side.

use super::revenue::{Question, history};
use crate::analytics::compare::{Chart, Comparison, MOST, Side};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::revenue::{Bare, Pair, Wanted};
use crate::analytics::selection::{choose, offers};
use crate::analytics::store::compare::{self as store, NameRow, SideRow};
use crate::analytics::store::list_ranked;
use crate::analytics::types::{Edition, History, in_order};
use crate::auth::Scope;
use crate::db::{AgencyTx, Db};
use crate::error::Result;
use crate::ids::AccountId;
use crate::money::Currency;
use crate::period::Period;
use crate::ui::{Compared, Series, Step};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Up to six accounts of the selection side by side, those with most net.
///
/// # Errors
/// When the database does not answer.
pub async fn compare(
    db: &Db,
    scope: &Scope<ViewDashboard>,
    edition: Edition,
    question: Question,
    wanted: Wanted,
) -> Result<Comparison> {
    let (period, against) = question.periods(edition.today);
    let mut tx = db.begin(scope).await?;
    let chosen = choose(&mut tx, question.selection).await?;
    let offers = offers(&mut tx, question.words.as_deref()).await?;
    let known = match &chosen.accounts {
        Some(ids) => ids.clone(),
        None => leaders(&mut tx, edition.currency, period).await?,
    };
    let sums = sums(store::list_sides(&mut tx, &known, period, against).await?);
    let ids = first(&sums, known, edition.currency);
    let history = history(&mut tx, Some(&ids)).await?;
    let compared = history.compares_earnings(against);
    let names = store::list_names(&mut tx, &ids, period, against).await?;
    let mut sides: Vec<_> =
        names.into_iter().map(|row| side(row, &sums, edition.currency, compared, against)).collect();
    sides.sort_by_key(|side| ids.iter().position(|id| *id == side.id));
    let currencies: Vec<_> =
        sides.iter().flat_map(|side| side.sums.iter().map(|(currency, _)| *currency)).collect();
    let currencies = if currencies.is_empty() { currencies } else { in_order(edition.currency, currencies) };
    let currency =
        currencies.iter().copied().find(|it| Some(*it) == wanted.currency).or(currencies.first().copied());
    let chart = match currency {
        Some(currency) => Some(chart(&mut tx, &sides, currency, wanted.step, period).await?),
        None => None,
    };
    Ok(Comparison { today: edition.today, period, against, chosen, offers, sides, currencies, chart })
}

/// The accounts of the agency with most net; where those are few, others by name too.
async fn leaders(tx: &mut AgencyTx, own: Currency, period: Period) -> Result<Vec<AccountId>> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let ranked = list_ranked(tx, period, own.as_str(), most).await?;
    let mut ids: Vec<_> = ranked.into_iter().map(|row| row.account).collect();
    if ids.len() < MOST {
        let others = store::list_first(tx, most).await?;
        ids.extend(others.into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
    }
    Ok(ids)
}

type BySide = BTreeMap<AccountId, BTreeMap<Currency, Pair>>;

fn sums(rows: Vec<SideRow>) -> BySide {
    let mut sums = BySide::new();
    for row in rows {
        let Ok(currency) = row.currency.parse() else { continue };
        let now = Bare { net: row.net, gross: row.gross, payments: row.payments, refunds: row.refunds };
        let before = Bare {
            net: row.net_before,
            gross: row.gross_before,
            payments: row.payments_before,
            refunds: row.refunds_before,
        };
        sums.entry(row.account).or_default().insert(currency, Pair { now, before });
    }
    sums
}

/// The accounts with most net, each by the first of its currencies in order; then others of `known`.
fn first(sums: &BySide, known: Vec<AccountId>, own: Currency) -> Vec<AccountId> {
    let mut ranked: Vec<_> = sums
        .iter()
        .filter_map(|(id, sums)| {
            let (currency, pair) = sums.iter().min_by_key(|(currency, _)| (**currency != own, **currency))?;
            Some((*currency != own, *currency, Reverse(pair.now.net), *id))
        })
        .collect();
    ranked.sort();
    let mut ids: Vec<_> = ranked.into_iter().map(|(.., id)| id).collect();
    let others: Vec<_> = known.into_iter().filter(|id| !sums.contains_key(id)).collect();
    ids.extend(others);
    ids.truncate(MOST);
    ids
}

fn side(row: NameRow, sums: &BySide, own: Currency, compared: bool, against: Period) -> Side {
    let none = BTreeMap::new();
    let sums = sums.get(&row.id).unwrap_or(&none);
    let shown = sums.iter().filter(|(_, pair)| pair.is_shown(compared)).map(|(currency, _)| *currency);
    let mut order: Vec<_> = shown.collect();
    order.sort_by_key(|currency| (*currency != own, *currency));
    let of = |currency: Currency| Some((currency, sums.get(&currency)?.sums(currency, compared)));
    let first_subscriber_day = row.subscribers_since;
    let known = History {
        first_subscriber_day,
        subscribers_complete: first_subscriber_day.is_some(),
        ..History::default()
    };
    let counted = known.compares_subscribers(against);
    Side {
        id: row.id,
        name: row.name,
        handle: row.handle,
        sums: order.into_iter().filter_map(of).collect(),
        joined: Compared::new(row.joined, counted.then_some(row.joined_before)),
        lost: Compared::new(row.lost, counted.then_some(row.lost_before)),
    }
}

async fn chart(
    tx: &mut AgencyTx,
    sides: &[Side],
    currency: Currency,
    step: Option<Step>,
    period: Period,
) -> Result<Chart> {
    let shown: Vec<_> = sides.iter().filter(|side| side.sums.iter().any(|it| it.0 == currency)).collect();
    let ids: Vec<_> = shown.iter().map(|side| side.id).collect();
    let step = step.filter(|step| *step != Step::Year).unwrap_or_else(|| Step::for_days(period.days()));
    let days = step.of(period);
    let nets: BTreeMap<_, _> = store::list_nets(tx, &ids, currency, step, period)
        .await?
        .into_iter()
        .map(|row| ((row.account, row.start), row.net))
        .collect();
    let line = |side: &&Side| Series {
        words: side.name.clone(),
        values: days.iter().map(|days| nets.get(&(side.id, days.start)).copied().unwrap_or(0)).collect(),
    };
    let lines = shown.iter().map(line).collect();
    Ok(Chart { currency, step, days, lines })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn account(number: u128) -> AccountId {
        AccountId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn those_with_most_net_come_first_and_others_fill_up() {
        let pair = |net| Pair { now: Bare { net, ..Bare::default() }, ..Pair::default() };
        let mut sums = BySide::new();
        for (number, net) in [(1, 5), (2, 9), (3, -1)] {
            sums.entry(account(number)).or_default().insert(Currency::USD, pair(net));
        }
        let known = (1..9).map(account).collect();
        let ids = first(&sums, known, Currency::USD);
        assert_eq!(ids, [2, 1, 3, 4, 5, 6].map(account));
    }

    #[test]
    fn people_are_compared_where_those_of_the_past_are_known() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap_or_default();
        let joined_before = |subscribers_since| {
            let row = NameRow {
                id: account(1),
                name: String::new(),
                handle: String::new(),
                joined: 1,
                lost: 1,
                joined_before: 2,
                lost_before: 2,
                subscribers_since,
            };
            let against = Period { start: day(1), end: day(10) };
            let side = side(row, &BySide::new(), Currency::USD, true, against);
            (side.joined.previous.is_some(), side.lost.previous.is_some())
        };
        assert_eq!(joined_before(Some(day(9))), (true, true));
        assert_eq!(joined_before(Some(day(10))), (false, false));
        assert_eq!(joined_before(None), (false, false));
    }
}
