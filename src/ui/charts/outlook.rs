//! A line that goes on into days to come, with the band that these should lie in.

use super::columns::{Unit, labelled};
use super::scale::{HEIGHT, Scale};
use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use std::fmt::Write;

/// The width of one day's place in the box.
const PLACE: usize = 10;

/// A day to come: the lower end, what is expected, the upper end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// The day.
    pub day: NaiveDate,
    /// The lower end of the interval.
    pub low: i64,
    /// What is expected.
    pub mid: i64,
    /// The upper end.
    pub high: i64,
}

/// One place of the chart: when, and what is told of it.
struct Spot {
    day: NaiveDate,
    told: String,
    cells: [String; 3],
}

/// Days that are over as a line, days to come as a broken line within a band; a readout, and the same figures as a table.
#[component]
pub fn OutlookChart(
    /// What is shown, such as `Net earnings`.
    #[prop(into)]
    title: String,
    unit: Unit,
    /// Over, in order.
    past: Vec<(NaiveDate, i64)>,
    /// To come, in order, from the day after the last of `past`.
    coming: Vec<Coming>,
) -> impl IntoView {
    let spots = spots(&past, &coming, unit);
    let (Some(first), Some(last)) = (spots.first(), spots.last()) else { return ().into_any() };
    let numbers =
        past.iter().map(|day| day.1).chain(coming.iter().flat_map(|day| [day.low, day.mid, day.high]));
    let scale = Scale::of(numbers, unit.whole());
    let years = first.day.year() != last.day.year();
    let spoken = format!(
        "{title} per day from {} to {}; the last {} days are a forecast.",
        words(first.day, true),
        words(last.day, true),
        coming.len()
    );
    let lines = scale.lines().map(|line| view! { <span>{unit.short(line)}</span> }).collect_view();
    let marks = labelled(spots.len()).into_iter().filter_map(|index| spots.get(index));
    let marks = marks.map(|spot| view! { <span>{words(spot.day, years)}</span> }).collect_view();
    view! {
        <div class="chart-box" data-chart>
            <p class="chart-readout"><b>{words(last.day, true)}</b>" "<span>{last.told.clone()}</span></p>
            <div class="chart" role="img" aria-label=spoken tabindex="0">
                <div class="chart-y" aria-hidden="true">{lines}</div>
                {plot(&past, &coming, &spots, scale)}
                <div class="chart-x" aria-hidden="true">{marks}</div>
            </div>
            <ul class="legend">
                <li class="line">"What came"</li>
                <li class="before">"Expected"</li>
                <li class="band">"Four days out of five lie here"</li>
            </ul>
            {table(&spots, title)}
        </div>
    }
    .into_any()
}

fn words(day: NaiveDate, year: bool) -> String {
    day.format(if year { "%-d %b %Y" } else { "%-d %b" }).to_string()
}

fn spots(past: &[(NaiveDate, i64)], coming: &[Coming], unit: Unit) -> Vec<Spot> {
    let dash = || "—".to_owned();
    let over = past.iter().map(|(day, value)| {
        let came = unit.figure(*value).to_string();
        Spot { day: *day, told: came.clone(), cells: [came, dash(), dash()] }
    });
    let ahead = coming.iter().map(|it| {
        let expected = unit.figure(it.mid).to_string();
        let between = format!("{} to {}", unit.figure(it.low), unit.figure(it.high));
        Spot {
            day: it.day,
            told: format!("{expected} expected, {between}"),
            cells: [dash(), expected, between],
        }
    });
    over.chain(ahead).collect()
}

fn plot(past: &[(NaiveDate, i64)], coming: &[Coming], spots: &[Spot], scale: Scale) -> impl IntoView + use<> {
    let right = spots.len() * PLACE;
    let zero = scale.y(0);
    let grid = scale
        .lines()
        .filter(|line| *line != 0)
        .fold(String::new(), |path, line| path + &format!("M0 {}H{right}", scale.y(line)));
    let over = path(0, past.iter().map(|day| day.1), scale);
    let ahead = path(past.len(), coming.iter().map(|day| day.mid), scale);
    let hits = spots.iter().enumerate().map(|(index, spot)| {
        let (when, told) = (words(spot.day, true), spot.told.clone());
        let title = format!("{when}: {told}");
        view! {
            <rect class="hit" x=index * PLACE y="0" width=PLACE height=HEIGHT data-when=when data-told=told>
                <title>{title}</title>
            </rect>
        }
    });
    let hits = hits.collect_view();
    view! {
        <svg class="chart-plot" viewBox=format!("0 0 {right} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path class="grid" d=grid></path>
            <path class="band" d=band(past.len(), coming, scale)></path>
            <path class="axis" d=format!("M0 {zero}H{right}")></path>
            <path class="line" d=over></path>
            <path class="before" d=ahead></path>
            {hits}
        </svg>
    }
}

fn middle(index: usize) -> usize {
    index * PLACE + PLACE / 2
}

/// A line through the middles of the places from `first` on.
fn path(first: usize, values: impl Iterator<Item = i64>, scale: Scale) -> String {
    values.enumerate().fold(String::new(), |mut path, (index, value)| {
        let letter = if index == 0 { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(path, "{letter}{} {}", middle(first + index), scale.y(value));
        path
    })
}

/// Along the upper ends, and back along the lower ones.
fn band(first: usize, coming: &[Coming], scale: Scale) -> String {
    let upper = path(first, coming.iter().map(|day| day.high), scale);
    let lower = coming.iter().enumerate().rev().fold(upper, |mut path, (index, day)| {
        let _ = write!(path, "L{} {}", middle(first + index), scale.y(day.low));
        path
    });
    if lower.is_empty() { lower } else { lower + "Z" }
}

fn table(spots: &[Spot], title: String) -> impl IntoView + use<> {
    let rows = spots.iter().rev().map(|spot| {
        let cells = spot.cells.clone().map(|cell| view! { <td class="num">{cell}</td> });
        view! { <tr><th scope="row">{words(spot.day, true)}</th>{cells.into_iter().collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    let label = format!("{title}, as a table");
    view! {
        <details class="disclosure">
            <summary>"Show as a table"</summary>
            <div class="table-wrap" tabindex="0" role="region" aria-label=label>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Day"</th>
                            <th scope="col" class="num">"Came"</th>
                            <th scope="col" class="num">"Expected"</th>
                            <th scope="col" class="num">"Between"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn the_band_goes_along_the_upper_ends_and_back_along_the_lower() {
        let day: NaiveDate = "2026-11-01".parse().unwrap();
        let coming = [Coming { day, low: 0, mid: 1, high: 2 }, Coming { day, low: 1, mid: 1, high: 2 }];
        let scale = Scale::of([0, 2].into_iter(), 1);
        assert_eq!(band(1, &coming, scale), "M15 0L25 0L25 50L15 100Z");
        assert_eq!(band(0, &[], scale), "");
    }
}
