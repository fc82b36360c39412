//! Forms are sent once, however often the button is pressed.

use super::dom::{elements, listen};
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement};

/// Heeds every form of the page, those that come later too.
pub fn send_once() {
    listen(&document(), "submit", |event| {
        let form = event.target().and_then(|it| it.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form.filter(|form| form.method() == "post") else { return };
        if event.default_prevented() {
            return;
        }
        if form.get_attribute("aria-busy").is_some() {
            event.prevent_default();
            return;
        }
        mark(&form, true);
        // Busy, not disabled: a disabled button would not be sent with its form.
        for button in buttons(&form) {
            mark(&button, true);
        }
    });
    // A page that the browser kept and shows again may send again.
    listen(&window(), "pageshow", |_| {
        for form in elements(document().query_selector_all("form[aria-busy]")) {
            mark(&form, false);
            for button in buttons(&form) {
                mark(&button, false);
            }
        }
    });
}

fn buttons(form: &Element) -> Vec<Element> {
    elements(form.query_selector_all("button:not([type=button])"))
}

fn mark(element: &Element, busy: bool) {
    // Setting an attribute of an element that exists does not fail.
    drop(if busy {
        element.set_attribute("aria-busy", "true")
    } else {
        element.remove_attribute("aria-busy")
    });
}
