//! `/analytics/messages`: at which prices paid messages sell, how soon, which sold best, and each of them.

use super::asked::Asked;
use super::frame::{self, SURE, ShareStat, card, file_for, framed, note, share_cells};
use crate::analytics::kept::Kept;
use crate::analytics::messages::{
    self, Best, InCurrency, Listed, Shown, Sold, WAITS, Waits, sold, wait_words,
};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::share::Share;
use crate::auth::Visitor;
use crate::error::Result;
use crate::keyset::{Page as Listing, Turn};
use crate::money::Money;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{
    Address, Amount, Compared, Empty, Figure, LiveRegion, Shares, Stat, Stats, Time, TimeShape, Turns,
};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use leptos::prelude::*;

/// `GET /analytics/messages`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn messages(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let (scope, asked) = (visitor.scope::<ViewDashboard>()?, Asked::of(&visitor));
    let zone = visitor.member().and_then(crate::auth::Member::zone);
    let file = file_for(&visitor, "/analytics/messages.csv");
    let periods = asked.periods(app.db.now().date_naive());
    let turn = Turn::parse(asked.address.value("after"), asked.address.value("before"));
    let (selection, words) = (asked.selection.clone(), asked.words.as_deref());
    let shown = messages::messages(&app.db, &scope, periods, selection, words, &turn).await?;
    if shown.page.rows.is_empty() && turn != Turn::First {
        let first = asked.address.without(&["before", "after"]);
        return Ok(Redirect::to(&first.to_string()).into_response());
    }
    let page = Page::new("Paid messages", move || {
        framed("Paid messages", file, shown.head.clone(), asked, || content(shown, zone).into_any())
    });
    Ok(page.into_response())
}

fn content(shown: Shown, zone: Option<Tz>) -> impl IntoView {
    let told = shown.sold.told;
    let currencies = Kept { result: shown.sold.result.as_ref().map(|it| sold(&it.prices)), told };
    let best = card(("best", "What sold best"), &shown.sold, zone, |it: &Sold| best(it, &shown).into_any());
    let figures = figures(&currencies, shown.head.reading == 0, zone);
    let prices =
        card(("prices", "By price"), &currencies, zone, |all: &Vec<InCurrency>| prices(all).into_any());
    let waits = card(("waits", "Time to unlock"), &shown.sold, zone, |it: &Sold| waits(&it.waits).into_any());
    let list = list(shown.page, zone);
    view! {
        <LiveRegion name="figures">{figures}</LiveRegion>
        <LiveRegion name="prices"><div class="grid-2 wide-left">{prices}{waits}</div></LiveRegion>
        <LiveRegion name="best">{best}</LiveRegion>
        <LiveRegion name="messages" class="stack">{list}</LiveRegion>
        {frame::meanings(MEANINGS)}
    }
}

/// Counts are of all currencies together, money once per currency.
fn figures(counted: &Kept<Vec<InCurrency>>, knows_before: bool, zone: Option<Tz>) -> impl IntoView + use<> {
    let all = counted.result.as_deref().unwrap_or_default();
    let sum = |of: fn(&InCurrency) -> Share| {
        all.iter().map(of).fold(Share::default(), |sum, it| Share::new(sum.part + it.part, sum.of + it.of))
    };
    let (now, before) = (sum(|it| it.rate), sum(|it| it.rate_before));
    let compares = knows_before && before.of > 0;
    let is_counted = counted.result.is_some();
    let count = |now: i64, before: i64| {
        is_counted.then(|| Compared::new(now, compares.then_some(before))).into_iter().collect::<Vec<_>>()
    };
    let money = |it: &InCurrency| Compared::new(it.revenue, compares.then_some(it.revenue_before));
    let money: Vec<_> = all.iter().map(money).collect();
    let told = note(counted.told, zone, "");
    let price =
        if is_counted { note(counted.told, zone, "The price of what was unlocked") } else { told.clone() };
    let (sent, unlocked) = (count(now.of, before.of), count(now.part, before.part));
    view! {
        <Stats>
            <Stat label="Sent" figures=sent note=told.clone()/>
            <Stat label="Unlocked" figures=unlocked note=told.clone()/>
            <ShareStat label="Unlock rate" share=now before=compares.then_some(before) note=told/>
            <Stat label="Revenue, gross" figures=money note=price/>
        </Stats>
    }
}

fn prices(all: &[InCurrency]) -> impl IntoView + use<> {
    if all.iter().all(|it| it.bands.is_empty()) {
        return nothing().into_any();
    }
    let rows = all.iter().flat_map(|it| it.bands.iter()).map(|band| {
        view! {
            <tr>
                <th scope="row">{band.words()}</th>
                <td class="num" data-label="Sent">{Figure::Count(band.rate.of).to_string()}</td>
                <td class="num" data-label="Unlocked">{Figure::Count(band.rate.part).to_string()}</td>
                {share_cells(band.rate, "Unlock rate")}
                <td class="num" data-label="Revenue"><Amount money=band.revenue/></td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="prices">
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">"Price"</th>
                        <th scope="col" class="num">"Sent"</th>
                        <th scope="col" class="num">"Unlocked"</th>
                        <th scope="col" class="num">"Unlock rate"</th>
                        <th scope="col" class="num">"Likely between"</th>
                        <th scope="col" class="num">"Revenue"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn nothing() -> impl IntoView {
    view! { <p class="card-body muted">"Nothing was sent at a price in these days."</p> }
}

fn waits(waits: &Waits) -> impl IntoView + use<> {
    let (Some(median), Some(ninety)) = (waits.median, waits.ninety) else {
        return view! { <p class="card-body muted">"Nothing that was sent in these days is unlocked yet."</p> }.into_any();
    };
    let parts = WAITS.iter().zip(waits.counts);
    let parts: Vec<_> =
        parts.map(|((_, words), count)| ((*words).to_owned(), Figure::Count(count))).collect();
    let told = format!(
        "Half were unlocked within {}, nine of ten within {}.",
        wait_words(median),
        wait_words(ninety)
    );
    view! { <div class="card-body stack"><p>{told}</p><Shares parts/></div> }.into_any()
}

fn best(sold: &Sold, shown: &Shown) -> impl IntoView + use<> {
    if sold.best.is_empty() {
        let none = "Nothing that begins with words was unlocked of what was sent in these days.";
        return view! { <p class="card-body muted">{none}</p> }.into_any();
    }
    let rows = sold.best.iter().filter_map(|it| best_row(it, shown)).collect_view();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="best">
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">"Message"</th>
                        <th scope="col" class="num">"Price"</th>
                        <th scope="col" class="num">"Sent"</th>
                        <th scope="col" class="num">"Unlocked"</th>
                        <th scope="col" class="num">"Unlock rate"</th>
                        <th scope="col" class="num">"Revenue"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn best_row(it: &Best, shown: &Shown) -> Option<impl IntoView + use<>> {
    let currency = it.currency.parse().ok()?;
    let known = shown.texts.get(&(it.account, it.message.clone()))?;
    let text = known.1.clone().unwrap_or_else(|| "A message that is gone".to_owned());
    let rate = Share::new(it.unlocked, it.sent);
    let class = if rate.is_few() { "num few" } else { "num" };
    Some(view! {
        <tr>
            <th scope="row">
                <span class="truncate">{text}</span>
                <div><a class="faint small" href=format!("/accounts/{}/ppv", it.account)>{known.0.clone()}</a></div>
            </th>
            <td class="num" data-label="Price"><Amount money=Money::new(it.price, currency)/></td>
            <td class="num" data-label="Sent">{Figure::Count(it.sent).to_string()}</td>
            <td class="num" data-label="Unlocked">{Figure::Count(it.unlocked).to_string()}</td>
            <td class=class data-label="Unlock rate">{rate.words()}</td>
            <td class="num" data-label="Revenue"><Amount money=Money::new(it.revenue(), currency)/></td>
        </tr>
    })
}

fn list(page: Listing<Listed>, zone: Option<Tz>) -> impl IntoView {
    if page.rows.is_empty() {
        return view! {
            <Empty icon="message" title="No paid messages in these days"
                text="Messages that were sent with a price appear here, and whether they were unlocked. Choose other days to look further back."/>
        }
        .into_any();
    }
    let shown = format!("{} shown", page.rows.len());
    let rows = page.rows.into_iter().map(|message| row(message, zone)).collect_view();
    view! {
        <div class="section-header"><h2>"Each message"</h2></div>
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Each message">
                <table class="table stacked">
                    <thead>
                        <tr>
                            <th scope="col">"Sent"</th>
                            <th scope="col">"Account"</th>
                            <th scope="col">"To"</th>
                            <th scope="col" class="wide-only">"Message"</th>
                            <th scope="col">"Unlocked"</th>
                            <th scope="col" class="num">"Price"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        <Turns shown before=page.before after=page.after/>
    }
    .into_any()
}

fn row(message: Listed, zone: Option<Tz>) -> impl IntoView {
    let unlocked = match message.unlocked_at {
        Some(at) => view! {
            <span class="badge good">"Unlocked"</span>" "
            <span class="faint small"><Time at zone=zone shape=TimeShape::Brief/></span>
        }
        .into_any(),
        None => view! { <span class="badge">"Locked"</span> }.into_any(),
    };
    let href = Address::parse(&format!("/accounts/{}/ppv", message.account)).to_string();
    view! {
        <tr>
            <th scope="row"><Time at=message.sent_at zone=zone/></th>
            <td data-label="Account"><a href=href>{message.account_name}</a></td>
            <td data-label="To">{message.fan}</td>
            <td class="wide-only" data-label="Message"><span class="truncate">{message.preview}</span></td>
            <td data-label="Unlocked">{unlocked}</td>
            <td class="num" data-label="Price"><Amount money=message.price/></td>
        </tr>
    }
}

const MEANINGS: [(&str, &str); 6] = [
    (
        "Days",
        "A message belongs to the day (UTC) on which it was sent, whenever it was unlocked. What was sent lately may still be \
         unlocked, so the newest days look a little worse than they will.",
    ),
    ("Unlock rate", "Of the messages sent with a price, how many were unlocked up to now."),
    ("Revenue", "The price of what was unlocked, before the platform's fee and refunds."),
    ("Time to unlock", "From sending to unlocking, of the messages of these days that were unlocked."),
    (
        "What sold best",
        "Messages of one account with the same beginning and price count as one that was sent to many; first is what brought most.",
    ),
    SURE,
];
