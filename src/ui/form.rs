//! Forms: plain HTML that posts to a server function, with its problem and what had been typed after a failed post.

use super::parts::Icon;
use crate::auth::Visitor;
use crate::problem::Problem;
use leptos::context::Provider;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// What the last post of this form left: its problem, and what had been typed.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// What went wrong.
    pub problem: Option<Problem>,
    /// What had been typed, by field name; never a password.
    pub input: BTreeMap<String, String>,
}

/// What the last post to `action` left, if the visitor comes from there.
#[must_use]
pub fn kept(action: &str) -> Kept {
    let flash = use_context::<Visitor>().and_then(|visitor| visitor.flash);
    match flash {
        Some(flash) if flash.form.as_deref() == Some(action) => {
            Kept { problem: flash.problem, input: flash.input }
        }
        _ => Kept::default(),
    }
}

/// A form that posts to the server function at `action` (`SignIn::PATH`).
#[component]
pub fn Form(
    /// The server function's path.
    action: &'static str,
    /// The class, when it is not the plain column.
    #[prop(default = "form")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let kept = kept(action);
    let alert = kept.problem.as_ref().map(|problem| {
        let sentence = problem.sentence.clone();
        let reference = problem.reference.clone().map(|it| view! { <p class="small">"Reference: "{it}</p> });
        view! {
            <div class="banner danger" role="alert" tabindex="-1">
                <Icon name="danger"/>
                <div class="banner-text"><p>{sentence}</p>{reference}</div>
            </div>
        }
    });
    view! {
        <form class=class method="post" action=action>
            {alert}
            <Provider value=kept>{children()}</Provider>
        </form>
    }
}

/// One labelled input with its hint, its error, and what had been typed.
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] hint: Option<String>,
    /// What stands in it before anything is typed.
    #[prop(optional, into)]
    value: Option<String>,
    #[prop(default = true)] required: bool,
    #[prop(optional)] maxlength: Option<u32>,
) -> impl IntoView {
    let kept = use_context::<Kept>().unwrap_or_default();
    let error = kept.problem.as_ref().and_then(|problem| problem.of_field(name)).map(ToOwned::to_owned);
    let value = if kind == "password" { None } else { kept.input.get(name).cloned().or(value) };
    let (error_id, hint_id) = (format!("{name}-error"), format!("{name}-hint"));
    let described: Vec<_> =
        [error.as_ref().map(|_| error_id.clone()), hint.as_ref().map(|_| hint_id.clone())]
            .into_iter()
            .flatten()
            .collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input class="input" id=name name=name type=kind value=value autocomplete=autocomplete required=required
                maxlength=maxlength aria-invalid=invalid aria-describedby=described/>
            {error.map(|sentence| view! { <p class="error" id=error_id>{sentence}</p> })}
            {hint.map(|sentence| view! { <p class="hint" id=hint_id>{sentence}</p> })}
        </div>
    }
}

/// A value that goes along unseen.
#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// The form's button.
#[component]
pub fn Submit(
    #[prop(into)] words: String,
    #[prop(default = "button primary")] class: &'static str,
) -> impl IntoView {
    view! { <div class="form-actions"><button class=class>{words}</button></div> }
}
