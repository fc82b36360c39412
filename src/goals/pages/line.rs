//! How one goal stands, in a line: for the dashboard and the overview of an account.

use crate::earnings::Filter;
use crate::goals::types::{Month, Pace, Standing};
use crate::ids::AccountId;
use crate::money::Money;
use crate::ui::Icon;
use leptos::prelude::*;

/// The goal of a month with what was earned of it, its pace, and where it is heading.
#[component]
pub fn GoalLine(
    month: Month,
    standing: Standing,
    /// Whose, when it is not the agency's.
    #[prop(optional)]
    account: Option<AccountId>,
) -> impl IntoView {
    let heading = match standing.pace {
        Pace::Off(_) => standing.projected.map(|it| format!(", heading for {it}")).unwrap_or_default(),
        Pace::NotYet | Pace::Reached | Pace::Missed(_) => String::new(),
    };
    let made_of = earned(month, standing.earned, account);
    view! {
        <div class="card goal-line">
            <Icon name="target"/>
            <p class="grow">
                <span class="strong">"Goal of "{month.to_string()}</span>": "<a class="opens" href=made_of>{standing.earned.to_string()}</a>" of "{standing.goal.to_string()}
                " ("{standing.percent()}" %). "<Paced pace=standing.pace/>{heading}"."
            </p>
            <Bar standing label="Goal"/>
            <a class="small" href="/analytics/goals">"Goals"</a>
        </div>
    }
}

/// Where the earnings are listed that `amount` is made of.
pub(super) fn earned(month: Month, amount: Money, account: Option<AccountId>) -> String {
    let filter = Filter::of(month.period()).in_currency(amount.currency);
    match account {
        Some(id) => filter.of_account(id).address(),
        None => filter.address(),
    }
}

/// Its pace, in words and colour.
#[component]
pub fn Paced(pace: Pace) -> impl IntoView {
    let class = match pace.is_good() {
        Some(true) => "pace up",
        Some(false) => "pace down",
        None => "pace",
    };
    view! { <span class=class>{pace.words()}</span> }
}

/// How much of it is there, as a bar; its words stand beside it.
#[component]
pub fn Bar(standing: Standing, #[prop(into)] label: String) -> impl IntoView {
    let percent = standing.percent();
    let label = format!("{label}: {percent} % of {}", standing.goal);
    view! { <progress class="progress share" value=percent.min(100).to_string() max="100" aria-label=label></progress> }
}
