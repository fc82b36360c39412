//! What of the log is shown.

use crate::audit::types::{Asked, Filter, What, Who};
use crate::audit::words::{self, Category};
use crate::ids::UserId;
use crate::ui::{Field, Filters, Select};
use leptos::prelude::*;

pub(super) fn filters(
    filter: &Filter,
    asked: &Asked,
    people: Vec<(UserId, String)>,
) -> impl IntoView + use<> {
    let others =
        [("link", "Creators, by a link"), ("visitor", "Not signed in"), ("system", "CreatorCRM itself")];
    let others = others.map(|(value, words)| (value.to_owned(), words.to_owned()));
    let mut who: Vec<(String, String)> = vec![(String::new(), "Everybody".to_owned())];
    who.extend(people.into_iter().map(|(id, name)| (id.to_string(), name)));
    if let Some(Who::Person(user)) = &filter.who
        && !who.iter().any(|(value, _)| *value == user.to_string())
    {
        who.push((user.to_string(), "One person".to_owned()));
    }
    who.extend(others);
    let chosen = filter.pairs();
    let value = |name: &str| chosen.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default();
    let (on, from, to, address) = (value("on"), value("from"), value("to"), asked.address.trim().to_owned());
    let (chosen_who, what) = (value("who"), what(filter.what.as_ref()));
    view! {
        <Filters>
            <Select name="who" label="Who" options=who value=chosen_who/>
            {what}
            <Field name="on" label="On what" kind="search" value=on required=false maxlength=100/>
            <Field name="from" label="From" kind="date" value=from required=false/>
            <Field name="to" label="To and including" kind="date" value=to required=false/>
            <Field name="address" label="Address" value=address required=false maxlength=50/>
        </Filters>
    }
}

/// Kinds of events, and under each its events.
fn what(chosen: Option<&What>) -> impl IntoView + use<> {
    let value = match chosen {
        None => String::new(),
        Some(What::Category(category)) => category.name().to_owned(),
        Some(What::Event(event)) => event.clone(),
    };
    let option = |name: &str, words: String| {
        view! { <option value=name.to_owned() selected=name == value>{words}</option> }
    };
    let groups = Category::ALL.map(|category| {
        let all = option(category.name(), format!("{}: all", category.words()));
        let events = category.events().map(|known| option(known.name, known.words.to_owned()));
        view! { <optgroup label=category.words()>{all}{events.collect_view()}</optgroup> }
    });
    // One that only another version of the program knows.
    let unknown = matches!(chosen, Some(What::Event(event)) if words::find(event).is_none());
    let unknown = unknown.then(|| option(&value, words::words(&value)));
    view! {
        <div class="field">
            <label for="what">"What"</label>
            <select class="select" id="what" name="what">
                {option("", "Everything".to_owned())}
                {unknown}
                {groups.into_iter().collect_view()}
            </select>
        </div>
    }
}
