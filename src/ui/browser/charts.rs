//! Reading charts out: the bar under the pointer, the finger or the arrow keys is marked and told beside the chart.

use super::dom::{closest, elements, listen};
use leptos::prelude::document;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent, PointerEvent};

/// The bar that is marked: in which chart of the page, and what it is called there.
#[derive(Clone, PartialEq)]
pub struct Marked {
    chart: usize,
    when: String,
}

thread_local! {
    static MARKED: RefCell<Option<Marked>> = const { RefCell::new(None) };
}

/// Heeds every chart of the page, those that come into a live region later too.
pub fn read_charts() {
    listen(&document(), "pointermove", point);
    listen(&document(), "pointerdown", point);
    listen(&document(), "keydown", |event| {
        if let (Some(key), Some(chart)) = (event.dyn_ref::<KeyboardEvent>(), closest(&event, ".chart")) {
            press(key, &chart);
        }
    });
    // The keyboard begins where the chart ends: at the newest bar.
    listen(&document(), "focusin", |event| {
        if let Some(chart) = closest(&event, ".chart").filter(|it| marked_in(it).is_none()) {
            mark(&chart, rest(&chart));
        }
    });
    listen(&document(), "focusout", |event| {
        if closest(&event, ".chart").is_some() {
            unmark();
        }
    });
}

/// What is marked now.
pub fn marked() -> Option<Marked> {
    MARKED.with_borrow(Clone::clone)
}

/// Marks what was marked before its chart was swapped in anew, which forgot it.
pub fn mark_again(marked: Option<Marked>) {
    let Some(marked) = marked else { return };
    let Some(chart) = charts().into_iter().nth(marked.chart) else { return };
    let again = bars(&chart).iter().position(|bar| when(bar) == marked.when);
    if let Some(index) = again {
        mark(&chart, index);
    }
}

fn charts() -> Vec<Element> {
    elements(document().query_selector_all(".chart"))
}

fn bars(chart: &Element) -> Vec<Element> {
    elements(chart.query_selector_all(".hit"))
}

fn when(bar: &Element) -> String {
    bar.get_attribute("data-when").unwrap_or_default()
}

fn marked_in(chart: &Element) -> Option<usize> {
    bars(chart).iter().position(|bar| bar.class_list().contains("on"))
}

/// How many bars stand side by side, where they stand in rows too.
fn columns(chart: &Element) -> Option<usize> {
    chart.get_attribute("data-columns")?.parse().ok()
}

/// Which of `count` equal steps `offset` is in.
fn step(offset: f64, size: f64, count: usize) -> usize {
    let share = offset / size.max(1.0);
    (share * count as f64).floor().clamp(0.0, count.saturating_sub(1) as f64) as usize
}

/// The bar that is told while none is marked: the newest, unless one is named.
fn rest(chart: &Element) -> usize {
    let all = bars(chart);
    let named = all.iter().position(|bar| bar.has_attribute("data-rest"));
    named.unwrap_or_else(|| all.len().saturating_sub(1))
}

/// A mouse that leaves takes the mark along; a finger leaves it.
fn point(event: Event) {
    let Some(pointer) = event.dyn_ref::<PointerEvent>() else { return };
    let Some(plot) = closest(&event, ".chart-plot") else {
        let focused = document().active_element().is_some_and(|it| it.class_list().contains("chart"));
        if !focused && (pointer.pointer_type() == "mouse" || event.type_() == "pointerdown") {
            unmark();
        }
        return;
    };
    let Ok(Some(chart)) = plot.closest(".chart") else { return };
    let place = plot.get_bounding_client_rect();
    let count = bars(&chart).len();
    let columns = columns(&chart).unwrap_or(count).max(1);
    let across = step(f64::from(pointer.client_x()) - place.left(), place.width(), columns);
    let down = step(f64::from(pointer.client_y()) - place.top(), place.height(), count / columns);
    mark(&chart, down * columns + across);
}

fn press(key: &KeyboardEvent, chart: &Element) {
    let last = bars(chart).len().saturating_sub(1);
    let here = marked_in(chart).unwrap_or_else(|| rest(chart));
    let rows = columns(chart);
    let there = match key.key().as_str() {
        "ArrowUp" if rows.is_some() => here.checked_sub(rows.unwrap_or(0)).unwrap_or(here),
        "ArrowDown" if rows.is_some_and(|columns| here + columns <= last) => here + rows.unwrap_or(0),
        "ArrowDown" if rows.is_some() => here,
        "ArrowLeft" => here.saturating_sub(1),
        "ArrowRight" => (here + 1).min(last),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    key.prevent_default();
    tell_aloud(chart);
    mark(chart, there);
}

/// What the keys choose is spoken; what a pointer brushes over is not.
fn tell_aloud(chart: &Element) {
    if let Some(readout) = readout(chart) {
        // Setting an attribute of an element that exists does not fail.
        drop(readout.set_attribute("aria-live", "polite"));
    }
}

fn readout(chart: &Element) -> Option<Element> {
    chart.closest("[data-chart]").ok()??.query_selector(".chart-readout").ok()?
}

fn mark(chart: &Element, index: usize) {
    let all = bars(chart);
    let Some(bar) = all.get(index) else { return };
    let Some(number) = charts().iter().position(|it| it == chart) else { return };
    let marked = Marked { chart: number, when: when(bar) };
    if MARKED.with_borrow(|it| it.as_ref() == Some(&marked)) && bar.class_list().contains("on") {
        return;
    }
    for other in elements(document().query_selector_all(".chart .hit.on")) {
        switch(&other, false);
    }
    switch(bar, true);
    // The browser's own tooltip would tell the same once more.
    bar.set_inner_html("");
    write(chart, bar);
    MARKED.set(Some(marked));
}

/// Back to the figures that the server wrote.
fn unmark() {
    let Some(marked) = MARKED.take() else { return };
    let Some(chart) = charts().into_iter().nth(marked.chart) else { return };
    for bar in elements(chart.query_selector_all(".hit.on")) {
        switch(&bar, false);
    }
    if let Some(bar) = bars(&chart).get(rest(&chart)) {
        write(&chart, bar);
    }
}

fn switch(bar: &Element, on: bool) {
    // A class list takes any word without spaces.
    drop(bar.class_list().toggle_with_force("on", on));
}

fn write(chart: &Element, bar: &Element) {
    let Some(readout) = readout(chart) else { return };
    let told = bar.get_attribute("data-told").unwrap_or_default();
    for (place, words) in [("b", when(bar)), ("span", told)] {
        if let Ok(Some(element)) = readout.query_selector(place) {
            element.set_text_content(Some(&words));
        }
    }
}
