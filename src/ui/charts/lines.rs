//! Lines: the same figure of a few, step by step.

use super::columns::Unit;
use super::scale::{HEIGHT, Scale};
use super::series::{Series, Step, Steps, grid, y_labels};
use super::view::{PLACE, path};
use crate::period::Period;
use chrono::NaiveDate;
use leptos::prelude::*;

/// A line for each of up to six series. Lines are told apart by their dashes as well as by colour, by the readout, and by the
/// table.
#[component]
pub fn LineChart(
    /// What is shown, such as `Net earnings`.
    #[prop(into)]
    title: String,
    unit: Unit,
    step: Step,
    /// The steps, in order.
    days: Vec<Period>,
    series: Vec<Series>,
    /// The day that is still under way.
    today: NaiveDate,
) -> impl IntoView {
    let steps = Steps { step, days, today };
    let count = steps.days.len();
    if count == 0 || series.is_empty() {
        return ().into_any();
    }
    let scale = Scale::of(series.iter().flat_map(|it| it.values.iter().copied()), unit.whole());
    let (grid, axis) = grid(scale, count * PLACE);
    let lines = series.iter().enumerate().map(|(at, it)| {
        let class = format!("line part-{at}");
        view! { <path class=class d=path(it.values.iter().copied().take(count).map(Some), scale)></path> }
    });
    let lines = lines.collect_view();
    let legend = series.iter().enumerate();
    let legend = legend
        .map(|(at, it)| view! { <li class=format!("line part-{at}")>{it.words.clone()}</li> })
        .collect_view();
    let told = |at: usize| tell(&series, at, unit);
    let names = series.iter().map(|it| it.words.as_str()).collect::<Vec<_>>().join(", ");
    let spoken = format!(
        "{title} per {} of {names}. The table below has the figures.",
        steps.step.noun().to_lowercase()
    );
    let last = count - 1;
    let table = steps.table(&title, unit, &series, false);
    view! {
        <div class="chart-box" data-chart>
            <p class="chart-readout several"><b>{steps.when(last, steps.years())}</b>" "<span>{told(last)}</span></p>
            <div class="chart" role="img" aria-label=spoken tabindex="0">
                <div class="chart-y" aria-hidden="true">{y_labels(scale, unit)}</div>
                <svg class="chart-plot" viewBox=format!("0 0 {} {HEIGHT}", count * PLACE) preserveAspectRatio="none" aria-hidden="true">
                    <path class="grid" d=grid></path>
                    <path class="axis" d=axis></path>
                    {lines}
                    {steps.hits(told)}
                </svg>
                <div class="chart-x" aria-hidden="true">{steps.marks()}</div>
            </div>
            <ul class="legend">{legend}</ul>
            {table}
        </div>
    }
    .into_any()
}

fn tell(series: &[Series], at: usize, unit: Unit) -> String {
    let named = series
        .iter()
        .map(|it| format!("{} {}", it.words, unit.figure(it.values.get(at).copied().unwrap_or(0))));
    named.collect::<Vec<_>>().join(", ")
}
