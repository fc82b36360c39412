//! `/statements/new`: choosing a file and where its rows go.

use super::trail;
use crate::auth::{Member, Visitor};
use crate::error::Result;
use crate::keyset::Turn;
use crate::money::Currency;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::statements::policy::ImportStatements;
use crate::statements::routes::UPLOAD;
use crate::statements::{Account, MAX_BYTES, history};
use crate::ui::{Field, Form, PageHeader, Select, Submit};
use axum::extract::{Query, State};
use leptos::prelude::*;
use serde::Deserialize;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The account that was looked at.
    account: String,
}

/// `GET /statements/new`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn new(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Page> {
    let scope = visitor.scope::<ImportStatements>()?;
    let accounts = history(&app.db, &scope, &Turn::First).await?.accounts;
    let currency = visitor.member().map_or(Currency::USD, Member::currency);
    Ok(Page::new("Import a statement", move || content(accounts, currency, asked.account)).narrow())
}

fn content(accounts: Vec<Account>, currency: Currency, chosen: String) -> impl IntoView {
    let has_accounts = !accounts.is_empty();
    let known = accounts
        .into_iter()
        .map(|it| (it.id.to_string(), format!("{}, {} ({})", it.name, it.platform, it.currency)));
    let options =
        [(String::new(), "A new account, named below".to_owned())].into_iter().chain(known).collect();
    let account = has_accounts
        .then(|| view! { <Select name="account" label="Whose earnings are these?" options value=chosen/> });
    let hint = format!("CSV, up to {} MB. Separated by commas, semicolons or tabs.", MAX_BYTES / 1024 / 1024);
    view! {
        <PageHeader title="Import a statement" trail=trail()/>
        <p class="muted">"Nothing is recorded yet: next you say which column is what, and look at what would be recorded."</p>
        <Form action=UPLOAD enctype="multipart/form-data">
            {account}
            <fieldset class="form">
                <legend class="strong">{if has_accounts { "The new account, if it is one" } else { "The account" }}</legend>
                <Field name="name" label="Name" maxlength=100 required=false hint="The creator, or her name on the platform."/>
                <Field name="platform" label="Platform" maxlength=40 required=false hint="As it is called, such as Fansly. What its columns mean is remembered by this name."/>
                <Field name="currency" label="Currency" maxlength=3 required=false value=currency.to_string()/>
            </fieldset>
            <div class="field">
                <label for="statement-file">"File"</label>
                <input class="input" id="statement-file" name="file" type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" required
                    aria-describedby="statement-file-hint"/>
                {file_error()}
                <p class="hint" id="statement-file-hint">{hint}</p>
            </div>
            <Submit words="Upload and look"><a class="button quiet" href="/statements">"Cancel"</a></Submit>
        </Form>
    }
}

/// What is wrong with the file, in the form around.
fn file_error() -> impl IntoView {
    let problem = crate::ui::kept(UPLOAD).problem;
    let sentence = problem.and_then(|problem| problem.of_field("file").map(ToOwned::to_owned));
    sentence.map(|sentence| view! { <p class="error">{sentence}</p> })
}
