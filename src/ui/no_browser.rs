//! The server's stand-in for `browser/`: islands name these in effects, which only ever run in a browser.

pub fn keep_live() {}
pub fn read_charts() {}
pub fn answer_keys() {}
pub fn send_once() {}
pub fn copy(_text: &str, _done: impl FnOnce(bool) + 'static) {}
pub fn print() {}
pub fn press_passkey(
    _event: &leptos::ev::MouseEvent,
    _begin: &str,
    _creates: bool,
    _failed: impl FnOnce() + 'static,
) {
}
pub fn offer_passkey(_begin: &str) {}
