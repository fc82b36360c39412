//! Charts as HTML and SVG.

use super::columns::{ChartDay, Column, Unit, Width, columns, labelled, words};
use super::scale::{HEIGHT, Scale};
use crate::ui::Figure;
use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use std::fmt::Write;

/// The width of one bar's place in the box.
pub(super) const PLACE: usize = 10;

/// A figure per day: bars, the period before as a dashed line, a readout, and the same figures as a table. Many days become
/// weeks or months. Without script each bar tells its figures as a tooltip; an island moves `.hit.on` and copies the hit's
/// `data-when` and `data-told` into `.chart-readout`.
#[component]
pub fn BarChart(
    /// What is shown, such as `Net earnings`.
    #[prop(into)]
    title: String,
    unit: Unit,
    /// In order, without gaps.
    days: Vec<ChartDay>,
    /// What is compared with, such as `30 days before`.
    #[prop(into)]
    before: String,
    /// The day that is still under way.
    today: NaiveDate,
) -> impl IntoView {
    let width = Width::for_days(days.len());
    let columns = columns(&days, today);
    let (Some(first), Some(last)) = (columns.first().copied(), columns.last().copied()) else {
        return ().into_any();
    };
    let years = first.days.start.year() != last.days.last_day().year();
    let has_before = columns.iter().any(|column| column.previous.is_some());
    let scale = Scale::of(numbers(&columns), unit.whole());
    let whole = crate::period::Period { start: first.days.start, end: last.days.end };
    let spoken =
        format!("{title} per {}, {whole}. {}", width.noun().to_lowercase(), extremes(&columns, unit));
    let lines = scale.lines().map(|line| view! { <span>{unit.short(line)}</span> }).collect_view();
    let marks = labelled(columns.len()).into_iter().filter_map(|index| columns.get(index));
    let marks = marks.map(|column| view! { <span>{mark(column.days.start, width, years)}</span> });
    let marks = marks.collect_view();
    let legend = has_before.then(|| {
        view! { <ul class="legend"><li>"This period"</li><li class="before">{before.clone()}</li></ul> }
    });
    let told = tell(&last, unit);
    view! {
        <div class="chart-box" data-chart>
            <p class="chart-readout"><b>{when(&last, years)}</b>" "<span>{told}</span></p>
            <div class="chart" role="img" aria-label=spoken tabindex="0">
                <div class="chart-y" aria-hidden="true">{lines}</div>
                {plot(&columns, scale, unit, years)}
                <div class="chart-x" aria-hidden="true">{marks}</div>
            </div>
            {legend}
            {table(&columns, unit, width, title, has_before.then_some(before))}
        </div>
    }
    .into_any()
}

fn numbers(columns: &[Column]) -> impl Iterator<Item = i64> {
    columns.iter().flat_map(|column| [Some(column.value), column.previous.map(|(_, sum)| sum)]).flatten()
}

fn plot(columns: &[Column], scale: Scale, unit: Unit, years: bool) -> impl IntoView + use<> {
    let right = columns.len() * PLACE;
    let zero = scale.y(0);
    let grid = scale
        .lines()
        .filter(|line| *line != 0)
        .fold(String::new(), |path, line| path + &format!("M0 {}H{right}", scale.y(line)));
    let bars = columns.iter().enumerate().map(|(index, column)| {
        let bar = bar(index, column.value, scale);
        let class = if column.partial { "bar partial" } else { "bar" };
        view! { <rect class=class x=bar.x y=bar.y width=bar.width height=bar.height/> }
    });
    let bars = bars.collect_view();
    let hits = columns.iter().enumerate().map(|(index, column)| {
        let (when, told) = (when(column, years), tell(column, unit));
        let title = format!("{when}: {told}");
        view! {
            <rect class="hit" x=index * PLACE y="0" width=PLACE height=HEIGHT data-when=when data-told=told>
                <title>{title}</title>
            </rect>
        }
    });
    let hits = hits.collect_view();
    let before = path(columns.iter().map(|column| column.previous.map(|(_, sum)| sum)), scale);
    view! {
        <svg class="chart-plot" viewBox=format!("0 0 {right} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path class="grid" d=grid></path>
            {bars}
            <path class="axis" d=format!("M0 {zero}H{right}")></path>
            <path class="before" d=before></path>
            {hits}
        </svg>
    }
}

/// Where a bar stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// The bar of `value` at `index`: up from zero, or down for refunds.
fn bar(index: usize, value: i64, scale: Scale) -> Bar {
    let (zero, end) = (scale.y(0), scale.y(value));
    let (top, bottom) = (zero.min(end), zero.max(end));
    let height = ((bottom - top) * 100.0).round() / 100.0;
    Bar { x: (index * PLACE) as f64 + 1.5, y: top, width: PLACE as f64 - 3.0, height }
}

/// A line through the middles of the places; a gap where there is no number.
pub(super) fn path(values: impl Iterator<Item = Option<i64>>, scale: Scale) -> String {
    let mut path = String::new();
    let mut drawing = false;
    for (index, value) in values.enumerate() {
        if let Some(value) = value {
            let letter = if drawing { 'L' } else { 'M' };
            // Writing to a String cannot fail.
            let _ = write!(path, "{letter}{} {}", index * PLACE + PLACE / 2, scale.y(value));
        }
        drawing = value.is_some();
    }
    path
}

fn mark(day: NaiveDate, width: Width, years: bool) -> String {
    let pattern = if width == Width::Month || (years && width == Width::Week) { "%b %Y" } else { "%-d %b" };
    day.format(pattern).to_string()
}

fn when(column: &Column, years: bool) -> String {
    let words = words(column.days, years);
    if column.partial { format!("{words} (not complete)") } else { words }
}

/// A bar in words: its figure, and how it stands against the one before.
fn tell(column: &Column, unit: Unit) -> String {
    let figure = unit.figure(column.value);
    let Some((days, before)) = column.previous else { return figure.to_string() };
    let days = words(days, false);
    let difference = unit.figure(column.value.saturating_sub(before).saturating_abs());
    match column.value.cmp(&before) {
        std::cmp::Ordering::Equal => format!("{figure}, the same as {days}"),
        std::cmp::Ordering::Greater => format!("{figure}, {difference} more than {days}"),
        std::cmp::Ordering::Less => format!("{figure}, {difference} less than {days}"),
    }
}

/// The highest and, when there are refunds, the lowest bar, for those who do not see the chart.
fn extremes(columns: &[Column], unit: Unit) -> String {
    let say = |word: &str, column: &Column| {
        format!("{word} {} on {}.", unit.figure(column.value), words(column.days, false))
    };
    let highest = columns.iter().rev().max_by_key(|column| column.value).map(|column| say("Highest", column));
    let lowest = columns.iter().min_by_key(|column| column.value).filter(|column| column.value < 0);
    [highest, lowest.map(|column| say("Lowest", column))].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn table(
    columns: &[Column],
    unit: Unit,
    width: Width,
    title: String,
    before: Option<String>,
) -> impl IntoView + use<> {
    let compared = before.is_some();
    let rows = columns.iter().rev().map(|column| {
        let previous = compared.then(|| {
            let told =
                column.previous.map_or_else(|| "—".to_owned(), |(_, sum)| unit.figure(sum).to_string());
            view! { <td class="num">{told}</td> }
        });
        let class = if column.value < 0 { "num negative" } else { "num" };
        view! {
            <tr>
                <th scope="row">{when(column, true)}</th>
                <td class=class>{unit.figure(column.value).to_string()}</td>
                {previous}
            </tr>
        }
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
                            <th scope="col">{width.noun()}</th>
                            <th scope="col" class="num">{title}</th>
                            {before.map(|before| view! { <th scope="col" class="num">{before}</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

/// A line that shows how a row's figure went; for the eye only, the figures stand beside it.
#[component]
pub fn Sparkline(values: Vec<i64>) -> impl IntoView {
    let points = points(&values);
    (!points.is_empty()).then(|| {
        view! {
            <svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">
                <polyline class="line" points=points></polyline>
            </svg>
        }
    })
}

/// The most points that a sparkline's few pixels show; more are averaged.
const MOST_POINTS: usize = 60;

/// The points in a box of 100 by 24, a stroke's width inside it. Zero is always on the scale, so that a quiet week looks quiet.
fn points(values: &[i64]) -> String {
    let size = values.len().div_ceil(MOST_POINTS).max(1);
    let means: Vec<f64> =
        values.chunks(size).map(|it| it.iter().map(|v| *v as f64).sum::<f64>() / it.len() as f64).collect();
    let low = means.iter().copied().fold(0.0, f64::min);
    let high = means.iter().copied().fold(0.0, f64::max);
    let y = |value: f64| if high > low { 22.0 - (value - low) / (high - low) * 20.0 } else { 22.0 };
    let last = means.len().saturating_sub(1).max(1) as f64;
    let mut points: Vec<_> = means
        .iter()
        .enumerate()
        .map(|(index, mean)| format!("{:.1},{:.1}", index as f64 * 100.0 / last, y(*mean)))
        .collect();
    if let [mean] = means[..] {
        points.push(format!("100.0,{:.1}", y(mean)));
    }
    points.join(" ")
}

/// What a whole is made of, such as earnings by source: words, figure, share, and a bar. All of one kind and currency.
/// Shares are of what came in; a part below zero has none. `opens` leads from each figure to what it is made of.
#[component]
pub fn Shares(parts: Vec<(String, Figure)>, #[prop(optional)] opens: Vec<String>) -> impl IntoView {
    let whole: i128 = parts.iter().map(|(_, figure)| i128::from(figure.number().max(0))).sum();
    let mut opens = opens.into_iter();
    let parts = parts.into_iter().map(move |(words, figure)| {
        let amount = figure.to_string();
        let amount = match opens.next() {
            Some(href) => view! { <a class="opens" href=href>{amount}</a> }.into_any(),
            None => amount.into_any(),
        };
        let percent = share(figure.number(), whole);
        let told = percent.map(|percent| {
            if percent == 0 && figure.number() > 0 { " · under 1\u{a0}%".to_owned() } else { format!(" · {percent}\u{a0}%") }
        });
        view! {
            <li>
                <span>{words.clone()}</span>
                <span class="money">{amount}{told}</span>
                <progress class="progress share" value=percent.unwrap_or(0) max="100" aria-label=words></progress>
            </li>
        }
    });
    view! { <ul class="shares">{parts.collect_view()}</ul> }
}

/// The percentage of `part` in `whole`, rounded.
fn share(part: i64, whole: i128) -> Option<u8> {
    if part < 0 || whole <= 0 {
        return None;
    }
    u8::try_from((i128::from(part) * 200 + whole) / (whole * 2)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(values: &[i64]) -> Scale {
        Scale::of(values.iter().copied(), 1)
    }

    #[test]
    fn bars_stand_on_zero_and_hang_from_it() {
        let scale = scale(&[100, -50]);
        let (up, down) = (bar(0, 100, scale), bar(1, -50, scale));
        assert_eq!((up.y, up.y + up.height), (0.0, scale.y(0)));
        assert_eq!((down.y, down.y + down.height), (scale.y(0), HEIGHT));
        assert!(up.x >= 0.0 && down.x + down.width <= 20.0);
        assert_eq!(bar(0, 0, scale).height, 0.0);
    }

    #[test]
    fn the_line_before_has_gaps_where_nothing_is_known() {
        let scale = scale(&[2]);
        assert_eq!(path([Some(2), None, Some(0), Some(2)].into_iter(), scale), "M5 0M25 100L35 0");
    }

    #[test]
    fn sparklines_stay_in_their_box() {
        assert_eq!(points(&[]), "");
        assert_eq!(points(&[5]), "0.0,2.0 100.0,2.0");
        assert_eq!(points(&[0, 0]), "0.0,22.0 100.0,22.0");
        assert_eq!(points(&[-5, 5]), "0.0,22.0 100.0,2.0");
        let many: Vec<i64> = (0..365).collect();
        assert!(points(&many).split(' ').count() <= MOST_POINTS);
        assert!(points(&[i64::MIN, i64::MAX]).starts_with("0.0,22.0"));
    }

    #[test]
    fn shares_are_of_what_came_in() {
        assert_eq!(share(42, 100), Some(42));
        assert_eq!(share(1, 1_000), Some(0));
        assert_eq!(share(-5, 100), None);
        assert_eq!(share(0, 0), None);
        assert_eq!(share(i64::MAX, i128::from(i64::MAX)), Some(100));
    }
}
