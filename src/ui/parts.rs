//! Small parts: icons, headers, banners, empty states, people.

use super::navigation::{Breadcrumb, Link};
use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;

/// An icon of `public/icons.svg`, for the eye only.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! { <svg class="icon" aria-hidden="true"><use href=format!("/icons.svg#{name}")></use></svg> }
}

/// The title of a page, the pages above it, what stands under it, and its actions at the right.
#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    #[prop(optional, into)] sub: Option<String>,
    /// More under the title than words, such as a health badge.
    #[prop(optional, into)]
    below: Option<AnyView>,
    /// The pages above this one.
    #[prop(optional)]
    trail: Vec<Link>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let way = (!trail.is_empty()).then(|| view! { <Breadcrumb trail here=title.clone()/> });
    view! {
        <header class="page-header">
            <div>
                {way}
                <h1>{title}</h1>
                {sub.map(|sub| view! { <p class="sub">{sub}</p> })}
                {below.map(|below| view! { <div class="sub">{below}</div> })}
            </div>
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

/// How much of a moment is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeShape {
    /// `12 Nov 2026, 14:05`
    #[default]
    Full,
    /// `12 Nov, 14:05`: for what is recent.
    Brief,
    /// `12 Nov 2026`
    Day,
}

/// A moment, as people in `zone` read it; without a zone in UTC, which it says.
#[component]
pub fn Time(
    at: DateTime<Utc>,
    #[prop(optional_no_strip, into)] zone: Option<Tz>,
    #[prop(optional)] shape: TimeShape,
) -> impl IntoView {
    moment(at, zone, shape)
}

pub(super) fn moment(at: DateTime<Utc>, zone: Option<Tz>, shape: TimeShape) -> impl IntoView {
    let datetime = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    view! { <time datetime=datetime>{time_words(at, zone, shape)}</time> }
}

/// The words of [`Time`].
#[must_use]
pub fn time_words(at: DateTime<Utc>, zone: Option<Tz>, shape: TimeShape) -> String {
    let local = zone.unwrap_or(Tz::UTC).from_utc_datetime(&at.naive_utc());
    let utc = if zone.is_none() { " UTC" } else { "" };
    match shape {
        TimeShape::Full => format!("{}{utc}", local.format("%-d %b %Y, %H:%M")),
        TimeShape::Brief => format!("{}{utc}", local.format("%-d %b, %H:%M")),
        TimeShape::Day => local.format("%-d %b %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_zone_or_says_utc() {
        let at = Utc.with_ymd_and_hms(2026, 11, 12, 23, 5, 9).unwrap();
        assert_eq!(time_words(at, None, TimeShape::Full), "12 Nov 2026, 23:05 UTC");
        assert_eq!(time_words(at, Some(Tz::Europe__Berlin), TimeShape::Brief), "13 Nov, 00:05");
        assert_eq!(time_words(at, Some(Tz::Europe__Berlin), TimeShape::Day), "13 Nov 2026");
    }

    #[test]
    fn initials_are_at_most_two_letters() {
        assert_eq!(initials("mia hart of Leeds"), "MH");
        assert_eq!(initials("  "), "");
    }
}
