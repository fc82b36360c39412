//! Choosing in forms: selects, check boxes, and choices as cards. What had been chosen is kept after a failed post.

use super::form::{Around, FieldScope, Kept};
use leptos::prelude::*;

/// What had been sent for `name`, if this form comes back from a failed post.
fn sent(name: &str) -> Option<String> {
    use_context::<Kept>().and_then(|kept| kept.input.get(name).cloned())
}

/// Whether this form comes back from a failed post.
fn came_back() -> bool {
    use_context::<Kept>().is_some_and(|kept| kept.problem.is_some())
}

/// One of a list, by value and words.
#[component]
pub fn Select(
    name: &'static str,
    #[prop(into)] label: String,
    /// Value and words of each.
    options: Vec<(String, String)>,
    /// The value chosen before anything is.
    #[prop(optional, into)]
    value: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] autocomplete: Option<&'static str>,
) -> impl IntoView {
    let chosen = sent(name).or(value);
    let around = Around::new(name, hint);
    let options = options.into_iter().map(|(value, words)| {
        let selected = chosen.as_ref() == Some(&value);
        view! { <option value=value selected=selected>{words}</option> }
    });
    view! {
        <div class="field">
            <label for=around.id.clone()>{label}</label>
            <select class="select" id=around.id.clone() name=name autocomplete=autocomplete
                aria-invalid=around.invalid aria-describedby=around.described.clone()>
                {options.collect_view()}
            </select>
            {around.words()}
        </div>
    }
}

/// A yes-or-no. Unticked, a browser sends nothing at all: the server function's argument is `#[server(default)]`.
#[component]
pub fn Check(
    name: &'static str,
    #[prop(into)] label: String,
    /// Ticked before anything is.
    #[prop(optional)]
    checked: bool,
    /// What is sent when ticked; `true` reads as a `bool`.
    #[prop(default = "true")]
    value: &'static str,
) -> impl IntoView {
    let checked = if came_back() { sent(name).is_some() } else { checked };
    view! {
        <label class="check">
            <input type="checkbox" id=FieldScope::id(name) name=name value=value checked=checked/>
            <span>{label}</span>
        </label>
    }
}

/// One of the [`Choices`].
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// What is sent.
    pub value: String,
    /// What it is.
    pub title: String,
    /// More about it.
    pub hint: Option<String>,
    /// A word at its end, such as `Already here`.
    pub badge: Option<String>,
    /// Chosen before anything is.
    pub chosen: bool,
    /// Whether it cannot be chosen.
    pub disabled: bool,
}

/// Choices as cards: one of them, or with `several` any number (sent as `name=a&name=b`; call it `accounts[]` to read a `Vec`).
#[component]
pub fn Choices(
    name: &'static str,
    #[prop(into)] legend: String,
    offers: Vec<Offer>,
    #[prop(optional)] several: bool,
) -> impl IntoView {
    let sent = if several { None } else { sent(name) };
    let around = Around::new(name, None);
    let described = around.described.clone();
    let offers = offers.into_iter().map(|offer| {
        let checked = sent.as_ref().map_or(offer.chosen, |sent| *sent == offer.value);
        view! {
            <label class="choice">
                <input type=if several { "checkbox" } else { "radio" } name=name value=offer.value checked=checked
                    disabled=offer.disabled/>
                <span class="choice-text">
                    <span class="strong">{offer.title}</span>
                    {offer.hint.map(|hint| view! { <span class="hint">{hint}</span> })}
                </span>
                {offer.badge.map(|badge| view! { <span class="badge">{badge}</span> })}
            </label>
        }
    });
    view! {
        <fieldset class="choices" aria-describedby=described>
            <legend>{legend}</legend>
            <div class="choices-list">{offers.collect_view()}</div>
            {around.words()}
        </fieldset>
    }
}
