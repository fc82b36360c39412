//! What stands on top of every page of analytics: tabs to the others, the days, and the accounts.

use super::asked::{Asked, SHARED};
use crate::analytics::views::SavedView;
use crate::analytics::{Against, Chosen, Named, Offers, Selection};
use crate::auth::Visitor;
use crate::earnings::policy::ExportEarnings;
use crate::period::Choice;
use crate::ui::{Address, Banner, Field, Figure, Icon, Link, PeriodPicker, Select, Tabs, Tone};
use chrono::NaiveDate;
use leptos::prelude::*;

/// The pages there are, in order. A new one adds its line.
const TABS: [(&str, &str); 8] = [
    ("/analytics", "Revenue"),
    ("/analytics/subscribers", "Subscribers"),
    ("/analytics/messages", "Paid messages"),
    ("/analytics/fans", "Fans"),
    ("/analytics/compare", "Compare"),
    ("/analytics/forecast", "Forecast"),
    ("/analytics/goals", "Goals"),
    ("/analytics/reports", "Reports"),
];

/// The pages of analytics. Days and accounts that are chosen stay chosen.
#[component]
pub fn AnalyticsTabs() -> impl IntoView {
    let here = Address::here();
    let links = TABS.map(|(path, words)| Link::new(here.kept(path, &SHARED).to_string(), words));
    view! { <Tabs label="Analytics" links=links.into()/> }
}

/// The days, and what they are compared with: `against` offers the day before, the year before, and any other days.
#[component]
pub fn Days(asked: Asked, today: NaiveDate) -> impl IntoView {
    let here = asked.address.clone().without(&Against::NAMES);
    let other = Against::Days(asked.against.period(asked.choice, today));
    let is_other = matches!(asked.against, Against::Days(_));
    let offers = [
        (Against::Previous, "The days before"),
        (Against::YearBefore, "A year before"),
        (other, "Other days"),
    ];
    let links = offers.map(|(against, words)| {
        let href =
            against.pairs().into_iter().fold(here.clone(), |here, (name, value)| here.with(name, value));
        let chosen = against == asked.against || (is_other && against == other);
        view! { <a href=href.to_string() aria-current=chosen.then_some("true")>{words}</a> }
    });
    let fields = is_other.then(|| other_days(here, asked.against, asked.choice, today));
    view! {
        <div class="days">
            <PeriodPicker chosen=asked.choice today/>
            <div class="row">
                <span class="small muted" id="against">"Compared with"</span>
                <nav class="segments" aria-labelledby="against">{links.into_iter().collect_view()}</nav>
            </div>
            {fields}
        </div>
    }
}

fn other_days(here: Address, against: Against, choice: Choice, today: NaiveDate) -> impl IntoView {
    let (period, path) = (against.period(choice, today), here.path().to_owned());
    view! {
        <form class="filters" method="get" action=path>
            <Carried address=here/>
            <input type="hidden" name="against" value="days"/>
            <Field name="against_from" label="Compare with" kind="date" value=period.start.to_string()/>
            <Field name="against_to" label="To and including" kind="date" value=period.last_day().to_string()/>
            <button class="button secondary">"Compare"</button>
        </form>
    }
}

/// The pairs of an address that a `get` form carries along.
#[component]
fn Carried(address: Address) -> impl IntoView {
    let pairs = address.pairs().to_vec().into_iter();
    pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()
}

/// Which accounts the page is of, and others to choose: a plain form. What is chosen stands as chips that take it away.
#[component]
pub fn FilterBar(
    chosen: Chosen,
    offers: Offers,
    /// What accounts offered have in their name.
    #[prop(optional_no_strip)]
    words: Option<String>,
    /// More that belongs into the row, such as an export.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let here = Address::here().filled().without(&["find", "before", "after"]);
    let lost = chosen.named.iter().any(|named| named.words.is_none());
    let lost = lost.then(|| {
        let title = "A filter names something that is not here (any more), so it selects nothing";
        view! { <Banner tone=Tone::Warn title text="Take it away to see the others."/> }
    });
    let count = chosen.accounts.as_ref().map(|accounts| {
        let words = match accounts.len() {
            1 => "1 account".to_owned(),
            count => format!("{} accounts", Figure::Count(i64::try_from(count).unwrap_or(i64::MAX))),
        };
        view! { <span class="small muted">{words}</span> }
    });
    let chips = chosen.named.iter().map(|named| chip(named, &here)).collect_view();
    let chips =
        (!chosen.named.is_empty()).then(|| view! { <ul class="chips" aria-label="Filters">{chips}</ul> });
    let saved = saved(&offers.views, &here);
    let has_more = offers.more_accounts || words.is_some();
    let form = form(chosen.selection, offers, words, &here);
    view! {
        {lost}
        <div class="filter-bar">
            <details class="filter-menu" open=has_more && Address::here().value("find").is_some()>
                <summary class="button secondary small"><Icon name="filter"/>"Filter"</summary>
                {form}
            </details>
            {saved}
            {chips}
            {count}
            {children.map(|children| view! { <div class="end">{children()}</div> })}
        </div>
    }
}

/// The member's saved views, and the way to save this one.
fn saved(views: &[SavedView], here: &Address) -> impl IntoView + use<> {
    let address = here.to_string();
    let save = Address::parse("/analytics/views").with("of", address.clone()).to_string();
    let some = !views.is_empty();
    let links = views.iter().map(|view| {
        let current = (view.address == address).then_some("true");
        view! { <a href=view.address.clone() aria-current=current>{view.name.clone()}</a> }
    });
    view! {
        <details class="menu saved" name="menu">
            <summary class="button secondary small"><Icon name="eye"/>"Views"</summary>
            <div class="menu-list">
                {some.then(|| view! { <p class="menu-heading">"Your saved views"</p> })}
                {links.collect_view()}
                {some.then(|| view! { <hr/> })}
                <a href=save>"Save this view…"</a>
                {some.then(|| view! { <a href="/analytics/views">"Rename or delete…"</a> })}
            </div>
        </details>
    }
}

fn chip(named: &Named, here: &Address) -> impl IntoView + use<> {
    let what = match named.pair {
        "account" => "Account",
        "creator" => "Creator",
        "chatter" => "Chatter",
        _ => "Tag",
    };
    let words = format!("{what}: {}", named.words.as_deref().unwrap_or("not here"));
    let href = here.clone().without_pair(named.pair, &named.value).to_string();
    let label = format!("Take away {words}");
    view! { <li><a class="chip" href=href aria-label=label>{words}<Icon name="close"/></a></li> }
}

fn form(
    selection: Selection,
    offers: Offers,
    words: Option<String>,
    here: &Address,
) -> impl IntoView + use<> {
    let nothing = |words: &str| (String::new(), words.to_owned());
    let more = offers.more_accounts || words.is_some();
    let find = more.then(|| {
        view! { <Field name="find" label="Find accounts" kind="search" value=words.unwrap_or_default() required=false maxlength=100/> }
    });
    let taken = selection.accounts.clone();
    let accounts = offers.accounts.into_iter().filter(move |(id, _)| !taken.contains(id));
    let first = if selection.accounts.is_empty() { "All" } else { "Add one…" };
    let accounts = [nothing(first)].into_iter().chain(accounts.map(|(id, words)| (id.to_string(), words)));
    let creators = offers.creators.into_iter().map(|(id, name)| (id.to_string(), name));
    let creators = [nothing("All")].into_iter().chain(creators).collect();
    let tags = offers.tags.into_iter().map(|tag| (tag.clone(), tag));
    let tags: Vec<_> = [nothing("All")].into_iter().chain(tags).collect();
    let chatters = offers.chatters.into_iter().map(|(id, name)| (id.to_string(), name));
    let chatters: Vec<_> = [nothing("All")].into_iter().chain(chatters).collect();
    let creator = selection.creator.map(|id| id.to_string()).unwrap_or_default();
    let chatter = selection.chatter.map(|id| id.to_string()).unwrap_or_default();
    let tag = selection.tag.unwrap_or_default();
    // Accounts that are chosen stay; the rest is chosen anew.
    let kept = here.clone().without(&["creator", "tag", "chatter"]);
    view! {
        <form class="filters" method="get" action=here.path().to_owned()>
            <Carried address=kept/>
            {find}
            <Select name="account" label="Account" options=accounts.collect()/>
            <Select name="creator" label="Creator" options=creators value=creator/>
            <Select name="tag" label="Tag" options=tags value=tag/>
            <Select name="chatter" label="Chatter" options=chatters value=chatter/>
            <div class="end">
                <button class="button secondary">"Apply"</button>
                <a class="button quiet" href=here.clone().without(&Selection::NAMES).to_string()>"Clear"</a>
            </div>
        </form>
    }
}

/// The page as a file, for those who may take earnings away: the same address at `path`.
#[component]
pub fn ExportLink(path: &'static str) -> impl IntoView {
    let may = use_context::<Visitor>().is_some_and(|visitor| visitor.scope::<ExportEarnings>().is_ok());
    let href = Address::here().filled().without(&["find", "before", "after"]).at(path).to_string();
    may.then(|| {
        view! { <a class="button secondary small" href=href download><Icon name="download"/>"CSV"</a> }
    })
}

/// What a page says instead of figures when its selection finds no account.
#[component]
pub fn NothingChosen() -> impl IntoView {
    let all = Address::here().without(&Selection::NAMES).to_string();
    view! {
        <crate::ui::Empty icon="filter" title="No account fits these filters"
            text="Each filter holds, so together they may leave nothing. Take one away.">
            <a class="button secondary" href=all>"Show all accounts"</a>
        </crate::ui::Empty>
    }
}
