//! `/earnings/checks`: whether every figure still equals its transactions.

use super::server_fns::CheckFigures;
use super::{Check, SHOWN, list};
use crate::auth::Visitor;
use crate::earnings::policy::{CheckFigures as MayCheck, ViewAllEarnings};
use crate::earnings::rollups::Difference;
use crate::error::Result;
use crate::server::frame::Page;
use crate::server::state::App;
use crate::ui::{Empty, Figure, Form, Icon, LiveRegion, PageHeader, Progress, Time, TimeShape};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// `GET /earnings/checks`
///
/// # Errors
/// `NotSignedIn`, `Forbidden`, or when the database does not answer.
pub async fn checks(State(app): State<App>, visitor: Visitor) -> Result<Response> {
    let scope = visitor.scope::<ViewAllEarnings>()?;
    let may_check = visitor.scope::<MayCheck>().is_ok();
    let checks = list(&app.db, &scope).await?;
    let zone = scope.member().zone();
    Ok(Page::new("Checks of the figures", move || content(checks, may_check, zone)).into_response())
}

fn content(checks: Vec<Check>, may_check: bool, zone: Option<Tz>) -> impl IntoView {
    let running = checks.iter().find(|check| check.finished_at.is_none()).cloned();
    let done: Vec<_> = checks.into_iter().filter(|check| check.finished_at.is_some()).collect();
    let button = (may_check && running.is_none()).then(|| {
        view! { <Form action=CheckFigures::PATH class="row"><button class="button secondary">"Check now"</button></Form> }
    });
    let nothing = done.is_empty() && running.is_none();
    let body = if nothing {
        view! {
            <Empty icon="shield" title="Not checked yet"
                text="Every night each figure is counted again from its transactions and compared."/>
        }
        .into_any()
    } else {
        let differences = done.first().filter(|check| check.differences > 0).cloned();
        view! {
            {running.map(progress)}
            {done.first().map(|last| last_words(last, zone))}
            {differences.map(differences_table)}
            {(!done.is_empty()).then(|| history(done, zone))}
        }
        .into_any()
    };
    view! {
        <PageHeader title="Checks of the figures"
            sub="Every night each kept figure is counted again from the transactions. What differs is shown here, never mended in silence.">
            {button}
        </PageHeader>
        <LiveRegion name="checks" class="stack">{body}</LiveRegion>
    }
}

fn progress(check: Check) -> impl IntoView {
    let words =
        format!("{} of {} accounts counted", Figure::Count(check.accounts), Figure::Count(check.of_accounts));
    view! {
        <div class="card card-body stack tight">
            <Progress label="Accounts counted" value=check.accounts max=check.of_accounts.max(1)/>
            <p class="muted small">{words}". You can leave this page; the check goes on."</p>
        </div>
    }
}

fn last_words(check: &Check, zone: Option<Tz>) -> impl IntoView + use<> {
    let at = check.finished_at.map(|at| view! { <Time at zone shape=TimeShape::Brief/> });
    if check.differences == 0 {
        let accounts = match check.of_accounts {
            1 => "one account".to_owned(),
            n => format!("{} accounts", Figure::Count(n)),
        };
        return view! {
            <div class="stack tight">
                <p class="row"><Icon name="good"/><span class="strong">"Every figure equals its transactions"</span></p>
                <p class="muted small">{format!("Counted again over {accounts}, ")}{at}"."</p>
            </div>
        }
        .into_any();
    }
    let title = match check.differences {
        1 => "One figure differs from its transactions".to_owned(),
        n => format!("{} figures differ from their transactions", Figure::Count(n)),
    };
    view! {
        <div class="banner danger" role="alert">
            <Icon name="danger"/>
            <div class="banner-text">
                <p>{title}</p>
                <p>"CreatorCRM keeps both in step, so somebody or something else wrote to the database. The transactions are what the platform said; the figures below are not to be trusted until whoever runs this installation has looked at them."</p>
                <p class="small">"Checked "{at}</p>
            </div>
        </div>
    }
    .into_any()
}

fn differences_table(check: Check) -> impl IntoView {
    let more = usize::try_from(check.differences).unwrap_or(usize::MAX) > SHOWN;
    let note = more.then(|| format!("The first {SHOWN} are shown; the command check-rollups prints all."));
    let rows = check.shown.into_iter().map(difference_row).collect_view();
    view! {
        <div class="card">
            <div class="card-header"><h2>"What differs"</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="What differs">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Figure"</th>
                            <th scope="col">"Of"</th>
                            <th scope="col">"Kept"</th>
                            <th scope="col">"Counted again"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
        {note.map(|note| view! { <p class="muted small">{note}</p> })}
    }
}

fn difference_row(difference: Difference) -> impl IntoView {
    let of = match difference.account {
        Some(id) => view! { <a href=format!("/accounts/{id}")>"An account"</a> }.into_any(),
        None => "All accounts".into_any(),
    };
    view! {
        <tr>
            <th scope="row">{difference.rollup.replace('_', " ")}<br/><span class="faint small">{difference.key}</span></th>
            <td>{of}</td>
            <td>{difference.kept}</td>
            <td>{difference.recounted}</td>
        </tr>
    }
}

fn history(done: Vec<Check>, zone: Option<Tz>) -> impl IntoView {
    let rows = done.into_iter().map(|check| {
        let found = match check.differences {
            0 => "No difference".to_owned(),
            1 => "One difference".to_owned(),
            n => format!("{} differences", Figure::Count(n)),
        };
        view! {
            <tr>
                <th scope="row">{check.finished_at.map(|at| view! { <Time at zone/> })}</th>
                <td class="num">{Figure::Count(check.of_accounts).to_string()}</td>
                <td>{found}</td>
            </tr>
        }
    });
    view! {
        <div class="card">
            <div class="card-header"><h2>"Checks so far"</h2></div>
            <div class="table-wrap" tabindex="0" role="region" aria-label="Checks so far">
                <table class="table brief">
                    <thead>
                        <tr><th scope="col">"When"</th><th scope="col" class="num">"Accounts"</th><th scope="col">"Found"</th></tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}
