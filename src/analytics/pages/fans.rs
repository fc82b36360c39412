//! `/analytics/fans`: how spending is spread, who spends most, who may be leaving, and who is new.

use super::asked::Asked;
use super::frame::{self, card, file_for, framed, note};
use crate::analytics::fans::{self, FanRow, Group, Risk, Shown, Spenders};
use crate::analytics::kept::Kept;
use crate::analytics::policy::ViewDashboard;
use crate::analytics::share::{Share, percent};
use crate::analytics::types::average;
use crate::auth::Visitor;
use crate::error::Result;
use crate::money::{Currency, Money};
use crate::platform::FanStatus;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Amount, Compared, Figure, LiveRegion, Stat, Stats, TimeShape, time_words};
use axum::extract::State;
use chrono::NaiveDate;
use chrono_tz::Tz;
use leptos::prelude::*;

/// `GET /analytics/fans`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn fans(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let (scope, asked) = (visitor.scope::<ViewDashboard>()?, Asked::of(&visitor));
    let zone = visitor.member().and_then(crate::auth::Member::zone);
    let own = visitor.member().map_or(Currency::USD, crate::auth::Member::currency);
    let file = file_for(&visitor, "/analytics/fans.csv");
    let periods = asked.periods(app.db.now().date_naive());
    let (selection, words) = (asked.selection.clone(), asked.words.as_deref());
    let mut shown = fans::fans(&app.db, &scope, periods, selection, words).await?;
    if let Some(all) = &mut shown.spend.result {
        all.sort_by_key(|it| (it.currency() != Some(own), it.currency.clone()));
    }
    Ok(Page::new("Fans", move || {
        framed("Fans", file, shown.head.clone(), asked, || content(&shown, zone).into_any())
    }))
}

fn content(shown: &Shown, zone: Option<Tz>) -> impl IntoView + use<> {
    let spend = &shown.spend;
    let bands =
        card(("bands", "How much fans spend"), spend, zone, |all: &Vec<Spenders>| bands(all).into_any());
    let top =
        card(("top", "How much hangs on a few"), spend, zone, |all: &Vec<Spenders>| top(all).into_any());
    let whales =
        card(("whales", "Whales: who brought most in these days"), spend, zone, |all: &Vec<Spenders>| {
            let rows = rows(all.iter().filter_map(|it| Some((it.currency()?, it.whales.as_slice()))));
            listed(shown, "whales", &rows, "Nobody paid in these days.").into_any()
        });
    let newcomers = card(("newcomers", "New spenders"), spend, zone, |all: &Vec<Spenders>| {
        let rows = rows(all.iter().filter_map(|it| Some((it.currency()?, it.newcomers.as_slice()))));
        listed(shown, "newcomers", &rows, "Nobody paid for the first time in these days.").into_any()
    });
    let risk = card(("risk", "At risk of leaving, as of today"), &shown.risk, zone, |all: &Vec<Risk>| {
        at_risk(shown, all, zone).into_any()
    });
    let figures = figures(spend, shown.head.reading == 0, zone);
    view! {
        <LiveRegion name="figures">{figures}</LiveRegion>
        <LiveRegion name="spread"><div class="grid-2 wide-left">{bands}{top}</div></LiveRegion>
        <LiveRegion name="whales">{whales}</LiveRegion>
        <LiveRegion name="risk">{risk}</LiveRegion>
        <LiveRegion name="newcomers">{newcomers}</LiveRegion>
        {frame::meanings(MEANINGS)}
    }
}

/// Fans are counted over all currencies, money once per currency.
fn figures(counted: &Kept<Vec<Spenders>>, knows_before: bool, zone: Option<Tz>) -> impl IntoView + use<> {
    let all = counted.result.as_deref().unwrap_or_default();
    let fans = |of: fn(&Spenders) -> Group| all.iter().map(|it| of(it).fans).sum::<i64>();
    let compares = knows_before && fans(|it| it.before) > 0;
    let count = |now: i64, before: i64| {
        let is_counted = counted.result.is_some();
        is_counted.then(|| Compared::new(now, compares.then_some(before))).into_iter().collect::<Vec<_>>()
    };
    let money = |now: fn(&Spenders) -> Option<i64>, before: fn(&Spenders) -> Option<i64>| {
        let one = |it: &Spenders| {
            let currency = it.currency()?;
            let before = before(it).filter(|_| compares).map(|minor| Money::new(minor, currency));
            Some(Compared::new(Money::new(now(it)?, currency), before))
        };
        all.iter().filter_map(one).collect::<Vec<_>>()
    };
    let told = note(counted.told, zone, "");
    let paying = count(fans(|it| it.now), fans(|it| it.before));
    let new = count(fans(|it| it.new), fans(|it| it.new_before));
    let from_new = money(|it| Some(it.new.net), |it| Some(it.new_before.net));
    let average_of =
        money(|it| average(it.now.net, it.now.fans), |it| average(it.before.net, it.before.fans));
    view! {
        <Stats>
            <Stat label="Paying fans" figures=paying note=told.clone()/>
            <Stat label="Net per paying fan" figures=average_of note=told.clone()/>
            <Stat label="New spenders" figures=new note=told.clone()/>
            <Stat label="Net from new spenders" figures=from_new note=told/>
        </Stats>
    }
}

fn nobody() -> impl IntoView {
    view! { <p class="card-body muted">"Nobody paid in these days."</p> }
}

fn bands(all: &[Spenders]) -> impl IntoView + use<> {
    if all.is_empty() {
        return nobody().into_any();
    }
    let rows = all.iter().flat_map(|it| it.bands.iter().map(move |band| (it, band))).filter_map(|(it, band)| {
        let currency = it.currency()?;
        let (of_fans, of_net) = (Share::new(band.fans, it.now.fans), Share::new(band.net, it.now.net));
        let bar = of_fans.permille().unwrap_or(0).to_string();
        Some(view! {
            <tr>
                <th scope="row">{Spenders::band_words(band.band, currency)}</th>
                <td class="num" data-label="Fans">{Figure::Count(band.fans).to_string()}</td>
                <td class="num" data-label="Share of fans">
                    {of_fans.words()}" "<progress class="progress share" value=bar max="1000" aria-label="Share of fans"></progress>
                </td>
                <td class="num" data-label="Net"><Amount money=Money::new(band.net, currency)/></td>
                <td class="num" data-label="Share of net">{net_share(of_net)}</td>
            </tr>
        })
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="bands">
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">"Net in these days"</th>
                        <th scope="col" class="num">"Fans"</th>
                        <th scope="col" class="num">"Share of fans"</th>
                        <th scope="col" class="num">"Net"</th>
                        <th scope="col" class="num">"Share of net"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A share of money, which refunds may have made less than nothing.
fn net_share(share: Share) -> String {
    if share.part < 0 || share.of <= 0 { "—".to_owned() } else { share.words() }
}

fn top(all: &[Spenders]) -> impl IntoView + use<> {
    if all.is_empty() {
        return nobody().into_any();
    }
    let rows = all.iter().flat_map(|it| it.top.iter().map(move |top| (it, top))).filter_map(|(it, top)| {
        let money = Money::new(top.net, it.currency()?);
        let fans = if top.fans == 1 { "one fan".to_owned() } else { format!("{} fans", Figure::Count(top.fans)) };
        Some(view! {
            <tr>
                <th scope="row">{format!("Top {} of fans", percent(top.percent * 10))}<div class="faint small">{fans}</div></th>
                <td class="num" data-label="Net"><Amount money=money/></td>
                <td class="num" data-label="Share of net">{net_share(it.share(top))}</td>
            </tr>
        })
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="top">
            <table class="table brief">
                <thead>
                    <tr>
                        <th scope="col">"Who"</th>
                        <th scope="col" class="num">"Net"</th>
                        <th scope="col" class="num">"Share of net"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// So many fans are listed; the file has more.
const LISTED: usize = 20;

/// The first rows of each currency, one currency after the other.
fn rows<'a>(lists: impl Iterator<Item = (Currency, &'a [FanRow])>) -> Vec<(Currency, &'a FanRow)> {
    lists.flat_map(|(currency, rows)| rows.iter().take(LISTED).map(move |row| (currency, row))).collect()
}

fn listed(
    shown: &Shown,
    id: &'static str,
    rows: &[(Currency, &FanRow)],
    none: &'static str,
) -> impl IntoView + use<> {
    if rows.is_empty() {
        return view! { <p class="card-body muted">{none}</p> }.into_any();
    }
    let rows = rows.iter().filter_map(|(currency, row)| {
        let who = who(shown, row)?;
        Some(view! {
            <tr>
                {who}
                <td class="num" data-label="Payments">{Figure::Count(row.payments).to_string()}</td>
                <td class="num" data-label="Last paid">{day(row.last)}</td>
                <td class="num" data-label="Net"><Amount money=Money::new(row.net, *currency)/></td>
            </tr>
        })
    });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby=id>
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">"Fan"</th>
                        <th scope="col" class="num">"Payments"</th>
                        <th scope="col" class="num">"Last paid"</th>
                        <th scope="col" class="num">"Net in these days"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn who(shown: &Shown, row: &FanRow) -> Option<impl IntoView + use<>> {
    let known = shown.known(row)?;
    let href = format!("/accounts/{}/subscribers?show=all", row.account);
    Some(view! {
        <th scope="row">
            <span class="truncate">{known.name.clone()}</span>
            <div><a class="faint small" href=href>{known.account.clone()}</a></div>
        </th>
    })
}

fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

fn at_risk(shown: &Shown, all: &[Risk], zone: Option<Tz>) -> impl IntoView + use<> {
    if all.is_empty() {
        let none = "Nobody who used to pay regularly has gone quiet.";
        return view! { <p class="card-body muted">{none}</p> }.into_any();
    }
    let lists = all.iter().filter_map(|it| Some((it.currency.parse().ok()?, it.fans.as_slice())));
    let rows = rows(lists).into_iter().filter_map(|(currency, row)| risk_row(shown, currency, row, zone));
    let sums = all.iter().filter_map(|it| {
        let money = Money::new(it.all.net, it.currency.parse().ok()?);
        let who = if it.all.fans == 1 {
            "One fan".to_owned()
        } else {
            format!("{} fans", Figure::Count(it.all.fans))
        };
        Some(view! { <p>{format!("{who}, who brought {money} in the last year.")}</p> })
    });
    view! {
        <div class="card-body">{sums.collect_view()}</div>
        <div class="table-wrap" tabindex="0" role="region" aria-labelledby="risk">
            <table class="table stacked">
                <thead>
                    <tr>
                        <th scope="col">"Fan"</th>
                        <th scope="col">"Subscription"</th>
                        <th scope="col" class="num">"Usually pays every"</th>
                        <th scope="col" class="num">"Silent for"</th>
                        <th scope="col" class="num">"Net in the last year"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn risk_row(
    shown: &Shown,
    currency: Currency,
    row: &FanRow,
    zone: Option<Tz>,
) -> Option<impl IntoView + use<>> {
    let (who, tenths) = (who(shown, row)?, row.gap_tenths.unwrap_or(0));
    let silent = (shown.head.today - row.last).num_days();
    let known = shown.known(row)?;
    let until = known.renews_at.map(|at| time_words(at, zone, TimeShape::Day));
    let subscription = match (&known.status, known.auto_renews, until) {
        (Some(FanStatus::Subscriber), Some(false), Some(until)) => format!("Ends {until}"),
        (Some(FanStatus::Subscriber), _, Some(until)) => format!("Renews {until}"),
        (Some(FanStatus::Subscriber), ..) => "Subscribes".to_owned(),
        (Some(FanStatus::Expired), ..) => "Ended".to_owned(),
        (Some(_), ..) => "None".to_owned(),
        (None, ..) => "Not known".to_owned(),
    };
    Some(view! {
        <tr>
            {who}
            <td data-label="Subscription">{subscription}</td>
            <td class="num" data-label="Usually pays every">{format!("{}.{} days", tenths / 10, tenths % 10)}</td>
            <td class="num" data-label="Silent for">{format!("{silent} days")}</td>
            <td class="num" data-label="Net in the last year"><Amount money=Money::new(row.net, currency)/></td>
        </tr>
    })
}

const MEANINGS: [(&str, &str); 6] = [
    (
        "Paying fan",
        "A fan who paid at least once in these days. Someone who pays two of your creators counts for each.",
    ),
    ("Net", "What a fan's payments leave after the platform's fee, refunds of these days taken off."),
    (
        "How much hangs on a few",
        "Of all paying fans, those who brought most: one of a hundred, of twenty, of ten, rounded up to whole fans.",
    ),
    ("New spender", "The first payment to the account, ever, lies in these days."),
    (
        "At risk",
        "The fan paid on at least 4 different days of the last year. The usual gap is the time between the first and the last of them, \
         over their number less one. At risk is who has not paid for more than twice that, and at least 14 days; after 120 days \
         of silence a fan is gone and no longer listed.",
    ),
    ("What it does not say", "At risk tells whom to write to, not how likely it is that they leave."),
];
