//! What surrounds the pages of subscribers, paid messages and fans, and the parts that all three are made of.

use super::asked::{Asked, SHARED};
use super::kept;
use super::top::{AnalyticsTabs, Days, FilterBar, NothingChosen};
use crate::analytics::kept::{Kept, Told};
use crate::analytics::people::Head;
use crate::analytics::share::{Share, percent};
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::ui::{Address, Banner, LiveRegion, PageHeader, Tone};
use chrono_tz::Tz;
use leptos::prelude::*;

/// A page of analytics: its title, its file for who may have it, the days and accounts, and then `body`, unless no account is chosen.
pub fn framed(
    title: &'static str,
    file: Option<&'static str>,
    head: Head,
    asked: Asked,
    body: impl FnOnce() -> AnyView,
) -> AnyView {
    let sub = format!("{}, compared with {}", head.period, head.previous);
    let export = file.map(|file| {
        let href = Address::here().kept(file, &SHARED).to_string();
        view! { <a class="button secondary" href=href>"Export as CSV"</a> }
    });
    let (today, words, mistake) = (head.today, asked.words.clone(), asked.mistake);
    let mistake = mistake.map(|sentence| view! { <Banner tone=Tone::Warn title=sentence/> });
    let body = if head.chosen.is_empty() { view! { <NothingChosen/> }.into_any() } else { body() };
    view! {
        <PageHeader title sub=sub>{export}</PageHeader>
        <AnalyticsTabs/>
        {mistake}
        <Days asked today/>
        <FilterBar chosen=head.chosen offers=head.offers words/>
        <LiveRegion name="news" class="stack">{reading(head.reading)}</LiveRegion>
        {body}
    }
    .into_any()
}

/// The file of a page, for who may take figures away.
pub fn file_for(visitor: &Visitor, path: &'static str) -> Option<&'static str> {
    visitor.scope::<ExportEarnings>().is_ok().then_some(path)
}

/// While first syncs go on nothing is compared, and figures may still rise.
fn reading(accounts: i64) -> Option<impl IntoView> {
    let title = match accounts {
        ..=0 => return None,
        1 => "One account is still being read for the first time".to_owned(),
        _ => format!("{accounts} accounts are still being read for the first time"),
    };
    let text = "What is not here yet is missing from these figures, so nothing is compared until it is.";
    Some(view! { <Banner tone=Tone::Info title=title text=text/> })
}

/// A card with its heading, and under it of when its figures are. Without figures it says why.
pub fn card<T>(
    (id, heading): (&'static str, impl Into<String>),
    counted: &Kept<T>,
    zone: Option<Tz>,
    body: impl FnOnce(&T) -> AnyView,
) -> AnyView {
    let as_of = kept::words(counted.told, zone);
    let heading: String = heading.into();
    let (body, foot) = match &counted.result {
        Some(result) => (body(result), as_of),
        None => (view! { <p class="card-body muted">{as_of}</p> }.into_any(), None),
    };
    let foot = foot.map(|words| view! { <p class="card-foot faint small">{words}</p> });
    view! {
        <div class="card">
            <div class="card-header"><h2 id=id>{heading}</h2></div>
            {body}
            {foot}
        </div>
    }
    .into_any()
}

/// What stands in place of a figure that is not counted yet, and of when one is that is: the note of a `Stat`.
pub fn note(told: Told, zone: Option<Tz>, words: &str) -> String {
    let as_of = kept::words(told, zone);
    match told {
        Told::Counting { .. } => as_of.unwrap_or_default(),
        _ => [Some(words.to_owned()).filter(|it| !it.is_empty()), as_of]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(". "),
    }
}

/// A share as a headline figure; it changes by points, since a percentage of a percentage is misread.
#[component]
pub fn ShareStat(
    #[prop(into)] label: String,
    share: Share,
    /// Of the period before, if that is known.
    #[prop(optional_no_strip)]
    before: Option<Share>,
    #[prop(into)] note: String,
) -> impl IntoView {
    let change = match (share.permille(), before.and_then(Share::permille)) {
        (Some(now), Some(then)) if now == then => ("change", format!("No change from {}", percent(then))),
        (Some(now), Some(then)) => {
            let (class, arrow) = if now > then { ("change up", "↑") } else { ("change down", "↓") };
            let points = (now - then).abs();
            (class, format!("{arrow} {}.{} points from {}", points / 10, points % 10, percent(then)))
        }
        (Some(_), None) => ("change", "Nothing to compare with yet".to_owned()),
        (None, _) => ("change", String::new()),
    };
    let sure = share.interval_words().map(|words| {
        let few = if share.is_few() { "; few cases" } else { "" };
        view! { <dd class="change">{format!("Likely {words}{few}")}</dd> }
    });
    let change = (!change.1.is_empty()).then(|| view! { <dd class=change.0>{change.1}</dd> });
    view! {
        <div class="stat">
            <dt class="stat-label">{label}</dt>
            <dd class="stat-value">{share.words()}</dd>
            {change}
            {sure}
            {(!note.is_empty()).then(|| view! { <dd class="change">{note}</dd> })}
        </div>
    }
}

/// A share in a table, with the interval in the cell beside it; of few cases both are grey.
pub fn share_cells(share: Share, label: &'static str) -> impl IntoView {
    let class = if share.is_few() { "num few" } else { "num" };
    let sure = share.interval().map_or_else(
        || "—".to_owned(),
        |(low, high)| format!("{} to {}", percent((low + 5) / 10 * 10), percent((high + 5) / 10 * 10)),
    );
    view! {
        <td class=class data-label=label>{share.words()}</td>
        <td class=class data-label="Likely between">{sure}</td>
    }
}

/// What figures mean, folded away.
pub fn meanings<const N: usize>(all: [(&'static str, &'static str); N]) -> impl IntoView {
    let all = all.map(|(what, meaning)| view! { <div><dt>{what}</dt><dd>{meaning}</dd></div> });
    view! {
        <details class="disclosure">
            <summary>"What these figures mean"</summary>
            <dl class="definitions">{all.into_iter().collect_view()}</dl>
        </details>
    }
}

/// What every share on these pages means.
pub const SURE: (&str, &str) = (
    "Likely between",
    "Were these cases a sample of many more like them, the true share would lie in this range 95 times of 100 (Wilson's interval). \
     Shares of fewer than 30 cases are grey: they say little.",
);
