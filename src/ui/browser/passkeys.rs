//! Asking an authenticator: `navigator.credentials`, with the browser's own reading and writing of JSON.

use super::dom::{closest, elements};
use js_sys::{Function, JSON, Object, Promise, Reflect, futures::JsFuture};
use leptos::prelude::{document, window};
use leptos::task::spawn_local;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, HtmlFormElement, HtmlInputElement, RequestInit, Response};

thread_local! {
    /// Ends the question that a page asks on its own, when the person presses the button: browsers keep one at a time.
    static OPEN: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// What to ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// A new key.
    Create,
    /// One that is there, in the browser's dialog.
    Choose,
    /// One that is there, offered where the email is typed.
    Offer,
}

/// Asks as the server function at `begin` says, puts the answer into the form around the pressed button, and sends the form.
/// Tells `failed` when there is no answer.
pub fn press_passkey(event: &Event, begin: &str, creates: bool, failed: impl FnOnce() + 'static) {
    let form = closest(event, "form").and_then(|it| it.dyn_into::<HtmlFormElement>().ok());
    // Asked first, so that no key is made for a form that would not be sent.
    let Some(form) = form.filter(HtmlFormElement::report_validity) else { return };
    if let Some(open) = OPEN.take() {
        // It may have ended by itself.
        drop(call(&open, "abort", &[]));
    }
    let wish = if creates { Wish::Create } else { Wish::Choose };
    ask(form, begin.to_owned(), wish, failed);
}

/// Offers passkeys where the email is typed; silently, where the browser has none or cannot.
pub fn offer_passkey(begin: &str) {
    let form = document().query_selector("form:has([data-passkey])").ok().flatten();
    if let Some(form) = form.and_then(|it| it.dyn_into::<HtmlFormElement>().ok()) {
        ask(form, begin.to_owned(), Wish::Offer, || {});
    }
}

fn ask(form: HtmlFormElement, begin: String, wish: Wish, failed: impl FnOnce() + 'static) {
    spawn_local(async move {
        match answer(&begin, wish).await {
            Some((token, credential)) => {
                fill(&form, "token", &token);
                fill(&form, "credential", &credential);
                // A form that its fields hold back says so itself.
                drop(form.request_submit());
            }
            None => failed(),
        }
    });
}

async fn answer(begin: &str, wish: Wish) -> Option<(String, String)> {
    if wish == Wish::Offer {
        let can = call(&credential_type()?, "isConditionalMediationAvailable", &[])?;
        if !JsFuture::from(can.dyn_into::<Promise>().ok()?).await.ok()?.is_truthy() {
            return None;
        }
    }
    let ceremony = post(begin).await?;
    let parse =
        if wish == Wish::Create { "parseCreationOptionsFromJSON" } else { "parseRequestOptionsFromJSON" };
    let options = call(&credential_type()?, parse, &[get(&ceremony, "options")?])?;
    let request = Object::new();
    Reflect::set(&request, &"publicKey".into(), &options).ok()?;
    if wish == Wish::Offer {
        Reflect::set(&request, &"mediation".into(), &"conditional".into()).ok()?;
        let make: Function = get(&window(), "AbortController")?.dyn_into().ok()?;
        let controller = Reflect::construct(&make, &js_sys::Array::new()).ok()?;
        Reflect::set(&request, &"signal".into(), &get(&controller, "signal")?).ok()?;
        OPEN.set(Some(controller));
    }
    let credentials = get(&get(&window(), "navigator")?, "credentials")?;
    let verb = if wish == Wish::Create { "create" } else { "get" };
    let asked: Promise = call(&credentials, verb, &[request.into()])?.dyn_into().ok()?;
    let credential = JsFuture::from(asked).await.ok()?;
    let json = JSON::stringify(&call(&credential, "toJSON", &[])?).ok()?;
    Some((get(&ceremony, "token")?.as_string()?, json.into()))
}

/// What the server function at `path` answers.
async fn post(path: &str) -> Option<JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    let response = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.json().ok()?).await.ok()
}

fn fill(form: &HtmlFormElement, name: &str, value: &str) {
    for element in elements(form.query_selector_all(&format!("input[name={name}]"))) {
        if let Ok(input) = element.dyn_into::<HtmlInputElement>() {
            input.set_value(value);
        }
    }
}

fn credential_type() -> Option<JsValue> {
    get(&window(), "PublicKeyCredential")
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let function: Function = get(of, name)?.dyn_into().ok()?;
    Reflect::apply(&function, of, &arguments.iter().collect::<js_sys::Array>()).ok()
}
