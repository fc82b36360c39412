//! `/dashboard`: what the whole agency earns.

mod account;
mod accounts;
mod asked;
mod banners;
mod compare;
mod earned;
mod fans;
mod figures;
mod frame;
mod kept;
mod links;
mod messages;
mod people;
mod revenue;
mod subscribers;
mod top;
mod views;

pub use account::account;
pub use asked::Asked as AskedAnalytics;
pub use compare::compare;
pub use fans::fans;
pub use links::{Links, linked};
pub use messages::messages;
pub use revenue::revenue;
pub(super) use revenue::wanted;
pub use subscribers::subscribers;
pub use top::{AnalyticsTabs, Days, ExportLink, FilterBar, NothingChosen};
pub use views::views;

use super::policy::ViewDashboard;
use super::service;
use super::types::{Board, Dashboard, Edition};
use crate::auth::{Scope, Visitor};
use crate::connections::ProblemConnection;
use crate::connections::policy::ConnectAccounts;
use crate::earnings::Filter;
use crate::error::Result;
use crate::goals::pages::GoalLine;
use crate::goals::{self, Month, Standing};
use crate::ids::AccountId;
use crate::money::Currency;
use crate::period::{Choice, Period};
use crate::server::fragments::Key;
use crate::server::frame::{Page, render};
use crate::server::state::App;
use crate::ui::{Address, Banner, Empty, LiveRegion, PageHeader, PeriodPicker, Tone};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the address bar holds.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    currency: Option<String>,
}

/// What a period is when nothing (or nothing that can be read) is asked for.
const USUAL: Choice = Choice::Days(30);

impl Asked {
    /// The choice, or a sentence why there is none.
    fn choice(&self) -> Result<Choice, String> {
        let Some(name) = self.period.as_deref() else { return Ok(USUAL) };
        let read = Choice::parse(name, self.from.as_deref(), self.to.as_deref());
        read.ok_or_else(|| match name {
            "custom" => {
                "These days cannot be shown. A period needs a first and a last day, the last not before the \
                first, and at most three years."
                    .to_owned()
            }
            _ => "There is no such period. Choose one of those below.".to_owned(),
        })
    }
}

/// What is shown, and of whom nothing personal: everything that a kept fragment depends on.
#[derive(Clone, Copy)]
struct Shown {
    edition: Edition,
    choice: Choice,
    /// For charts and shares, where there are too many currencies to show all.
    currency: Option<Currency>,
    /// Whether to offer connecting an account.
    may_connect: bool,
    /// Of which account, when not of the whole agency.
    account: Option<AccountId>,
}

impl Shown {
    /// The address that shows the same.
    fn address(self) -> Address {
        let path = self.account.map_or_else(|| "/dashboard".to_owned(), |id| format!("/accounts/{id}"));
        let address = Address::parse(&format!("{path}?{}", self.choice.query()));
        match self.currency {
            Some(currency) => address.with("currency", currency.as_str()),
            None => address,
        }
    }

    /// The transactions that a figure of `period` is made of.
    fn transactions(self, period: Period) -> Filter {
        let all = Filter::of(period);
        match self.account {
            Some(account) => all.of_account(account),
            None => all,
        }
    }
}

/// `GET /dashboard` of those who see the whole agency (home/pages.rs has the others').
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn dashboard(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let (choice, mistake) = match asked.choice() {
        Ok(choice) => (choice, None),
        Err(sentence) => (USUAL, Some(sentence)),
    };
    let shown = Shown {
        edition: service::edition(&app.db, &scope).await?,
        choice,
        currency: asked.currency.and_then(|code| code.parse().ok()),
        may_connect: visitor.scope::<ConnectAccounts>().is_ok(),
        account: None,
    };
    let html = fragment(&app, &scope, shown).await?;
    let html = match mistake {
        Some(sentence) => format!("{}{html}", render(|| mistaken(sentence))).into(),
        None => html,
    };
    Ok(Page::rendered("Dashboard", html).into_response())
}

/// The page's content, from the cache unless something changed.
async fn fragment(app: &App, scope: &Scope<ViewDashboard>, shown: Shown) -> Result<Arc<str>> {
    let what = format!("{} {}", shown.address(), shown.edition.today);
    let key = Key::new(scope, shown.edition.version, what);
    let fresh = async {
        let dashboard = service::dashboard(&app.db, scope, shown.edition, shown.choice).await?;
        let goal = goals::of_agency(&app.db, scope, shown.edition.today).await?;
        Ok(render(move || content(dashboard, goal, shown)))
    };
    app.fragments.get_or_render(key, fresh).await
}

fn mistaken(sentence: String) -> impl IntoView {
    view! { <Banner tone=Tone::Warn title=sentence text="Here are the last 30 days."/> }
}

/// The regions are there whatever is in them, so that a page that stays open follows from the first account on.
fn content(dashboard: Dashboard, goal: Option<(Month, Standing)>, shown: Shown) -> impl IntoView {
    let goal = goal.map(|(month, standing)| view! { <GoalLine month standing/> });
    let parts = match dashboard {
        Dashboard::Empty { problems } => empty(problems, shown),
        Dashboard::Board(board) => full(*board, shown),
    };
    view! {
        <LiveRegion name="head">{parts.head}</LiveRegion>
        <LiveRegion name="news" class="stack">{parts.news}</LiveRegion>
        <LiveRegion name="goal">{goal}</LiveRegion>
        <LiveRegion name="figures">{parts.figures}</LiveRegion>
        <LiveRegion name="earned" class="stack">{parts.earned}</LiveRegion>
        <LiveRegion name="accounts">{parts.accounts}</LiveRegion>
        <div class="grid-2">
            <LiveRegion name="latest">{parts.latest}</LiveRegion>
            <LiveRegion name="fans">{parts.fans}</LiveRegion>
        </div>
        <LiveRegion name="meanings">{parts.meanings}</LiveRegion>
    }
}

/// What stands in each region.
struct Parts {
    head: AnyView,
    news: AnyView,
    figures: AnyView,
    earned: AnyView,
    accounts: AnyView,
    latest: AnyView,
    fans: AnyView,
    meanings: AnyView,
}

fn empty(problems: Vec<ProblemConnection>, shown: Shown) -> Parts {
    let nothing = || ().into_any();
    let connect = shown
        .may_connect
        .then(|| view! { <a class="button primary" href="/connections/new">"Connect an account"</a> });
    let invitation = view! {
        <Empty icon="dashboard" title="See what your creators earn"
            text="Connect a creator's account. What it earned appears here within a minute, the newest first.">
            {connect}
        </Empty>
    };
    Parts {
        head: view! { <PageHeader title="Dashboard"/> }.into_any(),
        news: banners::banners(problems, BTreeMap::new(), shown.edition.zone).into_any(),
        figures: invitation.into_any(),
        earned: nothing(),
        accounts: nothing(),
        latest: nothing(),
        fans: nothing(),
        meanings: nothing(),
    }
}

fn full(board: Board, shown: Shown) -> Parts {
    let (zone, before) = (shown.edition.zone, before(shown.choice, board.previous));
    let days = format!("{}, compared with {}", board.period, board.previous);
    let address = shown.address().to_string();
    let head = view! {
        <PageHeader title="Dashboard" sub=days>
            <div class="stack">
                <PeriodPicker chosen=shown.choice today=shown.edition.today address=address/>
            </div>
        </PageHeader>
    };
    let banners = banners::banners(board.problems, board.last_read, zone);
    let reading = banners::reading(&board.history, board.period, board.previous);
    Parts {
        head: head.into_any(),
        news: view! { {banners}{reading} }.into_any(),
        figures: figures::figures(&board.earned, board.fans, &board.subscribers, board.period, shown)
            .into_any(),
        earned: earned::earned(&board.earned, board.period, shown, &before).into_any(),
        accounts: accounts::accounts(board.accounts, board.account_count, board.period, zone).into_any(),
        latest: people::latest(board.latest, zone).into_any(),
        fans: people::top_fans(board.earned, board.fans, zone).into_any(),
        meanings: view! { {figures::definitions()}{figures::proof()} }.into_any(),
    }
}

/// What the period is compared with, in as few words as a legend has room for.
fn before(choice: Choice, previous: Period) -> String {
    match choice {
        Choice::ThisMonth | Choice::LastMonth => previous.to_string(),
        Choice::TwelveMonths => "12 months before".to_owned(),
        Choice::Days(_) | Choice::Custom(_) if previous.days() == 1 => "The day before".to_owned(),
        Choice::Days(_) | Choice::Custom(_) => format!("{} days before", previous.days()),
    }
}
