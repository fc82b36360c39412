//! A creator's tier on her page: what she is, what is missing to the next one, and what she was.

use super::types::{Rated, Tier, next};
use crate::money::{Currency, Money};
use leptos::prelude::*;

/// Her tier as a figure among others.
#[component]
pub fn TierStat(months: Vec<Rated>) -> impl IntoView {
    let (tier, note) = match months.first() {
        Some(rated) => (rated.tier.words(), note(rated)),
        None => ("—", "Rated by whole months, once she has one".to_owned()),
    };
    view! {
        <div class="stat">
            <dt class="stat-label">"Tier"</dt>
            <dd class="stat-value">{tier}</dd>
            <dd class="change">{note}</dd>
        </div>
    }
}

/// By which month, and how far the next tier is.
fn note(rated: &Rated) -> String {
    let month = rated.month.format("%B");
    if rated.tier == Tier::Newcomer {
        return format!("Her first 30 days were not over in {month}");
    }
    match next(rated.net) {
        Some((tier, missing)) => format!("By {month}: {missing} to {}", tier.words()),
        None => format!("By {month}: {} net", rated.net),
    }
}

/// From which amount on a creator is what.
fn bounds(currency: Currency) -> String {
    let bounds = Tier::FROM.into_iter().skip(1);
    let words = bounds.map(|(tier, from)| format!("{} from {}", tier.as_str(), Money::new(from, currency)));
    words.collect::<Vec<_>>().join(", ")
}

/// What she was month by month.
#[component]
pub fn TierHistory(months: Vec<Rated>) -> impl IntoView {
    let Some(newest) = months.first() else { return ().into_any() };
    let bounds = bounds(newest.net.currency);
    let rows = months.into_iter().map(|rated| {
        view! {
            <tr>
                <th scope="row">{rated.month.format("%B %Y").to_string()}</th>
                <td>{rated.tier.words()}</td>
                <td class="num">{rated.net.to_string()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <details class="disclosure">
            <summary>"Her tiers by month"</summary>
            <div class="stack">
                <p class="muted small">
                    "By the net earnings of a whole month in the currency in which she earned most: "{bounds}". A legend is a superstar among the first of every thousand creators."
                </p>
                <div class="table-wrap" tabindex="0" role="region" aria-label="Tiers by month">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Month"</th>
                                <th scope="col">"Tier"</th>
                                <th scope="col" class="num">"Net"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    fn rated(tier: Tier, minor: i64) -> Rated {
        Rated { month: "2026-10-01".parse().unwrap(), tier, net: Money::new(minor, Currency::USD) }
    }

    #[test]
    fn bounds_are_amounts_of_her_currency() {
        let yen = "JPY".parse().unwrap();
        assert!(bounds(Currency::USD).starts_with("rising from $1,000.00, established from $5,000.00"));
        assert!(bounds(yen).contains("superstar from JPY\u{a0}10,000,000"));
    }

    #[test]
    fn a_tier_tells_what_is_missing_to_the_next() {
        assert_eq!(note(&rated(Tier::Rising, 458_800)), "By October: $412.00 to Established");
        assert_eq!(note(&rated(Tier::Superstar, 12_000_000)), "By October: $120,000.00 net");
        assert_eq!(note(&rated(Tier::Newcomer, 0)), "Her first 30 days were not over in October");
    }
}
