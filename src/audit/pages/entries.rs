//! The entries themselves.

use super::Reader;
use crate::audit::list::{Listed, Subject};
use crate::audit::types::Filter;
use crate::audit::words;
use crate::keyset::Page;
use crate::ui::{Empty, Time, Turns};
use leptos::prelude::*;

pub(super) fn entries(page: Page<Listed>, filter: &Filter, reader: &Reader) -> impl IntoView + use<> {
    if page.rows.is_empty() {
        let (title, text) = if filter.narrows() {
            ("Nothing fits", "Take a filter away, or choose other days.")
        } else {
            ("Nothing happened yet", "Whatever is done or seen in this agency appears here.")
        };
        return view! { <Empty icon="search" title text/> }.into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|entry| row(entry, reader)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Entries">
                <table class="table brief entries">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"On what"</th>
                            <th scope="col" class="wide-only">"From"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after/>
    }
    .into_any()
}

fn row(entry: Listed, reader: &Reader) -> impl IntoView + use<> {
    let who = words::who(&entry.actor, entry.person.as_ref().and_then(|it| it.1.as_deref()));
    let subject = entry.subject.as_ref().map(|it| subject(it, reader));
    let (at, from) = (entry.at(), entry.ip.clone());
    view! {
        <tr>
            <th scope="row"><Time at zone=reader.zone/></th>
            <td>{who}</td>
            <td>{what(&entry, reader)}</td>
            <td>{subject}</td>
            <td class="wide-only">{from}</td>
        </tr>
    }
}

/// The sentence, and behind it everything that is known.
fn what(entry: &Listed, reader: &Reader) -> impl IntoView + use<> {
    let (_, chain, seq) = entry.key;
    let mut pairs: Vec<(String, String)> = words::shown(&entry.detail, reader.role)
        .map(|(name, value)| (capital(name), value.to_owned()))
        .collect();
    let known = [
        ("Person", entry.person.as_ref().map(|it| it.0.to_string()).filter(|_| entry.actor != "member")),
        ("On", entry.subject.as_ref().map(|it| it.id.clone())),
        ("Address", entry.ip.clone()),
        ("Request", entry.request_id.clone()),
        ("Event", Some(entry.event.clone())),
        ("Number", Some(format!("{} {seq}", chain.noun()))),
    ];
    pairs.extend(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let pairs = pairs.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <details class="disclosure">
            <summary>{words::words(&entry.event)}</summary>
            <dl class="definitions">{pairs.collect_view()}</dl>
        </details>
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn subject(subject: &Subject, reader: &Reader) -> impl IntoView + use<> {
    let Subject { id, name, kind } = subject;
    let Some(name) = name.clone() else {
        // Long ids are told in full behind the sentence.
        let short: String = id.chars().take(13).collect();
        return view! { <span class="mono small">{short}</span> }.into_any();
    };
    let href = kind.as_deref().and_then(|kind| reader.href(kind, id));
    match href {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}
