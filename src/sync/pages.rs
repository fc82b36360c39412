//! How far a sync is, as a part of other pages.

use super::progress::Progress;
use super::types::SyncState;
use crate::ui::{self, LiveRegion, StepState, Steps, TimeShape, time_words};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;

/// How far the sync of an account is: the first sync's steps while it lasts, a line about the last one afterwards.
/// One per page: it is a live region of its own.
#[component]
pub fn SyncProgress(
    progress: Progress,
    /// The zone in which times are told; without one, in UTC.
    #[prop(optional_no_strip, into)]
    zone: Option<Tz>,
) -> impl IntoView {
    let inside = if progress.is_complete() { current(&progress, zone) } else { first(&progress) };
    view! { <LiveRegion name="sync" class="stack">{inside}</LiveRegion> }
}

fn first(progress: &Progress) -> AnyView {
    let bar = progress.days().map(|(done, all)| {
        view! { <ui::Progress label="Earnings read, in days" value=done max=all/> }
    });
    view! {
        <p>{headline(progress)}</p>
        {bar}
        <Steps steps=steps(progress)/>
        {trouble(progress)}
    }
    .into_any()
}

fn headline(progress: &Progress) -> &'static str {
    match progress.state {
        SyncState::Stopped => "The first sync was stopped before it was complete.",
        SyncState::Waiting if progress.begun_at.is_none() => "The first sync is about to begin.",
        _ => "The first sync is under way, newest first. You can leave this page; it goes on.",
    }
}

fn steps(progress: &Progress) -> Vec<(String, StepState, Option<String>)> {
    let parts = [
        ("Profile", progress.profile_done, None),
        ("Earnings", progress.earnings_done, Some(earnings(progress))),
        ("Subscribers by day", progress.subscribers_done, None),
        ("Fans", progress.fans_done, None),
        ("Paid messages", progress.messages_done, None),
    ];
    let mut now = Some(StepState::Now).filter(|_| progress.state != SyncState::Stopped);
    let step = |(words, done, note): (&str, bool, Option<String>)| {
        let state = if done { StepState::Done } else { now.take().unwrap_or(StepState::Later) };
        let note = note.or_else(|| done.then(|| "done".to_owned()));
        (words.to_owned(), state, note)
    };
    parts.into_iter().map(step).collect()
}

/// `3,412 so far, back to 4 Mar 2026`.
fn earnings(progress: &Progress) -> String {
    let count = crate::money::grouped(&progress.earnings.to_string());
    match progress.reached {
        _ if progress.earnings_done => format!("{count}, all there are"),
        Some(reached) => format!("{count} so far, back to {}", day(reached)),
        None => format!("{count} so far"),
    }
}

fn day(at: DateTime<Utc>) -> String {
    time_words(at, None, TimeShape::Day)
}

fn current(progress: &Progress, zone: Option<Tz>) -> AnyView {
    let last = progress.last_finished_at;
    let last = last.map(|at| format!("Synced {}. ", time_words(at, zone, TimeShape::Brief)));
    view! {
        <p class="muted">{last}{(progress.state == SyncState::Stopped).then_some("Syncing is off.")}</p>
        {trouble(progress)}
    }
    .into_any()
}

fn trouble(progress: &Progress) -> Option<AnyView> {
    let problem = progress.problem.clone()?;
    Some(view! { <p class="muted" role="status">{problem}</p> }.into_any())
}
