//! `/search`, and what the palette shows.

use super::policy::Search;
use super::service;
use super::types::{Found, Kind};
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::frame::{Page, render};
use crate::server::state::App;
use crate::ui::{Empty, Icon, PageHeader};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use serde::Deserialize;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// What is looked at of it: longer than any name.
const MAX_LETTERS: usize = 100;

impl Asked {
    fn typed(&self) -> String {
        self.q.chars().take(MAX_LETTERS).collect()
    }
}

/// `GET /search`
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn search(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let typed = asked.typed();
    let found = service::find(&app.db, &visitor.scope::<Search>()?, &typed).await?;
    Ok(Page::new("Search", move || content(typed, found)).narrow())
}

/// `GET /search/found`: the list alone, for the palette.
///
/// # Errors
/// `NotSignedIn`, or when the database does not answer.
pub async fn found(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let found = service::find(&app.db, &visitor.scope::<Search>()?, &asked.typed()).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(render(move || palette(found)))).into_response())
}

/// What was found, kind by kind.
fn groups(found: Vec<Found>) -> Vec<(Kind, Vec<Found>)> {
    let mut groups: Vec<(Kind, Vec<Found>)> = Vec::new();
    for it in found {
        match groups.last_mut() {
            Some((kind, group)) if *kind == it.kind => group.push(it),
            _ => groups.push((it.kind, vec![it])),
        }
    }
    groups
}

fn palette(found: Vec<Found>) -> impl IntoView {
    if found.is_empty() {
        return view! {
            <div class="palette-group" role="option" aria-disabled="true" aria-selected="false">"Nothing has a name like that."</div>
        }
        .into_any();
    }
    let mut number = 0;
    let groups = groups(found).into_iter().map(|(kind, group)| {
        let heading = format!("found-{}", kind.plural().to_lowercase());
        let labelled = heading.clone();
        let items = group.into_iter().map(|it| {
            number += 1;
            view! {
                <a class="palette-item" id=format!("found-{number}") role="option" aria-selected="false" href=it.href tabindex="-1">
                    <Icon name=kind.icon()/>
                    <span class="truncate">{it.title}</span>
                    <span class="end">{it.sub}</span>
                </a>
            }
        });
        let items = items.collect_view();
        view! {
            <div role="group" aria-labelledby=labelled>
                <div class="palette-group" id=heading>{kind.plural()}</div>
                {items}
            </div>
        }
    });
    groups.collect_view().into_any()
}

fn content(typed: String, found: Vec<Found>) -> impl IntoView {
    let groups = groups(found);
    let nothing = groups.is_empty().then(|| {
        view! { <Empty icon="search" title="Nothing has a name like that" text="The beginning of any word of a name or handle is enough."/> }
    });
    let groups = groups.into_iter().map(|(kind, group)| {
        let heading = format!("found-{}", kind.plural().to_lowercase());
        let labelled = heading.clone();
        let items = group.into_iter().map(|it| {
            let sub =
                (!it.sub.is_empty()).then(|| view! { <span class="faint small truncate">{it.sub}</span> });
            view! {
                <li>
                    <Icon name=kind.icon()/>
                    <div class="grow"><a class="truncate" href=it.href>{it.title}</a>{sub}</div>
                </li>
            }
        });
        let items = items.collect_view();
        view! {
            <section class="card" aria-labelledby=labelled>
                <div class="card-header"><h2 id=heading>{kind.plural()}</h2></div>
                <ul class="list">{items}</ul>
            </section>
        }
    });
    view! {
        <PageHeader title="Search"/>
        <form class="form" method="get" action="/search" role="search">
            <div class="field">
                <label for="q">"Find a page, creator, account or fan"</label>
                <div class="input-group">
                    <input class="input" id="q" name="q" type="search" value=typed maxlength="100" autocomplete="off"/>
                    <button class="button primary">"Search"</button>
                </div>
            </div>
        </form>
        {nothing}
        {groups.collect_view()}
    }
}
