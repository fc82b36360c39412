//! How wrong a forecast has been, in words and as a table.

use crate::forecasts::made::{Made, Score, Sum};
use crate::forecasts::models::Model;
use crate::money::Currency;
use leptos::prelude::*;

/// The card that stands beside every forecast.
pub(super) fn record(made: &Made, of: &str, currency: Currency) -> impl IntoView + use<> {
    let id = format!("record-{currency}");
    let sentences = made.sums.iter().flat_map(sentences).collect::<Vec<_>>();
    let sentences = sentences.into_iter().map(|it| view! { <p>{it}</p> }).collect_view();
    let rows = made.sums.iter().flat_map(|sum| sum.scores.iter().map(move |score| (sum, score)));
    let rows = rows.filter(|(sum, _)| sum.spans > 0).map(|(sum, score)| row(sum, *score)).collect_view();
    view! {
        <section class="card" aria-labelledby=id.clone()>
            <div class="card-header"><h2 id=id.clone()>{format!("How wrong it has been{of}")}</h2></div>
            <div class="card-body prose">{sentences}</div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=format!("Errors on held-back months{of}")>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col" class="num">"Held back"</th>
                            <th scope="col" class="num">"Sum off by"</th>
                            <th scope="col" class="num">"Days off by"</th>
                            <th scope="col" class="num">"Sums inside"</th>
                            <th scope="col" class="num">"Days inside"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(sum: &Sum, score: Score) -> impl IntoView + use<> {
    let dash = || "—".to_owned();
    let rule = match score.model {
        Model::Trend => "Trend and week",
        Model::Weekdays => "Simple rule",
    };
    view! {
        <tr>
            <th scope="row">{rule}</th>
            <td class="num">{format!("{} × {} days", sum.spans, sum.days)}</td>
            <td class="num">{score.sums_off.map_or_else(dash, percent)}</td>
            <td class="num">{score.days_off.map_or_else(dash, percent)}</td>
            <td class="num">{format!("{} of {}", score.sums_held, sum.spans)}</td>
            <td class="num">{score.days_held.map_or_else(dash, percent)}</td>
        </tr>
    }
}

/// Tenths of a percent as people read them.
pub(super) fn percent(tenths: u32) -> String {
    match tenths {
        0..100 if !tenths.is_multiple_of(10) => format!("{}.{}\u{a0}%", tenths / 10, tenths % 10),
        _ => format!("{}\u{a0}%", (tenths + 5) / 10),
    }
}

fn sentences(sum: &Sum) -> Vec<String> {
    let span = if sum.days == 30 { "month's sum" } else { "sum of three months" };
    let Some(shown) = sum.scores.first().filter(|_| sum.spans > 0) else {
        return vec![format!(
            "For {} days it could not be checked yet: too few days are known to hold so many back.",
            sum.days
        )];
    };
    let over = match (sum.days, sum.spans) {
        (30, 1) => "On the last month, held back,".to_owned(),
        (30, months) => format!("Over the last {months} held-back months"),
        (days, 1) => format!("Over {days} days, held back once,"),
        (days, times) => format!("Over {days} days, held back {times} times,"),
    };
    let off = |score: &Score| {
        score.sums_off.map_or_else(|| "by all of it".to_owned(), |it| format!("by {}", percent(it)))
    };
    let other = sum.scores.get(1).map(|other| {
        let name = if other.model == Model::Weekdays { "the simple rule" } else { "the trend" };
        format!("; {name} was off {}", off(other))
    });
    let average = if sum.spans == 1 { "" } else { " on average" };
    let error = format!("{over} it was off {}{average}{}.", off(shown), other.unwrap_or_default());
    vec![error, interval(sum, shown, span)]
}

/// How the interval did, and whether it was widened for it.
fn interval(sum: &Sum, shown: &Score, span: &str) -> String {
    let held = format!("The {span} lay inside the interval {} of {} times", shown.sums_held, sum.spans);
    match (sum.widened, sum.spans) {
        (0, 1 | 2) => format!("{held}. That is too few to say whether the interval is wide enough."),
        (0, _) => format!("{held}."),
        (widened, _) => {
            let times = widened + 1000;
            format!(
                "{held}, which is too seldom, so it was made {}.{} times as wide.",
                times / 1000,
                times % 1000 / 100
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecasts::made::Band;

    fn sum(days: usize, spans: usize, widened: u32) -> Sum {
        let score = |model, off| Score {
            model,
            sums_off: Some(off),
            days_off: Some(300),
            sums_held: 4,
            days_held: Some(790),
        };
        Sum {
            days,
            band: Band { low: 1, mid: 2, high: 3 },
            spans,
            scores: vec![score(Model::Trend, 112), score(Model::Weekdays, 168)],
            widened,
        }
    }

    #[test]
    fn the_error_is_told_beside_the_simple_rules() {
        let told = sentences(&sum(30, 6, 400)).join(" ").replace('\u{a0}', " ");
        assert_eq!(
            told,
            "Over the last 6 held-back months it was off by 11 % on average; the simple rule was off by 17 %. \
             The month's sum lay inside the interval 4 of 6 times, which is too seldom, so it was made 1.4 times as wide."
        );
    }

    #[test]
    fn what_was_not_checked_is_said() {
        assert!(sentences(&sum(90, 0, 0))[0].starts_with("For 90 days it could not be checked yet"));
        assert!(sentences(&sum(30, 1, 0))[1].contains("too few to say"));
    }

    #[test]
    fn a_percentage_below_ten_keeps_a_tenth() {
        let told = [0, 4, 98, 100, 165].map(|it| percent(it).replace('\u{a0}', " "));
        assert_eq!(told, ["0 %", "0.4 %", "9.8 %", "10 %", "17 %"]);
    }
}
