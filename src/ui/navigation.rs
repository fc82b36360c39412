//! Choosing what is shown: the period picker, tabs, pages of a long list, the way back up.

use super::address::Address;
use crate::period::Choice;
use chrono::NaiveDate;
use leptos::prelude::*;

/// What no longer holds when another period is chosen: the old days, and the place in a list.
const OF_THE_PERIOD: [&str; 5] = ["period", "from", "to", "before", "after"];

/// The periods to choose from, and the two dates when `Custom` is chosen. Other parts of the query stay.
#[component]
pub fn PeriodPicker(
    /// What is chosen.
    chosen: Choice,
    /// Today, as the page counts it.
    today: NaiveDate,
    /// The page's path and query, where it cannot be read from the request (in a fragment rendered for a cache).
    #[prop(optional, into)]
    address: Option<String>,
) -> impl IntoView {
    let here = address.map_or_else(Address::here, |it| Address::parse(&it)).without(&OF_THE_PERIOD);
    let custom = Choice::Custom(chosen.period(today));
    let is_custom = matches!(chosen, Choice::Custom(_));
    let links = Choice::OFFERED.into_iter().chain([custom]).map(|choice| {
        let href = in_period(here.clone(), choice).to_string();
        view! { <a href=href aria-current=(choice == chosen).then_some("true")>{choice.label()}</a> }
    });
    view! {
        <nav class="segments" aria-label="Period">{links.collect_view()}</nav>
        {is_custom.then(|| view! { <CustomDays here chosen today/> })}
    }
}

fn in_period(here: Address, choice: Choice) -> Address {
    let query = Address::parse(&format!("?{}", choice.query()));
    query.pairs().iter().fold(here, |address, (name, value)| address.with(name, value.clone()))
}

#[component]
fn CustomDays(here: Address, chosen: Choice, today: NaiveDate) -> impl IntoView {
    let period = chosen.period(today);
    let day = |name: &'static str, label: &'static str, value: NaiveDate| {
        let id = format!("period-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input class="input" id=id name=name type="date" value=value.to_string() max=today.to_string() required/>
            </div>
        }
    };
    view! {
        <form class="filters" method="get" action=here.path().to_owned()>
            <Kept pairs=here.pairs().to_vec()/>
            <input type="hidden" name="period" value="custom"/>
            {day("from", "From", period.start)}
            {day("to", "To and including", period.last_day())}
            <button class="button secondary">"Show"</button>
        </form>
    }
}

/// The parts of the query that a `get` form must carry along.
#[component]
fn Kept(pairs: Vec<(String, String)>) -> impl IntoView {
    let inputs =
        pairs.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    inputs.collect_view()
}

/// A row of filters that reload the page with another query; `keep` names what else of the query stays.
#[component]
pub fn Filters(
    /// The parts of the query that stay, such as `period`.
    #[prop(optional)]
    keep: &'static [&'static str],
    children: Children,
) -> impl IntoView {
    let here = Address::here();
    let kept: Vec<_> =
        here.pairs().iter().filter(|(name, _)| keep.contains(&name.as_str())).cloned().collect();
    let clear =
        kept.iter().fold(Address::parse(here.path()), |it, (name, value)| it.with(name, value.clone()));
    view! {
        <form class="filters" method="get" action=here.path().to_owned()>
            <Kept pairs=kept/>
            {children()}
            <div class="end">
                <button class="button secondary">"Apply"</button>
                <a class="button quiet" href=clear.to_string()>"Clear"</a>
            </div>
        </form>
    }
}

/// A link with its words, and how many there are behind it.
#[derive(Clone, Debug)]
pub struct Link {
    href: String,
    words: String,
    count: Option<i64>,
}

impl Link {
    /// A link to `href`.
    #[must_use]
    pub fn new(href: impl Into<String>, words: impl Into<String>) -> Self {
        Self { href: href.into(), words: words.into(), count: None }
    }

    /// With how many there are.
    #[must_use]
    pub fn counting(self, count: i64) -> Self {
        Self { count: Some(count), ..self }
    }
}

/// The parts of one thing, such as an account's; the one whose path is the page's own is current.
#[component]
pub fn Tabs(
    /// What they are parts of, for those who do not see them.
    label: &'static str,
    links: Vec<Link>,
) -> impl IntoView {
    let here = Address::here();
    let links = links.into_iter().map(|link| {
        let current = Address::parse(&link.href).path() == here.path();
        let count = link.count.map(|count| view! { <span class="count">{count.to_string()}</span> });
        view! { <a href=link.href aria-current=current.then_some("page")>{link.words}{count}</a> }
    });
    view! { <nav class="tabs" aria-label=label>{links.collect_view()}</nav> }
}

/// The way on in a list that is read page by page. A link that leads nowhere is left out, and so is the whole when there is
/// nothing to turn to.
#[component]
pub fn Pager(
    /// What is shown now, such as `50 shown`.
    #[prop(into)]
    shown: String,
    /// Where the newer ones are.
    newer: Option<String>,
    /// Where the older ones are.
    older: Option<String>,
    /// What the links are called, in a list that is not by time.
    #[prop(default = ("Newer", "Older"))]
    words: (&'static str, &'static str),
) -> impl IntoView {
    if newer.is_none() && older.is_none() {
        return ().into_any();
    }
    let newer =
        newer.map(|href| view! { <a class="button secondary small" href=href rel="prev">{words.0}</a> });
    let older =
        older.map(|href| view! { <a class="button secondary small" href=href rel="next">{words.1}</a> });
    view! { <nav class="pager" aria-label="Pages"><span>{shown}</span><div>{newer}{older}</div></nav> }
        .into_any()
}

/// The pages around this one of a list that is read by key (`keyset::Page`): the rest of the address stays.
#[component]
pub fn Turns(
    /// What is shown now, such as `50 shown`.
    #[prop(into)]
    shown: String,
    /// The value of `before=` for the page before.
    before: Option<String>,
    /// The value of `after=` for the page after.
    after: Option<String>,
    /// What the links are called, in a list that is not by time.
    #[prop(default = ("Newer", "Older"))]
    words: (&'static str, &'static str),
) -> impl IntoView {
    let here = Address::here().without(&["before", "after"]);
    let link = |name: &str, key: Option<String>| key.map(|key| here.clone().with(name, key).to_string());
    view! { <Pager shown newer=link("before", before) older=link("after", after) words/> }
}

/// The way back up: the pages above, then this one.
#[component]
pub fn Breadcrumb(trail: Vec<Link>, #[prop(into)] here: String) -> impl IntoView {
    let above = trail.into_iter().map(|link| view! { <li><a href=link.href>{link.words}</a></li> });
    view! {
        <nav aria-label="Breadcrumb">
            <ol class="breadcrumb">{above.collect_view()}<li aria-current="page">{here}</li></ol>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_period_keeps_the_filters_and_leaves_the_old_days_and_place() {
        let here = Address::parse("/e?source=tip&period=custom&from=2026-01-01&to=2026-01-05&after=9");
        let there = in_period(here.without(&OF_THE_PERIOD), Choice::Days(7));
        assert_eq!(there.to_string(), "/e?source=tip&period=7d");
    }
}
