//! `/analytics/views`: the member's saved views, and giving the page they come from a name.

use super::top::AnalyticsTabs;
use crate::analytics::policy::SaveViews;
use crate::analytics::server_fns::{DeleteView, RenameView, SaveView};
use crate::analytics::views::{self, MAX_NAME, SavedView};
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Empty, Field, Form, Hidden, Link, PageHeader, Submit};
use axum::extract::{Query, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The address to give a name.
    of: Option<String>,
}

/// `GET /analytics/views`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn views(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<SaveViews>()?;
    let views = views::views(&app.db, &scope).await?;
    let of = asked.of.and_then(|of| views::checked_address(&of));
    Ok(Page::new("Saved views", move || content(views, of)).narrow())
}

fn content(views: Vec<SavedView>, of: Option<String>) -> impl IntoView {
    let back = of.clone().unwrap_or_else(|| "/analytics".to_owned());
    let trail = vec![Link::new(back.clone(), "Analytics")];
    let form = of.map(|address| {
        view! {
            <section class="card" aria-labelledby="save">
                <div class="card-header"><h2 id="save">"Save this view"</h2></div>
                <div class="card-body">
                    <Form action=SaveView::PATH>
                        <Hidden name="address" value=address/>
                        <Field name="name" label="Name" maxlength=u32::try_from(MAX_NAME).unwrap_or(60)
                            hint="The page, its days, what they are compared with, and its filters are kept. Days such as “30 days” move on with time."/>
                        <Submit words="Save view"><a class="button quiet" href=back>"Cancel"</a></Submit>
                    </Form>
                </div>
            </section>
        }
    });
    let none = views.is_empty() && form.is_none();
    let list = if none {
        view! {
            <Empty icon="eye" title="No saved views yet"
                text="Choose days and filters in analytics, then save the view under a name. It is yours alone.">
                <a class="button primary" href="/analytics">"To analytics"</a>
            </Empty>
        }
        .into_any()
    } else {
        let rows = views.into_iter().map(row).collect_view();
        view! { <ul class="list card saved-views">{rows}</ul> }.into_any()
    };
    view! {
        <PageHeader title="Saved views" trail/>
        <AnalyticsTabs/>
        {form}
        {list}
    }
}

fn row(view: SavedView) -> impl IntoView {
    let (id, deleted) = (view.id.to_string(), view.id.to_string());
    let (rename, label) = (format!("rename-{id}"), format!("Delete {}", view.name));
    view! {
        <li>
            <div class="grow"><a class="truncate" href=view.address>{view.name.clone()}</a></div>
            <details class="disclosure">
                <summary>"Rename or delete"</summary>
                <div class="stack">
                    <Form action=RenameView::PATH id=rename>
                        <Hidden name="view" value=id/>
                        <Field name="name" label="Name" value=view.name maxlength=u32::try_from(MAX_NAME).unwrap_or(60)/>
                        <Submit words="Save name" class="button secondary"/>
                    </Form>
                    <form method="post" action=DeleteView::PATH>
                        <Hidden name="view" value=deleted/>
                        <button class="button danger small" aria-label=label>"Delete"</button>
                    </form>
                </div>
            </details>
        </li>
    }
}
