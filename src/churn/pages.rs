//! `/analytics/forecast/churn`: the fans at highest risk, and whether such figures have held.

use super::calibration::Bin;
use super::features::Known;
use super::learned::{FANS, Judged, MONTHS, Why};
use super::service;
use super::types::{Listed, View};
use crate::analytics::policy::ViewDashboard;
use crate::auth::Visitor;
use crate::error::Result;
use crate::forecasts::pages::{ForecastTabs, account_in};
use crate::keyset::{self, Turn};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Address, Empty, Figure, Filters, LiveRegion, PageHeader, Select, Turns, Who};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: Option<String>,
    before: Option<String>,
}

/// `GET /analytics/forecast/churn`, of all accounts or of one.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn churn(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let account = account_in(&Address::parse(&visitor.path))?;
    let turn = Turn::parse(asked.after.as_deref(), asked.before.as_deref());
    let view = service::view(&app.db, &scope, account, &turn).await?;
    if view.fans.rows.is_empty() && turn != Turn::First {
        let first = Address::parse(&visitor.path).without(&["before", "after"]);
        return Ok(Redirect::to(&first.to_string()).into_response());
    }
    Ok(Page::new("Fans who may leave", move || content(view)).into_response())
}

fn content(view: View) -> impl IntoView {
    let body = match view.judged.clone() {
        Some(judged) => known(view, judged).into_any(),
        None => nothing(view.pending).into_any(),
    };
    view! {
        <PageHeader title="Fans who may leave" sub="How likely subscribers are not to renew within a month, and whether such figures have held"/>
        <ForecastTabs/>
        <LiveRegion name="churn" class="stack">{body}</LiveRegion>
        {meanings()}
    }
}

fn nothing(pending: bool) -> impl IntoView {
    let (title, text) = if pending {
        ("Past months are being looked at", "What they teach appears here in a moment.".to_owned())
    } else {
        let text = format!(
            "It takes {MONTHS} whole months to learn who leaves, with at least {FANS} subscribers in each of the last two, so that \
             it can be said how well it works."
        );
        ("Too little is known yet", text)
    };
    view! { <Empty icon="fans" title=title text=text/> }
}

fn known(view: View, judged: Judged) -> impl IntoView {
    let (subscribers, ending) = view.counts;
    let looked = format!("{} subscribers looked at", Figure::Count(subscribers));
    let off = format!("{} have switched renewal off", Figure::Count(ending));
    let options = [(String::new(), "All accounts".to_owned())]
        .into_iter()
        .chain(view.accounts.iter().map(|(id, name)| (id.to_string(), name.clone())))
        .collect();
    let chosen = view.account.map(|id| id.to_string()).unwrap_or_default();
    view! {
        {calibration(&judged)}
        <div class="row apart"><h2>"At highest risk"</h2><p class="muted small">{looked}", "{off}</p></div>
        <p class="muted small">
            "The figures above are of all subscribers. Those who have switched renewal off are known to be leaving and are not listed: "
            "of the fans listed, fewer may leave than their figures say."
        </p>
        <Filters><Select name="account" label="Account" options value=chosen/></Filters>
        {fans(view.fans, view.account.is_none())}
    }
}

/// Whether figures have held: shown against came, on a month that was held back.
fn calibration(judged: &Judged) -> impl IntoView + use<> {
    let month = judged.month.format("%B %Y");
    let share = share(judged.left, judged.fans);
    let said = format!(
        "On 1 {month} there were {} subscribers; {} of them ({share}) did not renew. That month was held back: nothing was learned from it.",
        Figure::Count(count(judged.fans)),
        Figure::Count(count(judged.left))
    );
    let example = judged.bins.iter().max_by_key(|bin| bin.fans).map(|bin| {
        format!(
            "Of {} fans shown at about {}, {} left ({}).",
            bin.fans,
            percent(bin.shown),
            bin.left,
            percent(came(bin))
        )
    });
    let brier = |thousandths: u32| format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    let verdict = if judged.brier < judged.brier_base { "better than" } else { "no better than" };
    let score = format!(
        "Brier score {}: {verdict} the {} of giving everybody the month's average. Lower is better.",
        brier(judged.brier),
        brier(judged.brier_base)
    );
    let rows = judged.bins.iter().map(row).collect_view();
    view! {
        <section class="card" aria-labelledby="held">
            <div class="card-header"><h2 id="held">"Have such figures held?"</h2></div>
            <div class="card-body prose"><p>{said}" "{example}</p><p>{score}</p></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Shown against what came">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Shown at"</th>
                            <th scope="col" class="num">"Fans"</th>
                            <th scope="col" class="num">"On average"</th>
                            <th scope="col" class="num">"Left"</th>
                            <th scope="col" class="num">"Share that left"</th>
                            <th scope="col" class="num">"Likely between"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn row(bin: &Bin) -> impl IntoView + use<> {
    let bin = *bin;
    view! {
        <tr>
            <th scope="row">{format!("{} to {}\u{a0}%", bin.from, bin.from + 10)}</th>
            <td class="num">{Figure::Count(i64::from(bin.fans)).to_string()}</td>
            <td class="num">{percent(bin.shown)}</td>
            <td class="num">{Figure::Count(i64::from(bin.left)).to_string()}</td>
            <td class="num">{percent(came(&bin))}</td>
            <td class="num">{format!("{} to {}", percent(bin.between.0), percent(bin.between.1))}</td>
        </tr>
    }
}

/// The share that left, in tenths of a percent.
fn came(bin: &Bin) -> u32 {
    bin.left.saturating_mul(1000) / bin.fans.max(1)
}

fn share(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1000) / whole.max(1);
    percent(u32::try_from(tenths).unwrap_or(1000))
}

fn percent(tenths: u32) -> String {
    format!("{}\u{a0}%", (tenths + 5) / 10)
}

fn fans(page: keyset::Page<Listed>, of_all: bool) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <Empty icon="fans" title="Nobody to show" text="No subscriber who paid within the last month was found here."/> }
            .into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|fan| fan_row(fan, of_all)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Fans at highest risk">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Fan"</th>
                            <th scope="col" class="num">"Risk"</th>
                            <th scope="col">"Why"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after words=("Higher", "Lower")/>
    }
    .into_any()
}

fn fan_row(fan: Listed, of_all: bool) -> impl IntoView {
    let address =
        Address::parse(&format!("/accounts/{}/subscribers", fan.account)).with("q", fan.name.clone());
    let sub = if of_all { fan.account_name } else { paid(&fan.risk.known) };
    let (risk, why) = match fan.risk.ends_on {
        Some(day) => ("Leaves".to_owned(), format!("Renewal is off; ends {}", day.format("%-d %b %Y"))),
        None => (percent(u32::from(fan.risk.risk.unsigned_abs())), why(&fan.risk.why, &fan.risk.known)),
    };
    view! {
        <tr>
            <th scope="row"><a href=address.to_string()><Who name=fan.name sub=sub/></a></th>
            <td class="num">{risk}</td>
            <td class="small">{why}</td>
        </tr>
    }
}

fn paid(known: &Known) -> String {
    if known.charges == 1 {
        "First month".to_owned()
    } else {
        format!("{} months paid in a year", known.charges)
    }
}

/// The reasons as people read them; the first with a capital.
fn why(reasons: &[Why], known: &Known) -> String {
    let say = |reason: &Why| match reason {
        Why::Renewals => match known.charges {
            1 => "never renewed yet".to_owned(),
            charges => format!("paid {charges} times so far"),
        },
        Why::Due => match known.since_charge {
            days @ ..29 => format!("next charge in about {} days", 30 - days),
            _ => "the next charge is due".to_owned(),
        },
        Why::Quiet => match known.since_purchase {
            Some(days) => format!("last bought something {days} days ago"),
            None => "bought nothing else for 90 days".to_owned(),
        },
        Why::Little => match known.purchases_90 {
            0 => "bought nothing else for 90 days".to_owned(),
            1 => "one purchase in 90 days".to_owned(),
            purchases => format!("{purchases} purchases in 90 days"),
        },
    };
    let mut words: Vec<_> = reasons.iter().map(say).collect();
    words.dedup();
    let words = words.join("; ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(|| "Like most others".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

/// What a person may ask about a risk.
const MEANINGS: [(&str, &str); 4] = [
    (
        "Risk",
        "The chance that a subscriber pays no further charge within 34 days: a month, and three days for a card that fails at first. It is looked at for those who paid within the last 31 days.",
    ),
    (
        "What it is learned from",
        "From the subscribers on the first of each of the last twelve months: how often they had renewed, how long ago they paid and bought something, how much; and whether they paid again. Only what was known on that day counts.",
    ),
    (
        "Renewal off",
        "Platforms tell only today whether renewal is on, not what it was on past days. So nothing can be learned from it; who has switched it off is listed first, with the day on which it ends.",
    ),
    (
        "Held back",
        "The last month judges, the one before it brings chances to what really happened, the others teach. Each month is learned from again.",
    ),
];

fn meanings() -> impl IntoView {
    let all = MEANINGS.map(|(what, meaning)| view! { <div><dt>{what}</dt><dd>{meaning}</dd></div> });
    view! {
        <details class="disclosure">
            <summary>"How this is found"</summary>
            <dl class="definitions">{all.into_iter().collect_view()}</dl>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_in_words() {
        let known = Known {
            charges: 1,
            since_charge: 22,
            since_purchase: None,
            purchases_30: 0,
            purchases_90: 0,
            worth: 0,
        };
        assert_eq!(
            why(&[Why::Renewals, Why::Quiet], &known),
            "Never renewed yet; bought nothing else for 90 days"
        );
        assert_eq!(why(&[Why::Due], &known), "Next charge in about 8 days");
        assert_eq!(why(&[], &known), "Like most others");
    }
}
