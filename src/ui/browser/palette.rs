//! The palette: Ctrl/Cmd-K opens it, typing finds, arrows choose, Enter opens. The server renders what is found.

use super::dom::{by_id, closest, elements, fetch_text, listen};
use leptos::prelude::{document, set_timeout, window};
use leptos::task::spawn_local;
use std::cell::Cell;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

/// People type faster than they want answers.
const PAUSE: Duration = Duration::from_millis(120);
const NO_ANSWER: &str = r#"<div class="palette-group" role="option" aria-disabled="true" aria-selected="false">Search does not answer just now. Try again in a moment.</div>"#;

thread_local! {
    /// The number of the question asked last: an answer to an earlier one comes too late.
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Heeds the keys and the search button.
pub fn answer_keys() {
    let (Some(dialog), Some(input)) = (dialog(), input()) else { return };
    listen(&document(), "keydown", |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        if (key.ctrl_key() || key.meta_key()) && !key.shift_key() && !key.alt_key() && key.key() == "k" {
            event.prevent_default();
            toggle();
        }
    });
    listen(&document(), "click", |event| {
        if closest(&event, "a.search-button").is_some() && !is_for_a_new_tab(&event) {
            event.prevent_default();
            toggle();
        }
    });
    // A press beside the dialog is on the dialog's own backdrop.
    listen(&dialog, "click", |event| {
        if closest(&event, "*").is_some_and(|it| it.id() == "palette") {
            close();
        }
    });
    listen(&input, "input", |_| ask(PAUSE));
    listen(&input, "keydown", |event| {
        if let Some(key) = event.dyn_ref::<KeyboardEvent>().filter(|key| !key.is_composing()) {
            choose(key);
        }
    });
}

fn dialog() -> Option<HtmlDialogElement> {
    by_id("palette")
}

fn input() -> Option<HtmlInputElement> {
    by_id("palette-input")
}

fn options() -> Vec<Element> {
    elements(document().query_selector_all("#palette-found a[role=option]"))
}

fn is_for_a_new_tab(event: &Event) -> bool {
    event.dyn_ref::<web_sys::MouseEvent>().is_some_and(|it| it.ctrl_key() || it.meta_key() || it.shift_key())
}

fn toggle() {
    let (Some(dialog), Some(input)) = (dialog(), input()) else { return };
    if dialog.open() {
        return close();
    }
    // Another dialog may be open: then the keys are not ours.
    if dialog.show_modal().is_ok() {
        input.select();
        ask(Duration::ZERO);
    }
}

fn close() {
    if let Some(dialog) = dialog() {
        dialog.close();
    }
}

fn ask(pause: Duration) {
    let question = ASKED.get().wrapping_add(1);
    ASKED.set(question);
    set_timeout(
        move || {
            if ASKED.get() == question {
                spawn_local(find(question));
            }
        },
        pause,
    );
}

async fn find(question: u32) {
    let typed = input().map(|input| input.value()).unwrap_or_default();
    let url = format!("/search/found?q={}", String::from(js_sys::encode_uri_component(&typed)));
    let html = fetch_text(&url).await;
    if ASKED.get() != question {
        return;
    }
    if let Some(list) = by_id::<Element>("palette-found") {
        list.set_inner_html(html.as_deref().unwrap_or(NO_ANSWER));
        select(0);
    }
}

fn choose(key: &KeyboardEvent) {
    let all = options();
    let chosen = all.iter().position(|it| it.get_attribute("aria-selected").as_deref() == Some("true"));
    let (at, count) = (chosen.unwrap_or(0), all.len());
    if count == 0 {
        return;
    }
    match key.key().as_str() {
        "ArrowDown" => select((at + 1) % count),
        "ArrowUp" => select((at + count - 1) % count),
        "Enter" => open(&all[at], key),
        _ => return,
    }
    key.prevent_default();
}

fn select(at: usize) {
    for (index, option) in options().iter().enumerate() {
        let selected = index == at;
        // Setting an attribute of an element that exists does not fail.
        drop(option.set_attribute("aria-selected", if selected { "true" } else { "false" }));
        if selected {
            option.scroll_into_view_with_bool(false);
            if let Some(input) = input() {
                drop(input.set_attribute("aria-activedescendant", &option.id()));
            }
        }
    }
}

fn open(option: &Element, key: &KeyboardEvent) {
    let href = option.get_attribute("href").unwrap_or_default();
    if key.ctrl_key() || key.meta_key() {
        // A blocked pop-up opens nothing, and the palette stays.
        drop(window().open_with_url(&href));
    } else if let Some(link) = option.dyn_ref::<HtmlElement>() {
        link.click();
    }
}
