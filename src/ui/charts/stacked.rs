//! Stacked columns: what a sum is made of, step by step. What is below zero hangs from the axis.

use super::columns::Unit;
use super::scale::{HEIGHT, Scale};
use super::series::{Series, Step, Steps, grid, y_labels};
use super::view::{PLACE, path};
use crate::period::Period;
use chrono::NaiveDate;
use leptos::prelude::*;

/// So many parts have a colour of their own; the last takes the rest.
const MOST: usize = 6;

/// Columns of `parts`, the first at the bottom, and as a dashed line the sums they are compared with. Parts are told apart by
/// lightness as well as by colour, by their order in the legend, by the readout, and by the table.
#[component]
pub fn StackedChart(
    /// What is shown, such as `Net earnings`.
    #[prop(into)]
    title: String,
    unit: Unit,
    step: Step,
    /// The steps, in order.
    days: Vec<Period>,
    /// Most important first.
    parts: Vec<Series>,
    /// The sums of the steps compared with, and what they are called.
    #[prop(optional_no_strip)]
    before: Option<(String, Vec<i64>)>,
    /// The day that is still under way.
    today: NaiveDate,
) -> impl IntoView {
    let (parts, steps) = (gathered(parts), Steps { step, days, today });
    let count = steps.days.len();
    if count == 0 {
        return ().into_any();
    }
    let stacks: Vec<Vec<Piece>> = (0..count).map(|at| stack(&parts, at)).collect();
    let ends = stacks.iter().flatten().flat_map(|piece| [piece.from, piece.to]);
    let line = before.iter().flat_map(|(_, values)| values.iter().copied().take(count));
    let scale = Scale::of(ends.chain(line), unit.whole());
    let last = count - 1;
    let told = |at: usize| tell(&parts, before.as_ref(), at, unit);
    let spoken = spoken(&title, &parts, &steps, unit);
    let (grid, axis) = grid(scale, count * PLACE);
    let before_path =
        before.as_ref().map(|(_, values)| path(values.iter().copied().take(count).map(Some), scale));
    let columns =
        stacks.iter().enumerate().map(|(at, pieces)| column(at, pieces, &steps, scale)).collect_view();
    let legend = parts
        .iter()
        .enumerate()
        .map(|(at, part)| view! { <li class=format!("part-{at}")>{part.words.clone()}</li> });
    let legend = legend.collect_view();
    let words = before.as_ref().map(|(words, _)| view! { <li class="before">{words.clone()}</li> });
    let table = steps.table(&title, unit, &parts, parts.len() > 1);
    view! {
        <div class="chart-box" data-chart>
            <p class="chart-readout"><b>{steps.when(last, steps.years())}</b>" "<span>{told(last)}</span></p>
            <div class="chart" role="img" aria-label=spoken tabindex="0">
                <div class="chart-y" aria-hidden="true">{y_labels(scale, unit)}</div>
                <svg class="chart-plot" viewBox=format!("0 0 {} {HEIGHT}", count * PLACE) preserveAspectRatio="none" aria-hidden="true">
                    <path class="grid" d=grid></path>
                    {columns}
                    <path class="axis" d=axis></path>
                    {before_path.map(|d| view! { <path class="before" d=d></path> })}
                    {steps.hits(told)}
                </svg>
                <div class="chart-x" aria-hidden="true">{steps.marks()}</div>
            </div>
            <ul class="legend">{legend}{words}</ul>
            {table}
        </div>
    }
    .into_any()
}

/// Small parts together, so that there are at most [`MOST`].
fn gathered(mut parts: Vec<Series>) -> Vec<Series> {
    if parts.len() <= MOST {
        return parts;
    }
    let rest = parts.split_off(MOST - 1);
    let count = rest.iter().map(|part| part.values.len()).max().unwrap_or(0);
    let sum = |at: usize| {
        rest.iter().filter_map(|part| part.values.get(at)).fold(0_i64, |sum, it| sum.saturating_add(*it))
    };
    parts.push(Series { words: "Everything else".to_owned(), values: (0..count).map(sum).collect() });
    parts
}

/// A part's piece of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    part: usize,
    from: i64,
    to: i64,
}

/// The pieces of the column at `at`: up from zero, and down from it for what is below.
fn stack(parts: &[Series], at: usize) -> Vec<Piece> {
    let (mut top, mut bottom) = (0_i64, 0_i64);
    let values = parts.iter().enumerate().filter_map(|(part, it)| Some((part, *it.values.get(at)?)));
    let pieces = values.filter(|(_, value)| *value != 0).map(|(part, value)| {
        let edge = if value > 0 { &mut top } else { &mut bottom };
        let from = *edge;
        *edge = edge.saturating_add(value);
        Piece { part, from, to: *edge }
    });
    pieces.collect()
}

fn column(at: usize, pieces: &[Piece], steps: &Steps, scale: Scale) -> impl IntoView + use<> {
    let partial = steps.days.get(at).is_some_and(|days| steps.step.is_partial(*days, steps.today));
    let pieces = pieces.iter().map(|piece| {
        let (a, b) = (scale.y(piece.from), scale.y(piece.to));
        let class = format!("piece part-{}{}", piece.part, if partial { " partial" } else { "" });
        let height = ((a - b).abs() * 100.0).round() / 100.0;
        view! { <rect class=class x=(at * PLACE) as f64 + 1.5 y=a.min(b) width=PLACE as f64 - 3.0 height=height/> }
    });
    pieces.collect_view()
}

fn total(parts: &[Series], at: usize) -> i64 {
    parts.iter().filter_map(|part| part.values.get(at)).fold(0_i64, |sum, it| sum.saturating_add(*it))
}

/// A column in words: its sum, its parts, and the sum compared with.
fn tell(parts: &[Series], before: Option<&(String, Vec<i64>)>, at: usize, unit: Unit) -> String {
    let sum = unit.figure(total(parts, at));
    let named = parts.iter().filter_map(|part| {
        let value = part.values.get(at).copied().filter(|value| *value != 0)?;
        Some(format!("{} {}", part.words, unit.figure(value)))
    });
    let named = if parts.len() > 1 { named.collect::<Vec<_>>().join(", ") } else { String::new() };
    let before = before.and_then(|(words, values)| {
        Some(format!("{} in the days compared with ({})", unit.figure(*values.get(at)?), words))
    });
    let rest: Vec<_> = [Some(named).filter(|it| !it.is_empty()), before].into_iter().flatten().collect();
    if rest.is_empty() { sum.to_string() } else { format!("{sum}: {}", rest.join("; ")) }
}

fn spoken(title: &str, parts: &[Series], steps: &Steps, unit: Unit) -> String {
    let whole = steps.days.first().zip(steps.days.last()).map(|(a, b)| Period { start: a.start, end: b.end });
    let highest = (0..steps.days.len()).max_by_key(|at| total(parts, *at));
    let highest =
        highest.map(|at| format!("Highest {} in {}.", unit.figure(total(parts, at)), steps.when(at, false)));
    let whole = whole.map(|days| days.to_string()).unwrap_or_default();
    format!("{title} per {}, {whole}. {}", steps.step.noun().to_lowercase(), highest.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(words: &str, values: &[i64]) -> Series {
        Series { words: words.to_owned(), values: values.to_vec() }
    }

    #[test]
    fn what_is_below_zero_hangs_from_the_axis() {
        let parts = [part("Tips", &[5]), part("Refunds", &[-3]), part("Messages", &[2]), part("Posts", &[0])];
        let pieces = stack(&parts, 0);
        let expected = [(0, 0, 5), (1, 0, -3), (2, 5, 7)].map(|(part, from, to)| Piece { part, from, to });
        assert_eq!(pieces, expected);
        assert_eq!(total(&parts, 0), 4);
    }

    #[test]
    fn many_parts_become_few_and_nothing_is_lost() {
        let parts: Vec<_> = (0..9).map(|at| part("x", &[at, 1])).collect();
        let few = gathered(parts.clone());
        assert_eq!(few.len(), MOST);
        assert_eq!((total(&few, 0), total(&few, 1)), (total(&parts, 0), 9));
    }

    #[test]
    fn a_column_is_told_with_its_parts() {
        let parts = [part("Tips", &[5]), part("Refunds", &[-3])];
        assert_eq!(tell(&parts, None, 0, Unit::Count), "2: Tips 5, Refunds −3");
        let before = ("1 – 2 Nov".to_owned(), vec![7]);
        assert_eq!(
            tell(&parts[..1], Some(&before), 0, Unit::Count),
            "5: 7 in the days compared with (1 – 2 Nov)"
        );
    }
}
