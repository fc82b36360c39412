//! Earnings per day and by source, once per currency.

use super::Shown;
use crate::analytics::types::Earned;
use crate::earnings::Filter;
use crate::period::Period;
use crate::ui::{BarChart, Figure, Shares, Unit, Width};
use leptos::prelude::*;

/// So many currencies are shown below each other; of more, one is chosen in the address bar.
const MOST: usize = 2;

/// The chart of net earnings per day, with what they came from beside it.
pub fn earned(all: &[Earned], period: Period, shown: Shown, before: &str) -> impl IntoView + use<> {
    let several = all.len() > 1;
    let chosen = all.iter().find(|it| Some(it.currency) == shown.currency).or(all.first());
    let switch = (all.len() > MOST).then(|| switch(all, chosen, shown));
    let visible =
        if all.len() > MOST { chosen.into_iter().collect() } else { all.iter().collect::<Vec<_>>() };
    let rows = visible.into_iter().map(|earned| {
        let of = if several { format!(", {}", earned.currency) } else { String::new() };
        view! { <div class="grid-2 wide-left">{days(earned, &of, shown, before)}{sources(earned, &of, shown.transactions(period))}</div> }
    });
    view! { {switch}{rows.collect_view()} }
}

fn switch(all: &[Earned], chosen: Option<&Earned>, shown: Shown) -> impl IntoView + use<> {
    let links = all.iter().map(|earned| {
        let code = earned.currency.as_str().to_owned();
        let here = chosen.is_some_and(|it| it.currency == earned.currency).then_some("true");
        let href = shown.address().with("currency", code.as_str()).to_string();
        view! { <a href=href aria-current=here>{code}</a> }
    });
    view! { <div class="row"><nav class="segments" aria-label="Currency">{links.collect_view()}</nav></div> }
}

fn days(earned: &Earned, of: &str, shown: Shown, before: &str) -> impl IntoView + use<> {
    let id = format!("days-{}", earned.currency);
    let per = Width::for_days(earned.days.len()).noun().to_lowercase();
    let label = id.clone();
    view! {
        <section class="card" aria-labelledby=label>
            <div class="card-header">
                <h2 id=id>{format!("Net earnings per {per}{of}")}</h2>
                <span class="faint small">"Days in UTC"</span>
            </div>
            <div class="card-body">
                <BarChart title="Net earnings" unit=Unit::Money(earned.currency) days=earned.days.clone() before=before
                    today=shown.edition.today/>
            </div>
        </section>
    }
}

fn sources(earned: &Earned, of: &str, all: Filter) -> impl IntoView + use<> {
    let id = format!("sources-{}", earned.currency);
    let label = id.clone();
    let parts: Vec<_> =
        earned.sources.iter().map(|(source, net)| (source.plural(), Figure::Money(*net))).collect();
    let all = all.in_currency(earned.currency);
    let opens = earned.sources.iter().map(|(source, _)| all.clone().from_source(source.clone()).address());
    let opens = opens.collect();
    let body = if parts.is_empty() {
        view! { <p class="muted">"Nothing was earned in these days."</p> }.into_any()
    } else {
        view! { <Shares parts opens/> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby=label>
            <div class="card-header"><h2 id=id>{format!("By source{of}")}</h2></div>
            <div class="card-body">{body}</div>
        </section>
    }
}
