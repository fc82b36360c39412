//! `/statements/{id}`: one import, by where it stands.

use super::{badge, columns, preview, trail};
use crate::auth::{Member, Visitor};
use crate::error::Result;
use crate::ids::StatementImportId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::statements::policy::ImportStatements;
use crate::statements::server_fns::DiscardStatement;
use crate::statements::{Cut, File, Import, Listed, Looked, Separator, State as Stand, look};
use crate::ui::{
    Banner, Figure, Form, Hidden, LiveRegion, PageHeader, Progress, Time, TimeShape, Tone, time_words,
};
use axum::extract::{Path, Query, State};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Another separator than the file seems to have.
    separator: String,
    /// `no` when the first line is a row already.
    names: String,
}

impl Asked {
    fn cut(&self) -> Option<Cut> {
        Separator::parse(&self.separator).map(|separator| Cut::new(separator, self.names != "no"))
    }
}

/// `GET /statements/{import}`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn import(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<StatementImportId>,
    Query(asked): Query<Asked>,
) -> Result<Page> {
    let scope = visitor.scope::<ImportStatements>()?;
    let cut = asked.cut();
    let looked = look(&app.db, &scope, id, cut).await?;
    let zone = visitor.member().and_then(Member::zone);
    Ok(Page::new(looked.listed.import.file_name.clone(), move || content(looked, cut.is_some(), zone)))
}

fn content(looked: Looked, cuts: bool, zone: Option<Tz>) -> impl IntoView {
    let Looked { listed, file } = looked;
    let import = listed.import.clone();
    let (class, words) = badge(&import);
    let below = view! {
        <span class="row"><span>{format!("{}, {}", import.account_name, import.platform)}</span><span class=class>{words}</span></span>
    };
    let actions = actions(&import);
    let body = match file {
        Some(file) => waiting(import.clone(), file, cuts, zone).into_any(),
        None => {
            view! { <LiveRegion name="import" class="stack">{stands(listed, zone)}</LiveRegion> }.into_any()
        }
    };
    view! {
        <PageHeader title=import.file_name below=below.into_any() trail=trail()>{actions}</PageHeader>
        {body}
    }
}

fn actions(import: &Import) -> impl IntoView + use<> {
    let id = import.id;
    match import.state {
        Stand::Open => view! {
            <Form action=DiscardStatement::PATH class="row">
                <Hidden name="import" value=id.to_string()/>
                <button class="button danger">"Discard the file"</button>
            </Form>
        }
        .into_any(),
        Stand::Recorded => {
            view! { <a class="button danger" href=format!("/statements/{id}/undo")>"Undo this import…"</a> }
                .into_any()
        }
        _ => ().into_any(),
    }
}

/// A file that waits: what it would bring, and which column is what.
fn waiting(import: Import, file: File, cuts: bool, zone: Option<Tz>) -> impl IntoView {
    let problem = import
        .problem
        .clone()
        .map(|text| view! { <Banner tone=Tone::Warn title="It could not be recorded" text/> });
    let same = file.same_recorded_at.map(|at| {
        let title = format!("The same file was recorded on {}", time_words(at, zone, TimeShape::Full));
        view! { <Banner tone=Tone::Warn title text="What is recorded already is found and left out."/> }
    });
    let preview =
        file.preview.clone().filter(|_| !cuts).map(|preview| preview::preview(&import, preview, zone));
    let columns = columns::columns(&import, file, cuts);
    view! { {problem}{same}{preview}{columns} }
}

/// An import that is under way or over.
fn stands(listed: Listed, zone: Option<Tz>) -> impl IntoView {
    let import = listed.import;
    let under_way = under_way(&import);
    let days = import
        .days
        .map(|(first, last)| format!("{} to {}", first.format("%-d %b %Y"), last.format("%-d %b %Y")));
    let account = import.account.filter(|_| import.state != Stand::Recording).map(|account| {
        let href = format!("/accounts/{account}/earnings");
        view! { <a href=href>{import.account_name.clone()}</a> }
    });
    let done = |words: &'static str, done: Option<(String, _)>| {
        done.map(|(who, at)| view! { <div><dt>{words}</dt><dd>{who}", "<Time at zone=zone/></dd></div> })
    };
    let figures = (import.state != Stand::Recording).then(|| {
        view! {
            <div><dt>"Rows recorded"</dt><dd>{Figure::Count(import.added).to_string()}</dd></div>
            <div><dt>"Left out, as they were here already"</dt><dd>{Figure::Count(import.duplicates).to_string()}</dd></div>
            {days.map(|days| view! { <div><dt>"Days"</dt><dd>{days}</dd></div> })}
        }
    });
    let problem = import.problem.clone().filter(|_| import.state == Stand::Recorded);
    let problem = problem.map(|text| view! { <Banner tone=Tone::Warn title="It could not be undone" text/> });
    view! {
        {problem}
        {under_way}
        <section class="card" aria-labelledby="what">
            <div class="card-header"><h2 id="what">"What became of it"</h2></div>
            <div class="card-body">
                <dl class="definitions">
                    <div><dt>"Account"</dt><dd>{account.map_or_else(|| import.account_name.clone().into_any(), IntoAny::into_any)}</dd></div>
                    {figures}
                    <div><dt>"Uploaded"</dt><dd>{listed.made_by}", "<Time at=listed.created_at zone=zone/></dd></div>
                    {done("Recorded", listed.recorded)}
                    {done("Undone", listed.undone)}
                </dl>
            </div>
        </section>
    }
}

fn under_way(import: &Import) -> impl IntoView + use<> {
    let verb = match import.state {
        Stand::Recording => "recorded",
        Stand::Undoing => "removed",
        _ => return ().into_any(),
    };
    let (done, total) = import.progress.unwrap_or((0, 0));
    let words = format!("{} of {} rows {verb}", Figure::Count(done), Figure::Count(total));
    let path = format!("/statements/{}", import.id);
    view! {
        <div class="stack tight">
            <Progress label="Rows" value=done max=total.max(1)/>
            <p class="muted small">{words}". All of them count at once, when the last is done. You can leave this page. "<a href=path>"See how far it is"</a></p>
        </div>
    }
    .into_any()
}
