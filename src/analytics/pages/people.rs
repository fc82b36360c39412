//! The latest earnings, and the fans who spent most.

use super::kept;
use crate::analytics::kept::Told;
use crate::analytics::types::{Earned, LatestEarning, TopFan};
use crate::ui::{Amount, Figure, Time, TimeShape};
use chrono_tz::Tz;
use leptos::prelude::*;

/// The newest earnings, whatever the period; they arrive by themselves.
pub fn latest(latest: Vec<LatestEarning>, zone: Option<Tz>) -> impl IntoView {
    let body = if latest.is_empty() {
        view! { <p class="card-body muted">"The first earning appears here by itself."</p> }.into_any()
    } else {
        let rows = latest.into_iter().map(|earning| latest_row(earning, zone)).collect_view();
        view! { <ul class="list">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="latest">
            <div class="card-header"><h2 id="latest">"Latest earnings"</h2><span class="live">"Live"</span></div>
            {body}
        </section>
    }
}

fn latest_row(earning: LatestEarning, zone: Option<Tz>) -> impl IntoView {
    let what = match earning.fan {
        Some(fan) => format!("{} from {fan}", earning.source.singular()),
        None => earning.source.singular(),
    };
    view! {
        <li>
            <div class="grow">
                <span class="truncate">{what}</span>
                <span class="faint small truncate">
                    <a href=format!("/accounts/{}", earning.account)>{earning.account_name}</a>
                    ", "
                    <Time at=earning.at zone=zone shape=TimeShape::Brief/>
                </span>
            </div>
            <div class="end"><Amount money=earning.net/></div>
        </li>
    }
}

/// Of each currency, where there are several.
const FEW: usize = 4;

/// Who spent most in the period, currency by currency.
pub fn top_fans(earned: Vec<Earned>, told: Told, zone: Option<Tz>) -> impl IntoView {
    let several = earned.len() > 1;
    let lists: Vec<_> = earned.into_iter().filter(|it| !it.top_fans.is_empty()).collect();
    let as_of = kept::words(told, zone);
    let body = if matches!(told, Told::Counting { .. }) {
        view! { <p class="card-body muted">{as_of.clone()}</p> }.into_any()
    } else if lists.is_empty() {
        view! { <p class="card-body muted">"Nobody paid in these days."</p> }.into_any()
    } else {
        let lists = lists.into_iter().map(|it| {
            let fans = it.top_fans.into_iter().take(if several { FEW } else { usize::MAX });
            let heading = several.then(|| view! { <h3 class="list-heading">{it.currency.to_string()}</h3> });
            view! { {heading}<ol class="list">{fans.map(fan_row).collect_view()}</ol> }
        });
        lists.collect_view().into_any()
    };
    let foot = as_of.filter(|_| matches!(told, Told::AsOf { .. }));
    let foot = foot.map(|words| view! { <p class="card-foot faint small">{words}</p> });
    view! {
        <section class="card" aria-labelledby="top-fans">
            <div class="card-header"><h2 id="top-fans">"Top fans of these days"</h2><span class="faint small">"Spent, gross"</span></div>
            {body}
            {foot}
        </section>
    }
}

fn fan_row(fan: TopFan) -> impl IntoView {
    let payments = if fan.payments == 1 {
        "one payment".to_owned()
    } else {
        format!("{} payments", Figure::Count(fan.payments))
    };
    // On an account's own page it goes without saying whose fan it is.
    let of = (!fan.account_name.is_empty())
        .then(|| view! { <a href=format!("/accounts/{}", fan.account)>{fan.account_name}</a>", " });
    view! {
        <li>
            <div class="grow">
                <span class="truncate">{fan.name}</span>
                <span class="faint small truncate">{of}{payments}</span>
            </div>
            <div class="end"><Amount money=fan.spent/></div>
        </li>
    }
}
