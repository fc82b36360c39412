//! `/dev/mail`: what would have been sent, on a machine without a mail server.

use super::{service, store};
use crate::error::{Error, Result};
use crate::server::frame::{Frame, Page};
use crate::server::state::App;
use crate::ui::{Empty, Time};
use axum::extract::State;
use leptos::prelude::*;

/// Enough for a day of trying things out.
const SHOWN: i64 = 50;

/// `GET /dev/mail`: on a machine of development alone. Where others can reach it, or mail is really sent, there is no such page.
pub async fn dev_mail(State(app): State<App>) -> Result<Page> {
    let here_alone = app.settings.host.is_loopback() && !app.settings.is_https();
    if app.settings.is_production() || app.postman.is_some() || !here_alone {
        return Err(Error::NotFound);
    }
    let mut tx = app.db.begin_system("show mail in development").await?;
    let rows = store::list(&mut tx, SHOWN).await?;
    drop(tx);
    let mails: Vec<_> = rows
        .into_iter()
        .map(|row| service::open(&app.vault, &row).map(|body| (row, body)))
        .collect::<Result<_>>()?;
    Ok(Page::new("Mail", move || mailbox(mails)).framed(Frame::PlainWide))
}

fn mailbox(mails: Vec<(store::Row, Option<String>)>) -> AnyView {
    if mails.is_empty() {
        let text = "What the app sends appears here, as long as SMTP_URL is not set.";
        return view! { <h1 class="visually-hidden">"Mail"</h1><Empty icon="mail" title="No mail yet" text/> }.into_any();
    }
    let mails = mails.into_iter().map(|(row, body)| letter(row, body)).collect_view();
    view! {
        <div class="stack">
            <h1>"Mail"</h1>
            <p class="muted">"Development only: this machine has no mail server, so mail is read here."</p>
            {mails}
        </div>
    }
    .into_any()
}

fn letter(row: store::Row, body: Option<String>) -> impl IntoView {
    let id = format!("mail-{}", row.id);
    let text = body.map_or_else(
        || view! { <p class="faint">"The text was cleared when it was sent."</p> }.into_any(),
        paragraphs,
    );
    let state = match (&row.sent_at, row.last_error) {
        (Some(_), _) => Some("Sent".to_owned()),
        (None, Some(error)) => Some(format!("Not sent yet: {error}")),
        (None, None) => None,
    };
    view! {
        <article class="card" aria-labelledby=id.clone()>
            <div class="card-header"><h2 id=id.clone()>{row.subject}</h2><span class="faint small"><Time at=row.created_at/></span></div>
            <div class="card-body stack tight">
                <p class="faint small">"To "{row.recipient}</p>
                {text}
                {state.map(|state| view! { <p class="faint small">{state}</p> })}
            </div>
        </article>
    }
}

/// Paragraphs, with addresses to click on.
fn paragraphs(body: String) -> AnyView {
    let lines = body.split("\n").filter(|line| !line.trim().is_empty()).map(|line| {
        if line.starts_with("http://") || line.starts_with("https://") {
            let line = line.to_owned();
            view! { <p><a href=line.clone()>{line.clone()}</a></p> }.into_any()
        } else {
            view! { <p>{line.to_owned()}</p> }.into_any()
        }
    });
    lines.collect_view().into_any()
}
