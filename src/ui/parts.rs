//! Small parts: icons, headers, banners, empty states, people.

use leptos::prelude::*;

/// An icon of `public/icons.svg`, for the eye only.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=format!("/icons.svg#{name}")></use></svg> }
}

/// The title of a page, what stands under it, and its actions at the right.
#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    #[prop(optional, into)] sub: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-header">
            <div><h1>{title}</h1>{sub.map(|sub| view! { <p class="sub">{sub}</p> })}</div>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </header>
    }
}

/// What a banner means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// To know.
    Info,
    /// It worked.
    Good,
    /// Look at this soon.
    Warn,
    /// Look at this now.
    Danger,
}

/// A message across the page, with what to do about it.
#[component]
pub fn Banner(
    tone: Tone,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (class, icon, role) = match tone {
        Tone::Info => ("banner info", "info", "status"),
        Tone::Good => ("banner good", "good", "status"),
        Tone::Warn => ("banner warn", "warn", "status"),
        Tone::Danger => ("banner danger", "danger", "alert"),
    };
    view! {
        <div class=class role=role>
            <Icon name=icon/>
            <div class="banner-text"><p>{title}</p>{text.map(|text| view! { <p>{text}</p> })}</div>
            {children.map(|children| children())}
        </div>
    }
}

/// Nothing here yet: why, and what to do next.
#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}

/// A person or account: initials, name, and a line under it.
#[component]
pub fn Who(#[prop(into)] name: String, #[prop(into)] sub: String) -> impl IntoView {
    view! {
        <span class="who">
            <span class="avatar" aria-hidden="true">{initials(&name)}</span>
            <span class="who-text"><span>{name.clone()}</span><span>{sub}</span></span>
        </span>
    }
}

/// Up to two letters that stand for a name.
#[must_use]
pub fn initials(name: &str) -> String {
    let letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters.take(2).flat_map(char::to_uppercase).collect()
}
