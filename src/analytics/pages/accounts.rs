//! Accounts, ranked by net.

use crate::analytics::types::RankedAccount;
use crate::earnings::Filter;
use crate::period::Period;
use crate::ui::{Amounts, Change, Figure, HealthBadge, Sparkline, Who};
use chrono_tz::Tz;
use leptos::prelude::*;

/// The table; `all` is how many accounts there are.
pub fn accounts(accounts: Vec<RankedAccount>, all: i64, period: Period, zone: Option<Tz>) -> impl IntoView {
    let link = if i64::try_from(accounts.len()).is_ok_and(|shown| shown < all) {
        format!("All {} accounts", Figure::Count(all))
    } else {
        "All accounts".to_owned()
    };
    let rows = accounts.into_iter().map(|account| row(account, period, zone)).collect_view();
    view! {
        <div class="card">
            <div class="card-header"><h2>"Accounts by net earnings"</h2><a class="small" href="/accounts">{link}</a></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Accounts by net earnings">
                <table class="table brief ranking">
                    <thead>
                        <tr>
                            <th scope="col">"Account"</th>
                            <th scope="col">"Connection"</th>
                            <th scope="col" class="wide-only">"Trend"</th>
                            <th scope="col" class="num">"Net"</th>
                            <th scope="col" class="num">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn row(account: RankedAccount, period: Period, zone: Option<Tz>) -> impl IntoView {
    let sums = account.net.iter().filter_map(|compared| match compared.current {
        Figure::Money(money) => Some(money),
        Figure::Count(_) => None,
    });
    let sums = sums.collect();
    let changes = account.net.into_iter().map(|compared| view! { <div><Change compared brief=true/></div> });
    let changes = changes.collect_view();
    let transactions = Filter::of(period).of_account(account.id).address();
    let sub = account.place;
    view! {
        <tr>
            <th scope="row"><a href=format!("/accounts/{}", account.id)><Who name=account.name sub=sub/></a></th>
            <td><HealthBadge health=account.health.state since=account.health.since zone=zone/></td>
            <td class="wide-only"><Sparkline values=account.days/></td>
            <td class="num"><a class="opens" href=transactions><Amounts sums/></a></td>
            <td class="num">{changes}</td>
        </tr>
    }
}
