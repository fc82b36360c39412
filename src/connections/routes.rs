//! `GET /oauth/{platform}/callback`: where platforms send people back to.

use super::pages::{refused, told};
use super::{Answer, Arrival, arrive};
use crate::auth::Visitor;
use crate::error::{Error, Result};
use crate::platform::PlatformKind;
use crate::server::flash::Flash;
use crate::server::state::App;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Deserialize;

/// What stands in the address. Neither state nor code is ever logged: logs hold route templates.
#[derive(Deserialize)]
pub struct Parameters {
    state: Option<SecretString>,
    code: Option<SecretString>,
    error: Option<String>,
}

/// Finishes what `connect_account`, `reconnect` or `connect_by_link` began. The answer never shows the address's code again:
/// good news is a redirect, a refusal is a page without anything of it.
pub async fn callback(
    State(app): State<App>,
    visitor: Visitor,
    Path(platform): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Result<Response> {
    let platform: PlatformKind = platform.parse().map_err(|_| Error::NotFound)?;
    let Parameters { state, code, error } = parameters;
    let answer = Answer { platform, state, code, error };
    let (connector, session) = (app.connector()?, visitor.session_hash());
    // A task of its own: a browser that goes away must not cut off between the platform's pair and our storing it.
    let arriving = tokio::spawn(arrive(connector, visitor.origin().clone(), session, answer));
    let arrival = arriving.await.map_err(anyhow::Error::from)??;
    answer_for(&app, &visitor, platform, arrival)
}

fn answer_for(app: &App, visitor: &Visitor, platform: PlatformKind, arrival: Arrival) -> Result<Response> {
    match arrival.outcome {
        Ok(connected) if arrival.by_link => {
            Ok(Redirect::to(&told::next_page_of_creator(&connected)).into_response())
        }
        Ok(connected) => {
            let flash = Flash::notice(told::connected(&connected)).cookie(app)?;
            let flash = if connected.names.is_empty() { Flash::spent() } else { flash };
            let redirect = Redirect::to(&told::next_page(&connected));
            Ok(([(header::SET_COOKIE, flash)], redirect).into_response())
        }
        Err(refusal) => {
            let by_link = arrival.by_link || visitor.member().is_none();
            Ok(refused::page(platform, refusal, by_link, arrival.connection).into_response())
        }
    }
}
