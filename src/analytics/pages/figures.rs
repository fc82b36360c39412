//! The headline figures, and what they mean.

use super::{Shown, kept};
use crate::analytics::kept::Told;
use crate::analytics::types::{Earned, Subscribers};
use crate::period::Period;
use crate::ui::{Better, Compared, Figure, Stat, Stats};
use leptos::prelude::*;

/// Six figures, each against the period before; money once per currency.
pub fn figures(
    earned: &[Earned],
    fans: Told,
    subscribers: &Subscribers,
    period: Period,
    shown: Shown,
) -> impl IntoView + use<> {
    let net = earned.iter().map(|it| it.net).collect::<Vec<_>>();
    let gross = earned.iter().map(|it| it.gross).collect::<Vec<_>>();
    let average = earned.iter().filter_map(|it| it.average).collect::<Vec<_>>();
    let active = subscribers.active.map(|now| Compared::new(now, subscribers.active_before));
    let joined = Compared::new(subscribers.joined, subscribers.joined_before);
    let lost = Compared::new(subscribers.lost, subscribers.lost_before);
    let churn = subscribers.churn_permille();
    let churn = churn.map(|it| format!("Churn rate {}.{}\u{a0}%", it / 10, it % 10));
    let (paying, counted) =
        (paying(earned, fans, shown), counted(subscribers, period, shown).unwrap_or_default());
    let opens = earned.iter().map(|it| shown.transactions(period).in_currency(it.currency).address());
    let opens: Vec<_> = opens.collect();
    view! {
        <Stats>
            <Stat label="Net earnings" figures=net opens=opens.clone() note="After the platform's fee"/>
            <Stat label="Gross earnings" figures=gross opens=opens note="What fans paid"/>
            <Stat label="Average per paying fan" figures=average note=paying/>
            <Stat label="Active subscribers" figures=active.into_iter().collect() note=counted/>
            <Stat label="New subscribers" figures=vec![joined]/>
            <Stat label="Churned" figures=vec![lost] better=Better::Less note=churn.unwrap_or_default()/>
        </Stats>
    }
}

/// Of how many fans the average is, and of when if not of now.
fn paying(earned: &[Earned], told: Told, shown: Shown) -> String {
    let as_of = kept::words(told, shown.edition.zone);
    if matches!(told, Told::Counting { .. }) {
        return as_of.unwrap_or_default();
    }
    let fans: i64 = earned.iter().map(|it| it.paying_fans).sum();
    let of = match fans {
        0 => "Nobody paid in these days".to_owned(),
        1 => "Net; one fan paid".to_owned(),
        _ => format!("Net; {} fans paid", Figure::Count(fans)),
    };
    [Some(of), as_of].into_iter().flatten().collect::<Vec<_>>().join(". ")
}

/// When the count is not of now, or not of all.
fn counted(subscribers: &Subscribers, period: Period, shown: Shown) -> Option<String> {
    let Subscribers { connected, counted, .. } = *subscribers;
    if counted == 0 {
        return Some("No connected account gives a count".to_owned());
    }
    if subscribers.active.is_none() {
        return Some("Not known that far back yet".to_owned());
    }
    let when = (period.end <= shown.edition.today)
        .then(|| format!("At the end of {}", period.last_day().format("%-d %b")));
    let of = (counted < connected).then(|| format!("Of {counted} of {connected} connected accounts"));
    let both: Vec<_> = [when, of].into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join(". "))
}

/// What a person may ask about the figures.
const MEANINGS: [(&str, &str); 6] = [
    (
        "Net and gross",
        "Gross is what fans paid. Net is what the platform leaves of it after its fee; we take both from the platform as they are.",
    ),
    ("Days", "Days are whole days in UTC, as the platforms count them. Today is not over yet."),
    (
        "Refunds and chargebacks",
        "They lower the day on which the money went back, not the day of the payment.",
    ),
    (
        "Compared with",
        "As many days before, or the same days of the month before. An account whose past is still being read is not compared.",
    ),
    (
        "Subscribers",
        "Active subscribers are counted by the platform now; earlier days are counted back from who joined and left. Churned are those whose subscription ended; the churn rate is their share of those who were there when the days began.",
    ),
    (
        "Paying fan",
        "A fan who paid at least once in these days. Someone who pays two of your creators counts for each.",
    ),
];

/// The definitions, folded away.
pub fn definitions() -> impl IntoView {
    let all = MEANINGS.map(|(what, meaning)| view! { <div><dt>{what}</dt><dd>{meaning}</dd></div> });
    view! {
        <details class="disclosure">
            <summary>"What these figures mean"</summary>
            <dl class="definitions">{all.into_iter().collect_view()}</dl>
        </details>
    }
}

/// Where it is shown that they are right.
pub fn proof() -> impl IntoView {
    view! {
        <p class="muted small">
            "Net and gross open the transactions that they are made of. Every night all figures are counted again from them: "
            <a href="/earnings/checks">"see the checks"</a>"."
        </p>
    }
}
