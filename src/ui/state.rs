//! States: health of a connection, progress, what is still to come.

use super::parts::{TimeShape, moment};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;

/// The class and the words of a health as the database spells it (`connections.health`), or `syncing`.
#[must_use]
pub fn health_words(health: &str) -> (&'static str, &'static str) {
    match health {
        "connected" => ("health connected", "Connected"),
        "syncing" => ("health syncing", "Syncing"),
        "needs_reconnect" => ("health needs-reconnect", "Needs reconnecting"),
        "rate_limited" => ("health rate-limited", "Slowed by the platform"),
        "platform_down" => ("health platform-down", "Platform does not answer"),
        "choosing" => ("health", "Waiting for your choice"),
        "disconnected" => ("health disconnected", "Disconnected"),
        "by_statement" => ("health", "By statements"),
        _ => ("health", "Unknown"),
    }
}

/// The health of a connection: a dot, words, and since when (leave it out only where it stands beside).
#[component]
pub fn HealthBadge(
    #[prop(into)] health: String,
    #[prop(optional_no_strip, into)] since: Option<DateTime<Utc>>,
    #[prop(optional_no_strip, into)] zone: Option<Tz>,
) -> impl IntoView {
    let (class, words) = health_words(&health);
    let since = since.map(|at| {
        view! { <span class="faint">"since "{moment(at, zone, TimeShape::Brief)}</span> }
    });
    view! { <span class=class>{words}{since}</span> }
}

/// How far something is; without `max` it is not known how far it will go.
#[component]
pub fn Progress(
    #[prop(into)] label: String,
    value: i64,
    #[prop(optional, into)] max: Option<i64>,
    #[prop(default = "progress")] class: &'static str,
) -> impl IntoView {
    let max = max.filter(|max| *max > 0);
    let value = max.map(|max| value.clamp(0, max).to_string());
    view! { <progress class=class value=value max=max.map(|max| max.to_string()) aria-label=label></progress> }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Over.
    Done,
    /// Under way.
    Now,
    /// Still to come.
    Later,
}

/// Steps of something longer: what each is, where it stands, and a word on how far.
#[component]
pub fn Steps(steps: Vec<(String, StepState, Option<String>)>) -> impl IntoView {
    let steps = steps.into_iter().map(|(words, state, note)| {
        let class = match state {
            StepState::Done => Some("done"),
            StepState::Now => Some("now"),
            StepState::Later => None,
        };
        view! { <li class=class><span>{words}</span>{note.map(|note| view! { <span class="num">{note}</span> })}</li> }
    });
    view! { <ol class="steps">{steps.collect_view()}</ol> }
}

/// Keeps the place of what is still to come.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! { <span class="skeleton" aria-hidden="true"></span> }
}
