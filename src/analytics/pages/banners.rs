//! What stands above the figures: connections that need somebody, platforms that are down, a first sync under way.

use crate::analytics::types::History;
use crate::connections::{Health, ProblemConnection};
use crate::ids::ConnectionId;
use crate::period::Period;
use crate::ui::{Banner, Progress, TimeShape, Tone, time_words};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// More banners than these would push the figures off the screen.
const MOST: usize = 3;

/// One banner per connection that somebody should look at, worst first; beyond three, one that says how many more.
pub fn banners(
    problems: Vec<ProblemConnection>,
    last_read: BTreeMap<ConnectionId, DateTime<Utc>>,
    zone: Option<Tz>,
) -> impl IntoView {
    let more = problems.len().saturating_sub(MOST);
    let more = (more > 0).then(|| {
        let title =
            if more == 1 { "One more connection".to_owned() } else { format!("{more} more connections") };
        view! {
            <Banner tone=Tone::Warn title=format!("{title} should be looked at")>
                <a class="button secondary small" href="/connections">"See connections"</a>
            </Banner>
        }
    });
    let shown = problems.into_iter().take(MOST).map(|it| {
        let read = last_read.get(&it.id).copied();
        banner(it, read, zone)
    });
    view! { {shown.collect_view()}{more} }
}

fn banner(problem: ProblemConnection, read: Option<DateTime<Utc>>, zone: Option<Tz>) -> impl IntoView {
    let tone = match problem.health {
        Health::NeedsReconnect => Tone::Danger,
        Health::RateLimited => Tone::Info,
        _ => Tone::Warn,
    };
    let words = |at| time_words(at, zone, TimeShape::Brief);
    let (since, platform) = (words(problem.since), problem.platform.name());
    let what = match problem.health {
        Health::NeedsReconnect => {
            format!("{platform} ended our access on {since}. Everything seen so far is kept.")
        }
        Health::Choosing => format!("Begun on {since}. Its figures appear once that is done."),
        _ => format!("Since {since}. Nothing to do: we go on by ourselves."),
    };
    let known = read.map(|at| format!(" What you see is as of {}.", words(at))).unwrap_or_default();
    let text = what + &known;
    let action = problem.action().map(|(href, words)| {
        view! { <a class="button secondary small" href=href>{words}</a> }
    });
    view! { <Banner tone=tone title=problem.title() text=text>{action}</Banner> }
}

/// First syncs under way: how far they are, and what of the two periods is not there yet.
pub fn reading(history: &History, period: Period, previous: Period) -> impl IntoView + use<> {
    let (reading, from) = (history.reading?, history.earnings_complete_from?);
    let reached = from.format("%-d %b %Y");
    let text = if !history.has_all_earnings_of(period) {
        format!(
            "Everything from {reached} on is here. Older days are still coming in, so these figures will rise."
        )
    } else if history.has_all_earnings_of(previous) {
        format!(
            "These days are complete. Everything from {reached} on is here, and older days are coming in."
        )
    } else {
        "These days are complete. They are compared once the days before are here too.".to_owned()
    };
    let title = match reading.accounts {
        1 => "Reading the past of one account".to_owned(),
        accounts => format!("Reading the past of {accounts} accounts"),
    };
    let bar = match reading.of {
        Some(days) => {
            view! { <Progress label="Days read" value=reading.days max=days class="progress share reading"/> }
                .into_any()
        }
        None => view! { <Progress label="Days read" value=0 class="progress share reading"/> }.into_any(),
    };
    Some(view! { <Banner tone=Tone::Info title=title text=text>{bar}</Banner> })
}
