//! A heat map of weekdays and hours: how much falls into each hour of the week.

use super::columns::Unit;
use leptos::prelude::*;

/// The weekdays, from Monday on.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// So many shades there are besides nothing.
const SHADES: i128 = 5;

/// Seven rows of twenty-four hours. The shade is of one hue from light to dark; the readout tells the figure of each hour, the
/// table all of them.
#[component]
pub fn HeatMap(
    /// What is shown, such as `Net earnings`.
    #[prop(into)]
    title: String,
    unit: Unit,
    /// By weekday (Monday first), then by hour.
    hours: [[i64; 24]; 7],
) -> impl IntoView {
    let most = hours.iter().flatten().copied().max().unwrap_or(0);
    let cells = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour))).map(|(day, hour)| {
        let value = hours[day][hour];
        let is_most = (day, hour) == highest(&hours);
        let (when, told) = (when(day, hour), tell(unit, value, is_most));
        let name = format!("{when}: {told}");
        view! {
            <rect class=format!("cell shade-{}", shade(value, most)) x=hour * 10 y=day * 10 width="9.4" height="9.2"/>
            <rect class="hit" x=hour * 10 y=day * 10 width="10" height="10" data-when=when data-told=told data-rest=is_most><title>{name}</title></rect>
        }
    });
    let cells = cells.collect_view();
    let (day, hour) = highest(&hours);
    let top = format!("{} on {}", unit.figure(hours[day][hour]), when(day, hour));
    let spoken = format!("{title} by weekday and hour. Most in one hour of the week: {top}.");
    let names = WEEKDAYS.map(|day| view! { <span>{&day[..3]}</span> }).into_iter().collect_view();
    let marks = [0, 6, 12, 18]
        .map(|hour| view! { <span>{format!("{hour:02}:00")}</span> })
        .into_iter()
        .collect_view();
    let shades =
        (0..=SHADES).map(|shade| view! { <span class=format!("shade-{shade}")></span> }).collect_view();
    let table = table(&title, unit, &hours);
    view! {
        <div class="chart-box" data-chart>
            <p class="chart-readout"><b>{when(day, hour)}</b>" "<span>{tell(unit, hours[day][hour], true)}</span></p>
            <div class="chart heat" role="img" aria-label=spoken tabindex="0" data-columns="24">
                <div class="chart-y" aria-hidden="true">{names}</div>
                <svg class="chart-plot" viewBox="0 0 240 70" preserveAspectRatio="none" aria-hidden="true">{cells}</svg>
                <div class="chart-x" aria-hidden="true">{marks}</div>
            </div>
            <p class="heat-legend" aria-hidden="true"><span>"Less"</span>{shades}<span>"More"</span></p>
            {table}
        </div>
    }
}

fn tell(unit: Unit, value: i64, is_most: bool) -> String {
    format!("{}{}", unit.figure(value), if is_most { ", the most" } else { "" })
}

fn when(day: usize, hour: usize) -> String {
    format!("{} {hour:02}:00 – {:02}:00", WEEKDAYS[day], (hour + 1) % 24)
}

/// Which shade of [`SHADES`]: equal steps up to the most; nothing, and what is below zero, has none.
fn shade(value: i64, most: i64) -> i128 {
    if value <= 0 || most <= 0 {
        return 0;
    }
    (i128::from(value) * SHADES + i128::from(most) - 1) / i128::from(most)
}

fn highest(hours: &[[i64; 24]; 7]) -> (usize, usize) {
    let all = (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour)));
    all.rev().max_by_key(|(day, hour)| hours[*day][*hour]).unwrap_or((0, 0))
}

fn table(title: &str, unit: Unit, hours: &[[i64; 24]; 7]) -> impl IntoView + use<> {
    let heads =
        WEEKDAYS.map(|day| view! { <th scope="col" class="num">{&day[..3]}</th> }).into_iter().collect_view();
    let rows = (0..24).map(|hour| {
        let cells =
            (0..7).map(|day| view! { <td class="num">{unit.figure(hours[day][hour]).to_string()}</td> });
        view! { <tr><th scope="row">{format!("{hour:02}:00")}</th>{cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <details class="disclosure">
            <summary>"Show as a table"</summary>
            <div class="table-wrap" tabindex="0" role="region" aria-label=format!("{title} by weekday and hour, as a table")>
                <table class="table"><thead><tr><th scope="col">"Hour"</th>{heads}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_are_equal_steps_and_nothing_has_none() {
        let shades = [0, 1, 20, 21, 99, 100, -5].map(|value| shade(value, 100));
        assert_eq!(shades, [0, 1, 1, 2, 5, 5, 0]);
        assert_eq!(shade(i64::MAX, i64::MAX), 5);
        assert_eq!(shade(5, 0), 0);
    }

    #[test]
    fn the_hour_with_most_is_found() {
        let mut hours = [[0; 24]; 7];
        hours[4][21] = 7;
        assert_eq!(highest(&hours), (4, 21));
        assert_eq!(when(4, 23), "Friday 23:00 – 00:00");
        assert_eq!(highest(&[[0; 24]; 7]), (0, 0));
    }
}
