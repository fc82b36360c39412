//! Which column is what.

use crate::platform::EarningSource;
use crate::statements::server_fns::MapStatement;
use crate::statements::{
    Clock, Column, Currencies, Cut, Dates, Decimal, File, Import, Line, Mapping, Rest, Separator,
};
use crate::ui::{Check, Form, Hidden, Select, Submit};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The file's first lines and the form; folded once there is something to look at.
pub(super) fn columns(import: &Import, file: File, cuts: bool) -> impl IntoView + use<> {
    let path = format!("/statements/{}", import.id);
    let is_open = cuts || import.mapping.is_none() || file.preview.as_ref().is_some_and(Result::is_err);
    let sample = sample(&file);
    let cut = cut(&path, file.cut, file.encoding);
    // What was said before holds only for a file that is cut the same way.
    let same_cut = |mapping: &Mapping| Cut::new(mapping.separator, mapping.has_names) == file.cut;
    let said = import.mapping.clone().or(file.remembered).filter(same_cut);
    let remembered = import.mapping.is_none() && said.is_some();
    let note = remembered.then(|| {
        view! { <p class="muted">{format!("Filled in as for the last file of {}.", import.platform)}</p> }
    });
    let form = form(import, &file.columns, file.cut, said);
    let body = view! { {sample}{cut}{note}{form} };
    if is_open {
        view! {
            <section class="stack" aria-labelledby="columns"><div class="section-header"><h2 id="columns">"Which column is what?"</h2></div>{body}</section>
        }
        .into_any()
    } else {
        view! { <details class="disclosure"><summary>"Change which column is what"</summary><div class="stack">{body}</div></details> }
            .into_any()
    }
}

fn sample(file: &File) -> impl IntoView + use<> {
    let names = file.columns.iter().map(|name| view! { <th scope="col">{name.clone()}</th> }).collect_view();
    let width = file.columns.len();
    let line = |line: &Line| {
        let cells = (0..width)
            .map(|at| view! { <td>{line.cells.get(at).cloned().unwrap_or_default()}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    };
    let lines = file.sample.iter().map(line).collect_view();
    view! {
        <div class="card">
            <div class="table-wrap" tabindex="0" role="region" aria-label="The first lines of the file">
                <table class="table"><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>
            </div>
        </div>
    }
}

/// How the file is cut; a plain reload shows it cut another way.
fn cut(path: &str, cut: Cut, encoding: &'static str) -> impl IntoView + use<> {
    let separators = Separator::ALL.iter().map(|it| (it.name().to_owned(), it.words().to_owned())).collect();
    let names = [("yes", "It names the columns"), ("no", "It is a row already")];
    let names = names.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    let first = if cut.has_names { "yes" } else { "no" };
    view! {
        <form class="filters" method="get" action=path.to_owned()>
            <Select name="separator" label="Between cells" options=separators value=cut.separator.name().to_owned()/>
            <Select name="names" label="The first line" options=names value=first.to_owned()/>
            <div class="end"><button class="button secondary">"Cut it so"</button><span class="faint small">{format!("Letters: {encoding}")}</span></div>
        </form>
    }
}

/// The columns as a select offers them.
fn offered(columns: &[Column], nothing: &str) -> Vec<(String, String)> {
    let all = columns.iter().map(|name| (name.clone(), name.clone()));
    [(String::new(), nothing.to_owned())].into_iter().chain(all).collect()
}

/// The first column whose name sounds like one of `words`.
fn sounds(columns: &[Column], words: &[&str]) -> Option<Column> {
    let sounds = |word: &&str| columns.iter().find(|name| name.to_lowercase().contains(word)).cloned();
    words.iter().find_map(sounds)
}

fn choices(
    all: impl Iterator<Item = (&'static str, &'static str)>,
    first: Option<&str>,
) -> Vec<(String, String)> {
    let first = first.map(|words| (String::new(), words.to_owned()));
    first.into_iter().chain(all.map(|(value, words)| (value.to_owned(), words.to_owned()))).collect()
}

/// What stands in the form before anybody chose: what was said before, else what the columns' names sound like. How dates and
/// amounts are written is never guessed.
struct Filled {
    time: Option<String>,
    time_of_day: Option<String>,
    gross: Option<String>,
    rest: &'static str,
    rest_column: Option<String>,
    currency: Option<String>,
    kind: Option<String>,
    fan: Option<String>,
    transaction: Option<String>,
}

impl Filled {
    fn of(said: Option<&Mapping>, columns: &[Column]) -> Self {
        let Some(said) = said else {
            let net = sounds(columns, &["net", "earning", "payout"]);
            let fee = sounds(columns, &["fee", "commission"]);
            let (rest, rest_column) = match (net, fee) {
                (Some(net), _) => ("net", Some(net)),
                (None, Some(fee)) => ("fee", Some(fee)),
                (None, None) => ("net", None),
            };
            return Self {
                time: sounds(columns, &["date", "time", "created"]),
                time_of_day: None,
                gross: sounds(columns, &["gross", "amount", "total", "price", "paid"]),
                rest,
                rest_column,
                currency: sounds(columns, &["currency"]),
                kind: sounds(columns, &["type", "kind", "category", "description"]),
                fan: sounds(columns, &["fan", "user", "customer", "subscriber", "buyer"]),
                transaction: sounds(columns, &["transaction", "reference", "id"]),
            };
        };
        let (rest, rest_column) = match &said.rest {
            Rest::Net(name) => ("net", Some(name.clone())),
            Rest::Fee(name) => ("fee", Some(name.clone())),
            Rest::Nothing => ("nothing", None),
        };
        Self {
            time: Some(said.time.clone()),
            time_of_day: said.time_of_day.clone(),
            gross: Some(said.gross.clone()),
            rest,
            rest_column,
            currency: match &said.currency {
                Currencies::Column(name) => Some(name.clone()),
                Currencies::Own => None,
            },
            kind: said.kind.clone(),
            fan: said.fan.clone(),
            transaction: said.transaction.clone(),
        }
    }
}

fn form(import: &Import, columns: &[Column], cut: Cut, said: Option<Mapping>) -> impl IntoView + use<> {
    let filled = Filled::of(said.as_ref(), columns);
    let dates = choices(Dates::ALL.iter().map(|it| (it.name(), it.words())), Some("Choose"));
    let decimals = choices(Decimal::ALL.iter().map(|it| (it.name(), it.words())), Some("Choose"));
    let clocks = choices(Clock::ALL.iter().map(|it| (it.name(), it.words())), None);
    let rests = [
        ("net", "A column with what is left"),
        ("fee", "A column with the platform's fee"),
        ("nothing", "Nothing is kept"),
    ];
    let sources = EarningSource::KNOWN.iter().map(|it| (it.as_str().to_owned(), it.singular()));
    let sources: Vec<_> = [("other".to_owned(), "Other".to_owned())].into_iter().chain(sources).collect();
    let own = format!("All in {}", import.currency);
    let (id, currencies) = (import.id.to_string(), offered(columns, &own));
    let need = offered(columns, "Choose");
    let maybe = offered(columns, "None");
    let (dates_said, decimal_said, clock_said) = said.as_ref().map_or((None, None, Clock::Utc), |it| {
        (Some(it.dates.name().to_owned()), Some(it.decimal.name().to_owned()), it.clock)
    });
    let source = said.as_ref().map_or_else(|| "other".to_owned(), |it| it.source.clone());
    let skips = said.as_ref().is_some_and(|it| it.skips_untimed);
    view! {
        <Form action=MapStatement::PATH>
            <Hidden name="import" value=id/>
            <Hidden name="columns[separator]" value=cut.separator.name()/>
            <Hidden name="columns[has_names]" value=if cut.has_names { "yes" } else { "no" }/>
            <div class="grid-2">
                <Select name="columns[time]" label="When" options=need.clone() value=filled.time.unwrap_or_default()/>
                <Select name="columns[time_of_day]" label="Time of day, if it stands apart" options=maybe.clone() value=filled.time_of_day.unwrap_or_default()/>
                <Select name="columns[dates]" label="Dates are written" options=dates value=dates_said.unwrap_or_default()/>
                <Select name="columns[clock]" label="Times are by" options=clocks value=clock_said.name().to_owned()/>
                <Select name="columns[gross]" label="What the fan paid" options=need.clone() value=filled.gross.unwrap_or_default()/>
                <Select name="columns[decimal]" label="Before the cents stands" options=decimals value=decimal_said.unwrap_or_default()/>
                <Select name="columns[rest]" label="What is left is known by" options=choices(rests.into_iter(), None) value=filled.rest.to_owned()/>
                <Select name="columns[rest_column]" label="That column" options=maybe.clone() value=filled.rest_column.unwrap_or_default()/>
                <Select name="columns[currency]" label="Currency" options=currencies value=filled.currency.unwrap_or_default()/>
                <Select name="columns[transaction]" label="Transaction id" options=maybe.clone() value=filled.transaction.unwrap_or_default()
                    hint="By it, a row that is here already is known. Without one, by time, amount and fan."/>
                <Select name="columns[kind]" label="What was paid for" options=maybe.clone() value=filled.kind.unwrap_or_default()/>
                <Select name="columns[source]" label="Where that does not say, it counts as" options=sources value=source/>
                <Select name="columns[fan]" label="Fan" options=maybe value=filled.fan.unwrap_or_default()/>
            </div>
            <Check name="columns[skips_untimed]" label="Leave out lines without a time, such as totals" checked=skips/>
            <Submit words="Look at what would be recorded"/>
        </Form>
    }
}
