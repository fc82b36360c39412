//! Whether the log is whole.

use crate::audit::chain::Whole;
use crate::audit::check::Check;
use crate::audit::server_fns::CheckAudit;
use crate::audit::types::{Broken, Why};
use crate::ui::{Figure, Form, Icon, LiveRegion, Progress, Time, TimeShape, time_words};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// What the last check found, how far one is that goes on, and the button that begins one.
pub(super) fn check(check: Check, zone: Option<Tz>) -> impl IntoView {
    let button = check.running.is_none().then(|| {
        view! {
            <Form action=CheckAudit::PATH class="row">
                <button class="button secondary small">"Check now"</button>
            </Form>
        }
    });
    let running = check.running.map(running);
    let last = match check.last {
        Some((at, Ok(whole))) => whole_words(whole, at, zone).into_any(),
        Some((at, Err(broken))) => broken_words(broken, at, zone).into_any(),
        None => view! { <p class="muted">"The log was not checked yet. It is checked every night."</p> }
            .into_any(),
    };
    view! {
        <LiveRegion name="check" class="stack">
            <div class="row apart"><div class="stack tight">{last}</div>{button}</div>
            {running}
        </LiveRegion>
    }
}

fn running((done, total): (i64, i64)) -> impl IntoView {
    let words = format!("{} of {} entries checked", Figure::Count(done), Figure::Count(total));
    view! {
        <div class="stack tight">
            <Progress label="Entries checked" value=done max=total.max(1)/>
            <p class="muted small">{words}". You can leave this page; the check goes on. "<a href="/audit">"See how far it is"</a></p>
        </div>
    }
}

fn whole_words(whole: Whole, at: DateTime<Utc>, zone: Option<Tz>) -> impl IntoView {
    let count = whole.changes + whole.views;
    let entries = if count == 1 { "entry" } else { "entries" };
    let since =
        whole.since.map(|at| format!(" since {}", time_words(at, zone, TimeShape::Day))).unwrap_or_default();
    view! {
        <p class="row"><Icon name="good"/><span class="strong">{format!("The chain is whole: {} {entries}{since}", Figure::Count(count))}</span></p>
        <p class="muted small">"Each entry holds the fingerprint of the one before, so nothing was changed, removed or put in between. Checked "<Time at zone=zone shape=TimeShape::Brief/>"."</p>
    }
}

fn broken_words(broken: Broken, checked: DateTime<Utc>, zone: Option<Tz>) -> impl IntoView {
    let day = broken.at.map(|at| time_words(at, zone, TimeShape::Day));
    let day = match (day, broken.why) {
        (Some(day), Why::Missing | Why::CutOff) => format!("The last good entry before it is of {day}."),
        (Some(day), _) => format!("It is dated {day}."),
        (None, _) => String::new(),
    };
    let text = format!(
        "{} {day} What stands before it is proven; from there on the log proves nothing. CreatorCRM itself changes no entry: somebody \
         wrote to the database. Show this to whoever runs this installation, and compare with a backup.",
        broken.sentence()
    );
    view! {
        <div class="banner danger" role="alert">
            <Icon name="danger"/>
            <div class="banner-text">
                <p>"The chain is broken"</p>
                <p>{text}</p>
                <p class="small">"Checked "<Time at=checked zone=zone shape=TimeShape::Brief/></p>
            </div>
        </div>
    }
}
