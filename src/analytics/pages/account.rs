//! `/accounts/{id}`: what one account earns.

use super::{Asked, Shown, USUAL, banners, before, earned, figures, mistaken, people};
use crate::accounts::pages::{Rights, Top};
use crate::accounts::policy::ViewAccounts;
use crate::accounts::{self, Account};
use crate::analytics::kept::Told;
use crate::analytics::policy::ViewDashboard;
use crate::analytics::service;
use crate::analytics::types::{AccountBoard, Edition};
use crate::auth::Visitor;
use crate::connections::Health;
use crate::connections::policy::{ConnectAccounts, ConnectOwnAccounts};
use crate::earnings::policy::ViewEarnings;
use crate::error::{Error, Result};
use crate::forecasts;
use crate::forecasts::pages::ForecastLine;
use crate::goals::pages::GoalLine;
use crate::ids::AccountId;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::sync::Progress;
use crate::sync::pages::SyncProgress;
use crate::ui::{Banner, LiveRegion, PeriodPicker, Tone};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;

/// `GET /accounts/{account}`; who does not see what it earns begins with its subscribers.
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, `NotFound`, or when the database does not answer.
pub async fn account(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<AccountId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let Ok(scope) = visitor.scope::<ViewEarnings>() else {
        let account = accounts::account(&app.db, &visitor.scope::<ViewAccounts>()?, id).await?;
        return Ok(Redirect::to(&account.path("subscribers")).into_response());
    };
    let member = visitor.member().ok_or(Error::NotSignedIn)?;
    let (choice, mistake) = match asked.choice() {
        Ok(choice) => (choice, None),
        Err(sentence) => (USUAL, Some(sentence)),
    };
    let edition = Edition {
        version: 0,
        today: app.db.now().date_naive(),
        zone: member.zone(),
        currency: member.currency(),
    };
    let shown = Shown {
        edition,
        choice,
        currency: asked.currency.and_then(|code| code.parse().ok()),
        may_connect: visitor.scope::<ConnectAccounts>().is_ok()
            || visitor.scope::<ConnectOwnAccounts>().is_ok(),
        account: Some(id),
    };
    let (account, board) = service::of_account(&app.db, &scope, edition, id, choice).await?;
    let ahead = match visitor.scope::<ViewDashboard>() {
        Ok(scope) => Some(forecasts::of_account(&app.db, &scope, &account).await?),
        Err(_) => None,
    };
    let rights = Rights::of(&visitor);
    let title = account.name.clone();
    Ok(Page::new(title, move || {
        let (id, currency) = (account.id, account.currency);
        let ahead = ahead.map(|made| view! { <ForecastLine account=id currency made/> });
        content(account, board, shown, mistake, rights, ahead.into_any())
    })
    .into_response())
}

fn content(
    account: Account,
    board: AccountBoard,
    shown: Shown,
    mistake: Option<String>,
    rights: Rights,
    ahead: AnyView,
) -> impl IntoView {
    let before = before(shown.choice, board.previous);
    let zone = shown.edition.zone;
    let days = format!("{}, compared with {}", board.period, board.previous);
    let reading = banners::reading(&board.history, board.period, board.previous);
    let figures = figures::figures(&board.earned, Told::Now, &board.subscribers, board.period, shown);
    let earned = earned::earned(&board.earned, board.period, shown, &before);
    let fans = people::top_fans(board.earned, Told::Now, zone);
    let goal = board.goal.map(|(month, standing)| view! { <GoalLine month standing account=account.id/> });
    let trouble = trouble(&account, shown.may_connect);
    let address = shown.address().to_string();
    let progress = board.progress.map(|progress| progress_card(progress, shown));
    view! {
        <Top account zone rights/>
        {mistake.map(mistaken)}
        <LiveRegion name="news" class="stack">{trouble}{reading}</LiveRegion>
        {progress}
        <div class="row apart">
            <p class="muted small">{days}</p>
            <div class="stack tight"><PeriodPicker chosen=shown.choice today=shown.edition.today address=address/></div>
        </div>
        <LiveRegion name="goal">{goal}</LiveRegion>
        <LiveRegion name="figures">{figures}</LiveRegion>
        {ahead}
        <LiveRegion name="earned" class="stack">{earned}</LiveRegion>
        <LiveRegion name="fans">{fans}</LiveRegion>
        {figures::definitions()}
    }
}

/// The first sync while it lasts; afterwards a line says when the last one was.
fn progress_card(progress: Progress, shown: Shown) -> impl IntoView {
    let zone = shown.edition.zone;
    let class = if progress.is_complete() { "" } else { "card card-body" };
    view! { <div class=(!class.is_empty()).then_some(class)><SyncProgress progress=progress zone=zone/></div> }
}

/// What somebody should do about the account, and since when its figures stand still.
fn trouble(account: &Account, may_connect: bool) -> Option<impl IntoView + use<>> {
    let (tone, title, health) = match account.health.state.as_str() {
        "needs_reconnect" => (Tone::Danger, format!("Reconnect {}", account.name), Health::NeedsReconnect),
        "platform_down" => {
            (Tone::Warn, format!("{} does not answer", account.platform.name()), Health::PlatformDown)
        }
        "disconnected" => (Tone::Info, format!("{} is disconnected", account.name), Health::Disconnected),
        _ => return None,
    };
    let text = health.what_to_do(account.platform);
    let text =
        text.unwrap_or_else(|| "What you see is what we last knew. Connect it again to go on.".to_owned());
    let action = may_connect.then(|| {
        view! { <a class="button secondary small" href=account.path("connection")>"See the connection"</a> }
    });
    Some(view! { <Banner tone=tone title=title text=text>{action}</Banner> })
}
