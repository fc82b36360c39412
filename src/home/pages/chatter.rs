//! A chatter's first page: what waits on the accounts that they work on, and what was sold there.

use super::{Plain, top};
use crate::auth::{Member, Visitor};
use crate::error::Result;
use crate::fans::Show;
use crate::home::policy::ViewWork;
use crate::home::service;
use crate::home::types::{Sales, Waits, Week, Work, WorkAccount};
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Address, Banner, Empty, Figure, HealthBadge, LiveRegion, Stat, Stats, TimeShape, Tone, Who, time_words,
};
use chrono_tz::Tz;
use leptos::prelude::*;

/// The names that a banner tells; of more, how many.
const NAMED: usize = 3;

/// What `member` begins with.
pub async fn page(app: &App, visitor: &Visitor, member: &Member) -> Result<Page> {
    let work = service::work(&app.db, &visitor.scope::<ViewWork>()?).await?;
    let (top, zone, agency) = (top(member, app.db.now()), member.zone(), member.agency_name().to_owned());
    Ok(Page::new("Home", move || view! { {top}{content(work, zone, &agency)} }))
}

fn content(work: Work, zone: Option<Tz>, agency: &str) -> impl IntoView + use<> {
    let lost = lost(&work.accounts, work.waits.reconnect);
    let (waiting, sold, accounts) = if work.waits.accounts == 0 {
        (nothing_yet(agency).into_any(), ().into_any(), ().into_any())
    } else {
        let waiting = waiting(work.waits, zone).into_any();
        (waiting, sold(work.sold, work.week).into_any(), accounts(work.accounts, work.waits, zone).into_any())
    };
    view! {
        <LiveRegion name="news" class="stack">{lost}</LiveRegion>
        <LiveRegion name="waiting" class="stack">{waiting}</LiveRegion>
        <LiveRegion name="accounts" class="stack">{accounts}</LiveRegion>
        <LiveRegion name="sold" class="stack">{sold}</LiveRegion>
    }
}

fn nothing_yet(agency: &str) -> impl IntoView + use<> {
    let text = format!(
        "Owners and managers of {agency} say who works on which account. As soon as they assign you one, it appears here by itself."
    );
    view! { <Empty icon="accounts" title="No accounts yet" text/> }
}

/// Accounts to which there is no access any more. A chatter can only tell somebody.
fn lost(accounts: &[WorkAccount], all: i64) -> Option<impl IntoView + use<>> {
    let names: Vec<_> =
        accounts.iter().filter(|it| it.health == "needs_reconnect").map(|it| it.name.as_str()).collect();
    let named = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = all - i64::try_from(names.len().min(NAMED)).unwrap_or(0);
    let title = match (all, more) {
        (0, _) => return None,
        (1, _) => format!("{named} needs reconnecting"),
        (_, 0) => format!("{named} need reconnecting"),
        _ => format!("{named} and {more} more need reconnecting"),
    };
    let text = "Nothing new arrives until then. Tell an owner or manager: they can reconnect it.";
    Some(view! { <Banner tone=Tone::Warn title text/> })
}

fn waiting(waits: Waits, zone: Option<Tz>) -> impl IntoView {
    let count = |count: i64| Figure::Count(count).to_string();
    let counted = match waits.unread_at {
        Some(at) => format!("As of {}", time_words(at, zone, TimeShape::Brief)),
        None => "Not counted yet".to_owned(),
    };
    view! {
        <div class="section-header"><h2>"What waits"</h2></div>
        <Stats>
            <Plain label="Unread chats" value=waits.unread.map_or_else(|| "—".to_owned(), count) note=counted/>
            <Plain label="Subscriptions that end within 3 days" value=count(waits.ending) note="They do not renew by themselves"/>
            <Plain label="New subscribers today" value=count(waits.joined) note="Days in UTC"/>
        </Stats>
    }
}

fn accounts(accounts: Vec<WorkAccount>, waits: Waits, zone: Option<Tz>) -> impl IntoView {
    let more = i64::try_from(accounts.len()).is_ok_and(|shown| shown < waits.accounts);
    let link = if more {
        format!("All {} accounts", Figure::Count(waits.accounts))
    } else {
        "All accounts".to_owned()
    };
    let rows = accounts.into_iter().map(|account| row(account, zone)).collect_view();
    view! {
        <div class="card">
            <div class="card-header"><h2>"Your accounts"</h2><a class="small" href="/accounts">{link}</a></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Your accounts">
                <table class="table brief">
                    <thead>
                        <tr>
                            <th scope="col">"Account"</th>
                            <th scope="col">"Connection"</th>
                            <th scope="col" class="num">"Unread chats"</th>
                            <th scope="col" class="num">"Ending soon"</th>
                            <th scope="col" class="num wide-only">"New today"</th>
                            <th scope="col" class="num wide-only">"Subscribers"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn row(account: WorkAccount, zone: Option<Tz>) -> impl IntoView {
    let path = format!("/accounts/{}", account.id);
    let sub = account.platform.place(&account.handle);
    let count = |count: Option<i64>| count.map_or_else(|| "—".to_owned(), |it| Figure::Count(it).to_string());
    let ending = if account.ending == 0 {
        "0".into_any()
    } else {
        let href =
            Address::parse(&format!("{path}/subscribers")).with("show", Show::Ending.name()).to_string();
        let label = format!("Ending soon on {}: {}", account.name, account.ending);
        view! { <a href=href aria-label=label>{count(Some(account.ending))}</a> }.into_any()
    };
    let title = account.unread_at.map(|at| format!("As of {}", time_words(at, zone, TimeShape::Brief)));
    view! {
        <tr>
            <th scope="row"><a href=path><Who name=account.name sub=sub/></a></th>
            <td><HealthBadge health=account.health since=account.health_since zone=zone/></td>
            <td class="num" title=title>{count(account.unread)}</td>
            <td class="num">{ending}</td>
            <td class="num wide-only">{count(Some(account.joined))}</td>
            <td class="num wide-only">{count(account.subscribers)}</td>
        </tr>
    }
}

fn sold(sold: Vec<Sales>, week: Week) -> impl IntoView {
    let days = match week.this.days() {
        1 => format!("{}, compared with {}", week.this, week.before),
        _ => format!("This week is {}, compared with {}", week.this, week.before),
    };
    let today = sold.iter().map(|it| view! { <Stat label=format!("{}, today", words(it)) figures=it.today.clone() note=sales(it.today_count)/> });
    let today = today.collect_view();
    let this = sold.iter().map(|it| view! { <Stat label=format!("{}, this week", words(it)) figures=it.week.clone() note=sales(it.week_count)/> });
    let this = this.collect_view();
    view! {
        <div class="section-header">
            <h2>"Sold on your accounts, by you and others"</h2>
            <span class="faint small">{days}</span>
        </div>
        <Stats>{today}{this}</Stats>
        <p class="faint small">
            "Gross: what fans paid while you were assigned, refunds taken off on the day they happened. Who wrote the message is not known, so this is not your commission. Days are UTC days; today is not over."
        </p>
    }
}

fn words(sales: &Sales) -> &'static str {
    match sales.source {
        crate::platform::EarningSource::Message => "Paid messages",
        _ => "Tips",
    }
}

fn sales(count: i64) -> String {
    match count {
        1 => "One sale".to_owned(),
        count => format!("{} sales", Figure::Count(count)),
    }
}
