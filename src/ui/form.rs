//! Forms: plain HTML that posts to a server function, with its problem and what had been typed after a failed post.

use super::islands::PasskeyButton;
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

/// What goes before the ids of a form's fields, so that two forms on a page do not share ids; names stay as they are.
#[derive(Clone, Debug, Default)]
pub struct FieldScope(pub String);

impl FieldScope {
    /// The id of field `name` in the form around.
    #[must_use]
    pub fn id(name: &str) -> String {
        match use_context::<Self>() {
            Some(Self(scope)) if !scope.is_empty() => format!("{scope}-{name}"),
            _ => name.to_owned(),
        }
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
    /// Goes before the ids of its fields instead of the function's name: for several forms with one action on a page.
    #[prop(optional, into)]
    id: Option<String>,
    /// How it is sent, when it sends a file: `multipart/form-data`.
    #[prop(optional, into)]
    enctype: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let kept = kept(action);
    let scope = FieldScope(id.unwrap_or_else(|| function_name(action)));
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
        <form class=class method="post" action=action enctype=enctype>
            {alert}
            <Provider value=kept><Provider value=scope>{children()}</Provider></Provider>
        </form>
    }
}

/// `/api/sign_in1234567890` is `sign_in`.
fn function_name(action: &str) -> String {
    let last = action.rsplit('/').next().unwrap_or_default();
    last.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}

/// What every field has around its control: ids, hint, error.
pub(super) struct Around {
    /// The control's id.
    pub id: String,
    /// The value of `aria-describedby`.
    pub described: Option<String>,
    /// The value of `aria-invalid`.
    pub invalid: Option<&'static str>,
    error: Option<String>,
    hint: Option<String>,
}

impl Around {
    pub(super) fn new(name: &str, hint: Option<String>) -> Self {
        let id = FieldScope::id(name);
        let error = use_context::<Kept>()
            .and_then(|kept| kept.problem)
            .and_then(|problem| problem.of_field(name).map(ToOwned::to_owned));
        let ids =
            [error.as_ref().map(|_| format!("{id}-error")), hint.as_ref().map(|_| format!("{id}-hint"))];
        let ids: Vec<_> = ids.into_iter().flatten().collect();
        let described = (!ids.is_empty()).then(|| ids.join(" "));
        Self { invalid: error.is_some().then_some("true"), id, described, error, hint }
    }

    pub(super) fn words(self) -> impl IntoView {
        let (error_id, hint_id) = (format!("{}-error", self.id), format!("{}-hint", self.id));
        view! {
            {self.error.map(|sentence| view! { <p class="error" id=error_id>{sentence}</p> })}
            {self.hint.map(|sentence| view! { <p class="hint" id=hint_id>{sentence}</p> })}
        }
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
    /// Which keyboard a phone shows: `numeric`, `decimal`, `email`.
    #[prop(optional, into)]
    input_mode: Option<&'static str>,
    /// The least value of a date or number.
    #[prop(optional, into)]
    min: Option<String>,
    /// The greatest value of a date or number.
    #[prop(optional, into)]
    max: Option<String>,
) -> impl IntoView {
    let typed = use_context::<Kept>().unwrap_or_default().input.get(name).cloned();
    let value = if kind == "password" { None } else { typed.or(value) };
    let around = Around::new(name, hint);
    view! {
        <div class="field">
            <label for=around.id.clone()>{label}</label>
            <input class="input" id=around.id.clone() name=name type=kind value=value autocomplete=autocomplete
                required=required maxlength=maxlength inputmode=input_mode min=min max=max
                aria-invalid=around.invalid aria-describedby=around.described.clone()/>
            {around.words()}
        </div>
    }
}

/// One labelled text of several lines with its hint, its error, and what had been typed.
#[component]
pub fn TextArea(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
    /// What stands in it before anything is typed.
    #[prop(optional, into)]
    value: Option<String>,
    #[prop(default = 6)] rows: u32,
) -> impl IntoView {
    let typed = use_context::<Kept>().unwrap_or_default().input.get(name).cloned();
    let around = Around::new(name, hint);
    view! {
        <div class="field">
            <label for=around.id.clone()>{label}</label>
            <textarea class="input" id=around.id.clone() name=name rows=rows required
                aria-invalid=around.invalid aria-describedby=around.described.clone()>
                {typed.or(value).unwrap_or_default()}
            </textarea>
            {around.words()}
        </div>
    }
}

/// A value that goes along unseen.
#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// Whose password a form sets, for password managers (and Chromium, which complains on the console without it).
#[component]
pub fn HiddenUsername(#[prop(into)] email: String) -> impl IntoView {
    view! { <input type="text" name="username" autocomplete="username" value=email hidden/> }
}

/// The form's button.
#[component]
pub fn Submit(
    #[prop(into)] words: String,
    #[prop(default = "button primary")] class: &'static str,
    /// Beside the button, such as a link that leads away.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="form-actions"><button class=class>{words}</button>{children.map(|children| children())}</div>
    }
}

/// A form that a passkey's answer is sent by. Without script it is not shown.
#[component]
pub fn PasskeyForm(
    /// The server function that checks the answer.
    action: &'static str,
    /// The one that says what to ask for.
    begin: &'static str,
    /// What the button says.
    words: &'static str,
    /// Whether a new passkey is made.
    #[prop(optional)]
    creates: bool,
    /// Whether passkeys are offered where the email is typed, too.
    #[prop(optional)]
    offers: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="needs-script">
            <Form action>
                <input type="hidden" name="token" value=""/>
                <input type="hidden" name="credential" value=""/>
                {children()}
                <PasskeyButton begin=begin.to_owned() words=words.to_owned() creates offers/>
            </Form>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_begin_with_the_functions_name() {
        assert_eq!(function_name("/api/sign_in1234567890"), "sign_in");
        assert_eq!(function_name("/api/export"), "export");
    }
}
