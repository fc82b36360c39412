//! Copying to the clipboard.

use js_sys::{Function, Promise, Reflect, futures::JsFuture};
use leptos::prelude::window;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

/// Copies `text`, then tells `done` whether it worked (browsers may forbid it, and do on plain http).
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    let promise = write(text);
    spawn_local(async move {
        done(match promise {
            Some(promise) => JsFuture::from(promise).await.is_ok(),
            None => false,
        });
    });
}

/// `navigator.clipboard.writeText(text)`, where there is a clipboard.
fn write(text: &str) -> Option<Promise> {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &JsValue::from_str(name)).ok();
    let clipboard = get(&get(&window(), "navigator")?, "clipboard")?;
    let function: Function = get(&clipboard, "writeText").filter(|it| it.is_function())?.dyn_into().ok()?;
    function.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into().ok()
}
