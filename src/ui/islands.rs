//! Islands that pages share. They render on the server as plain HTML that reads without script, and wake in the browser.

use super::browser;
use leptos::prelude::*;

/// Keeps the page's [`LiveRegion`](super::LiveRegion)s up to date. The shell adds it to a page that has some.
#[island]
pub fn LiveUpdates() -> impl IntoView {
    Effect::new(|_| browser::keep_live());
}

/// Reads the page's charts out: pointer, finger and arrow keys choose a bar. The shell adds it to a page that has charts.
#[island]
pub fn ChartReadout() -> impl IntoView {
    Effect::new(|_| browser::read_charts());
}

/// Sends each form once, however often its button is pressed. The shell adds it.
#[island]
pub fn SendOnce() -> impl IntoView {
    Effect::new(|_| browser::send_once());
}

/// Finds a page, creator, account or fan: Ctrl/Cmd-K, or the search button, which leads to /search without script.
#[island]
pub fn Palette() -> impl IntoView {
    Effect::new(|_| browser::answer_keys());
    view! {
        <dialog class="dialog palette" id="palette" aria-label="Search">
            <input class="palette-input" id="palette-input" type="text" role="combobox" aria-expanded="true"
                aria-controls="palette-found" aria-autocomplete="list" aria-label="Find a page, creator, account or fan"
                placeholder="Find a page, creator, account or fan" autocomplete="off" spellcheck="false" maxlength="100"/>
            <div class="palette-list" id="palette-found" role="listbox" aria-label="Results"></div>
            <div class="palette-foot"><span>"Enter to open"</span><span>"Esc to close"</span></div>
        </dialog>
    }
}

/// Copies `text`, and says that it did.
#[island]
pub fn CopyButton(
    /// What is copied.
    text: String,
) -> impl IntoView {
    let words = RwSignal::new("Copy");
    let copy = move |_| {
        browser::copy(&text, move |copied| {
            words.set(if copied { "Copied" } else { "Select and copy by hand" });
        });
    };
    view! {
        <button class="button secondary small needs-script" type="button" on:click=copy>
            <span role="status">{words}</span>
        </button>
    }
}

/// Opens the browser's print dialog.
#[island]
pub fn PrintButton() -> impl IntoView {
    view! {
        <button class="button secondary small needs-script" type="button" on:click=|_| browser::print()>"Print"</button>
    }
}

/// Asks for a passkey, and sends the form around it with the answer.
#[island]
pub fn PasskeyButton(
    /// The path of the server function that says what to ask for.
    begin: String,
    /// What the button says.
    words: String,
    /// Whether a new passkey is made.
    creates: bool,
    /// Whether passkeys are offered where the email is typed, too.
    offers: bool,
) -> impl IntoView {
    let failed = RwSignal::new(false);
    let asked = begin.clone();
    Effect::new(move |_| {
        if offers {
            browser::offer_passkey(&asked);
        }
    });
    let press = move |event: leptos::ev::MouseEvent| {
        failed.set(false);
        browser::press_passkey(&event, &begin, creates, move || failed.set(true));
    };
    let sentence = move || failed.get().then_some("No passkey answered. Try again, or go on without.");
    view! {
        <div>
            <button class="button secondary full" type="button" data-passkey on:click=press>{words}</button>
            <p class="hint" role="status">{sentence}</p>
        </div>
    }
}
