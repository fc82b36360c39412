//! What recording a file would do.

use crate::money::{Currency, Money};
use crate::platform::{Earning, EarningSource};
use crate::statements::server_fns::{MapStatementKinds, RecordStatement};
use crate::statements::{Import, Preview};
use crate::ui::{Banner, Figure, Form, Hidden, Submit, Time, Tone};
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Lines that are told by number.
const TOLD: usize = 30;

pub(super) fn preview(
    import: &Import,
    preview: Result<Preview, String>,
    zone: Option<Tz>,
) -> impl IntoView + use<> {
    let preview = match preview {
        Ok(preview) => preview,
        Err(title) => return view! { <Banner tone=Tone::Warn title/> }.into_any(),
    };
    let id = import.id.to_string();
    let record = preview.is_good().then(|| {
        let words = format!("Record {}", counted(preview.fresh, "row", "rows"));
        view! {
            <Form action=RecordStatement::PATH>
                <Hidden name="import" value=id/>
                <Submit words/>
            </Form>
        }
    });
    view! {
        <section class="stack" aria-labelledby="preview">
            <div class="section-header"><h2 id="preview">"What would be recorded"</h2></div>
            {problems(&preview)}
            {summary(&preview)}
            {first_rows(&preview, zone)}
            {kinds(import, &preview)}
            {record}
        </section>
    }
    .into_any()
}

fn counted(count: usize, one: &str, many: &str) -> String {
    let words = if count == 1 { one } else { many };
    format!("{} {words}", Figure::Count(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// Nothing is recorded while there is one.
fn problems(preview: &Preview) -> impl IntoView + use<> {
    if preview.problem_count == 0 {
        let nothing = (preview.fresh == 0).then(|| {
            view! { <Banner tone=Tone::Info title="There is nothing new in this file" text="Every row of it is recorded already."/> }
        });
        return nothing.into_any();
    }
    let at_least = if preview.has_more_problems { "At least " } else { "" };
    let title = format!("{at_least}{} cannot be read", counted(preview.problem_count, "line", "lines"));
    let rows = preview.problems.iter().map(|(line, sentence)| {
        view! { <tr><th scope="row" class="num">{line.to_string()}</th><td>{sentence.clone()}</td></tr> }
    });
    let rows = rows.collect_view();
    let more = preview.problem_count.saturating_sub(preview.problems.len());
    let more = (more > 0).then(|| view! { <p class="muted small">{format!("And {more} more.")}</p> });
    view! {
        <Banner tone=Tone::Danger title text="A file is recorded whole or not at all. Say otherwise which column is what, or mend the lines and upload it again."/>
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="Lines that cannot be read">
                <table class="table brief"><thead><tr><th scope="col" class="num">"Line"</th><th scope="col">"Why"</th></tr></thead><tbody>{rows}</tbody></table>
            </div>
        </div>
        {more}
    }
    .into_any()
}

fn summary(preview: &Preview) -> impl IntoView + use<> {
    let totals = preview.totals.iter().map(|(currency, gross, net, count)| {
        let (gross, net) = (Money::new(*gross, *currency), Money::new(*net, *currency));
        let of = counted(*count, "row", "rows");
        view! {
            <div class="stat">
                <dt class="stat-label">{format!("Net, {currency}")}</dt>
                <dd class="stat-value">{net.to_string()}</dd>
                <dd class="change">{format!("of {gross} gross, {of}")}</dd>
            </div>
        }
    });
    let totals = totals.collect_view();
    let days = preview.days.map(|(first, last)| {
        let words = format!("{} to {}", first.format("%-d %b %Y"), last.format("%-d %b %Y"));
        view! { <div class="stat"><dt class="stat-label">"UTC days"</dt><dd class="stat-value several">{words}</dd></div> }
    });
    let stats = (preview.fresh > 0).then(|| view! { <dl class="stats">{totals}{days}</dl> });
    let lines: Vec<_> = preview.duplicates.iter().take(TOLD).map(u64::to_string).collect();
    let beyond = preview.duplicates.len().saturating_sub(TOLD);
    let beyond = if beyond > 0 { format!(" and {beyond} more") } else { String::new() };
    let duplicates = (!preview.duplicates.is_empty()).then(|| {
        let words = format!("{} left out, as they are here already", counted(preview.duplicates.len(), "row is", "rows are"));
        view! {
            <details class="disclosure"><summary>{words}</summary><p class="small">{format!("Lines {}{beyond}.", lines.join(", "))}</p></details>
        }
    });
    let skipped = (preview.skipped > 0).then(|| {
        view! { <p class="muted small">{format!("{} without a time left out.", counted(preview.skipped, "line", "lines"))}</p> }
    });
    view! { {stats}{duplicates}{skipped} }
}

fn first_rows(preview: &Preview, zone: Option<Tz>) -> impl IntoView + use<> {
    if preview.shown.is_empty() {
        return ().into_any();
    }
    let rows = preview.shown.iter().map(|(line, earning)| row(*line, earning, zone)).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="The first rows">
                <table class="table stacked">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            <th scope="col">"What for"</th>
                            <th scope="col">"Fan"</th>
                            <th scope="col" class="num">"Gross"</th>
                            <th scope="col" class="num">"Net"</th>
                            <th scope="col" class="num">"Line"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn row(line: u64, earning: &Earning, zone: Option<Tz>) -> impl IntoView + use<> {
    let currency = earning.currency.parse::<Currency>();
    let money =
        |minor: i64| currency.map_or_else(|_| minor.to_string(), |it| Money::new(minor, it).to_string());
    let class = if earning.gross < 0 { "num negative" } else { "num" };
    let fan = earning.fan.as_ref().and_then(|fan| fan.display_name.clone()).unwrap_or_else(|| "—".to_owned());
    let (gross, net, source) = (money(earning.gross), money(earning.net), earning.source.singular());
    view! {
        <tr>
            <th scope="row"><Time at=earning.occurred_at zone=zone/></th>
            <td data-label="What for">{source}</td>
            <td data-label="Fan">{fan}</td>
            <td class=class data-label="Gross">{gross}</td>
            <td class=class data-label="Net">{net}</td>
            <td class="num faint" data-label="Line">{line.to_string()}</td>
        </tr>
    }
}

/// The platform's words for what was paid for, and what each counts as.
fn kinds(import: &Import, preview: &Preview) -> impl IntoView + use<> {
    if preview.kinds.is_empty() {
        return ().into_any();
    }
    let rows = preview.kinds.iter().enumerate().map(|(at, (word, count, source))| {
        let id = format!("kind-{at}");
        let shown = if word.is_empty() { "Nothing".to_owned() } else { word.clone() };
        view! {
            <div class="field">
                <label for=id.clone()>{format!("{shown} ({})", counted(*count, "row", "rows"))}</label>
                <input type="hidden" name="words[]" value=word.clone()/>
                <select class="select" id=id name="sources[]">{sources(source)}</select>
            </div>
        }
    });
    let (rows, id) = (rows.collect_view(), import.id.to_string());
    view! {
        <details class="disclosure">
            <summary>"What the platform's words count as"</summary>
            <Form action=MapStatementKinds::PATH>
                <Hidden name="import" value=id/>
                <div class="grid-2">{rows}</div>
                <Submit words="Save" class="button secondary"/>
            </Form>
        </details>
    }
    .into_any()
}

fn sources(chosen: &EarningSource) -> impl IntoView + use<> {
    let other = EarningSource::parse("other");
    let all = EarningSource::KNOWN.iter().cloned().chain([other]);
    let options = all.map(|source| {
        let selected = source == *chosen;
        view! { <option value=source.as_str().to_owned() selected=selected>{source.singular()}</option> }
    });
    options.collect_view()
}
