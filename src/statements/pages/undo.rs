//! `/statements/{id}/undo`: what undoing an import does.

use super::trail;
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::ids::StatementImportId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::statements::policy::ImportStatements;
use crate::statements::server_fns::UndoStatement;
use crate::statements::{Import, State as Stand, look};
use crate::ui::{Figure, Form, Hidden, Link, PageHeader, Submit};
use axum::extract::{Path, State};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /statements/{import}/undo`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, `Conflict` for an import that is not recorded, or when the database does not answer.
pub async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<StatementImportId>,
) -> Result<Page> {
    let scope = visitor.scope::<ImportStatements>()?;
    let import = look(&app.db, &scope, id, None).await?.listed.import;
    if import.state != Stand::Recorded {
        return Err(Error::conflict("This import is not recorded, so there is nothing to undo."));
    }
    Ok(Page::new("Undo this import", move || content(import)).narrow())
}

fn content(import: Import) -> impl IntoView {
    let path = format!("/statements/{}", import.id);
    let trail = trail().into_iter().chain([Link::new(path.clone(), import.file_name.clone())]).collect();
    let rows = Figure::Count(import.added);
    let text = format!(
        "{rows} rows of {} leave the earnings of {}. Every figure, list and chart is then as if the file had never been \
         recorded. Rows that were here before it stay. You can import the file again.",
        import.file_name, import.account_name
    );
    view! {
        <PageHeader title="Undo this import?" trail/>
        <div class="card"><div class="card-body stack">
            <p>{text}</p>
            <Form action=UndoStatement::PATH>
                <Hidden name="import" value=import.id.to_string()/>
                <Submit words=format!("Remove {rows} rows") class="button danger final"><a class="button secondary" href=path>"Keep them"</a></Submit>
            </Form>
        </div></div>
    }
}
