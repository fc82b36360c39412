//! Live regions: when the server says that something changed, the page is fetched again and what differs is swapped in.

use super::dom::{elements, fetch_text, focus, listen};
use leptos::prelude::{document, set_timeout, window};
use leptos::task::spawn_local;
use std::cell::RefCell;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Document, DomParser, Element, Event, EventSource, SupportedType};

/// Changes that come together are shown together.
const GATHER: Duration = Duration::from_millis(150);
/// What the keyboard can be on.
const FOCUSABLE: &str = "a[href], button, input, select, textarea, summary, [tabindex]";

#[derive(Default)]
struct State {
    source: Option<EventSource>,
    /// What the server last gave for each region: what people opened or typed since is no difference.
    given: Vec<(String, String)>,
    /// A refresh is planned or under way.
    busy: bool,
    /// Something changed while one was under way, or while the page was out of sight.
    again: bool,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with<T>(change: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(change)
}

/// Opens the page's one event stream, if it has live regions.
pub fn keep_live() {
    let regions = regions(&document());
    if regions.is_empty() || with(|state| state.source.is_some()) {
        return;
    }
    let given = regions.iter().map(|region| (name(region), region.inner_html())).collect();
    with(|state| state.given = given);
    open();
    // A closed stream lets the browser keep the page for the way back.
    listen(&window(), "pagehide", |_| {
        if let Some(source) = with(|state| state.source.take()) {
            source.close();
        }
    });
    listen(&window(), "pageshow", |_| {
        if with(|state| state.source.is_none()) {
            open();
            refresh_soon();
        }
    });
    listen(&document(), "visibilitychange", |_| {
        if !document().hidden() && with(|state| std::mem::take(&mut state.again)) {
            refresh_soon();
        }
    });
}

fn open() {
    let Ok(source) = EventSource::new("/live") else { return };
    listen(&source, "change", |_| refresh_soon());
    // The first time it opens the page is fresh; later it was cut off, and anything may have changed.
    let mut opened = false;
    listen(&source, "open", move |_| {
        if std::mem::replace(&mut opened, true) {
            refresh_soon();
        }
    });
    with(|state| state.source = Some(source));
}

fn refresh_soon() {
    let wait = with(|state| {
        let wait = state.busy || document().hidden();
        state.again |= wait;
        state.busy = true;
        wait
    });
    if wait {
        with(|state| state.busy &= !document().hidden());
        return;
    }
    set_timeout(|| spawn_local(refresh()), GATHER);
}

async fn refresh() {
    if let Some(html) = fetch_text(&window().location().href().unwrap_or_default()).await {
        let parsed = DomParser::new().and_then(|it| it.parse_from_string(&html, SupportedType::TextHtml));
        if let Ok(fresh) = parsed {
            show(&fresh);
        }
    }
    let again = with(|state| {
        state.busy = false;
        std::mem::take(&mut state.again)
    });
    if again {
        refresh_soon();
    }
}

fn regions(document: &Document) -> Vec<Element> {
    elements(document.query_selector_all("[data-live]"))
}

fn name(region: &Element) -> String {
    region.get_attribute("data-live").unwrap_or_default()
}

fn show(fresh: &Document) {
    let fresh = regions(fresh);
    for region in regions(&document()) {
        let name = name(&region);
        let Some(html) = fresh.iter().find(|it| self::name(it) == name).map(Element::inner_html) else {
            continue;
        };
        let known = with(|state| state.given.iter().any(|given| given.0 == name && given.1 == html));
        if !known && !is_typed_in(&region) {
            swap(&region, &html);
            with(|state| {
                state.given.retain(|given| given.0 != name);
                state.given.push((name, html));
            });
        }
    }
}

/// Somebody is filling in a field here: the next change will do.
fn is_typed_in(region: &Element) -> bool {
    let focused = document().active_element().filter(|it| region.contains(Some(it)));
    focused.is_some_and(|it| matches!(it.tag_name().as_str(), "INPUT" | "SELECT" | "TEXTAREA"))
}

/// Puts `html` in, and the person back to where they were: focus, opened details, sideways scroll.
fn swap(region: &Element, html: &str) {
    let focused = document().active_element().filter(|it| region.contains(Some(it)));
    let focused = focused.map(|it| place(region, &it));
    let opened: Vec<bool> = details(region).iter().map(|it| it.has_attribute("open")).collect();
    let scrolled: Vec<i32> = wraps(region).iter().map(Element::scroll_left).collect();
    let marked = super::charts::marked();
    region.set_inner_html(html);
    for (element, open) in details(region).iter().zip(opened) {
        // Setting an attribute of an element that exists does not fail.
        drop(element.toggle_attribute_with_force("open", open));
    }
    for (wrap, left) in wraps(region).iter().zip(scrolled) {
        wrap.set_scroll_left(left);
    }
    if let Some(element) = focused.and_then(|place| at(region, &place)) {
        focus(&element);
    }
    super::charts::mark_again(marked);
    // The script in shell.rs wakes the islands inside.
    if let Ok(event) = Event::new("swapped") {
        drop(region.dispatch_event(&event));
    }
}

fn details(region: &Element) -> Vec<Element> {
    elements(region.query_selector_all("details"))
}

fn wraps(region: &Element) -> Vec<Element> {
    elements(region.query_selector_all(".table-wrap"))
}

/// Where the focus is: on this link or id, else on the so-many-eth thing that can have it.
struct Place {
    id: String,
    href: Option<String>,
    index: usize,
}

fn place(region: &Element, focused: &Element) -> Place {
    let all = elements(region.query_selector_all(FOCUSABLE));
    let index = all.iter().position(|it| it == focused).unwrap_or(0);
    Place { id: focused.id(), href: focused.get_attribute("href"), index }
}

fn at(region: &Element, place: &Place) -> Option<Element> {
    let all = elements(region.query_selector_all(FOCUSABLE));
    let same = |it: &&Element| match &place.href {
        _ if !place.id.is_empty() => it.id() == place.id,
        Some(href) => it.get_attribute("href").as_ref() == Some(href),
        None => false,
    };
    all.iter().find(same).or_else(|| all.get(place.index)).cloned().and_then(|it| it.dyn_into().ok())
}
