//! Printing the page.

use leptos::prelude::window;

/// Opens the browser's dialog.
pub fn print() {
    // A browser that cannot print does nothing.
    drop(window().print());
}
