//! `/analytics`: what came in, and from what.

use super::asked::Asked;
use super::top::{AnalyticsTabs, Days, FilterBar, NothingChosen};
use crate::analytics::policy::ViewDashboard;
use crate::analytics::revenue::{Income, Revenue, Sums};
use crate::analytics::service;
use crate::auth::Visitor;
use crate::error::Result;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Banner, Change, Compared, PageHeader, Stat, Stats, Tone};
use axum::extract::State;
use leptos::prelude::*;

/// `GET /analytics`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn revenue(State(app): State<App>, visitor: Visitor) -> Result<Page> {
    let scope = visitor.scope::<ViewDashboard>()?;
    let (asked, edition) = (Asked::of(&visitor), service::edition(&app.db, &scope).await?);
    let (periods, selection) = (asked.periods(edition.today), asked.selection.clone());
    let shown =
        service::revenue(&app.db, &scope, edition, periods, selection, asked.words.as_deref()).await?;
    Ok(Page::new("Revenue", move || content(shown, asked)))
}

fn content(shown: Revenue, asked: Asked) -> impl IntoView {
    let sub = format!("{}, compared with {}", shown.period, shown.against);
    let (today, words, mistake) = (shown.today, asked.words.clone(), asked.mistake);
    let body = if shown.chosen.is_empty() {
        view! { <NothingChosen/> }.into_any()
    } else {
        shown.incomes.into_iter().map(|income| sources(&income)).collect_view().into_any()
    };
    view! {
        <PageHeader title="Revenue" sub=sub/>
        <AnalyticsTabs/>
        {mistake.map(|sentence| view! { <Banner tone=Tone::Warn title=sentence/> })}
        <Days asked today/>
        <FilterBar chosen=shown.chosen offers=shown.offers words/>
        {body}
    }
}

fn sources(income: &Income) -> impl IntoView + use<> {
    let id = format!("sources-{}", income.currency);
    let label = id.clone();
    let total = income.total;
    let rows = income.sources.iter().map(|(source, sums)| row(source.plural(), *sums)).collect_view();
    view! {
        <Stats>
            <Stat label="Net earnings" figures=vec![total.net] note="After the platform's fee"/>
            <Stat label="Gross earnings" figures=vec![total.gross] note="What fans paid"/>
            <Stat label="Payments" figures=vec![total.payments]/>
        </Stats>
        <section class="card" aria-labelledby=label>
            <div class="card-header"><h2 id=id>{format!("By source, {}", income.currency)}</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label=format!("By source, {}", income.currency)>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Source"</th>
                            <th scope="col" class="num">"Payments"</th>
                            <th scope="col" class="num">"Gross"</th>
                            <th scope="col" class="num">"Net"</th>
                            <th scope="col" class="num">"Change"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(words: String, sums: Sums) -> impl IntoView {
    let figure = |compared: Compared| compared.current.to_string();
    view! {
        <tr>
            <th scope="row">{words}</th>
            <td class="num">{figure(sums.payments)}</td>
            <td class="num">{figure(sums.gross)}</td>
            <td class="num">{figure(sums.net)}</td>
            <td class="num"><Change compared=sums.net brief=true/></td>
        </tr>
    }
}
