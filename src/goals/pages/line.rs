//! How one goal stands, in a line: for the dashboard and the overview of an account.

use crate::goals::types::{Month, Pace, Standing};
use crate::ui::Icon;
use leptos::prelude::*;

/// The goal of a month with what was earned of it, its pace, and where it is heading.
#[component]
pub fn GoalLine(month: Month, standing: Standing) -> impl IntoView {
    let heading = match standing.pace {
        Pace::Off(_) => standing.projected.map(|it| format!(", heading for {it}")).unwrap_or_default(),
        Pace::NotYet | Pace::Reached | Pace::Missed(_) => String::new(),
    };
    view! {
        <div class="card goal-line">
            <Icon name="target"/>
            <p class="grow">
                <span class="strong">"Goal of "{month.to_string()}</span>": "{standing.earned.to_string()}" of "{standing.goal.to_string()}
                " ("{standing.percent()}" %). "<Paced pace=standing.pace/>{heading}"."
            </p>
            <Bar standing label="Goal"/>
            <a class="small" href="/analytics/goals">"Goals"</a>
        </div>
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
