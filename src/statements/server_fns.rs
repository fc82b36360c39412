//! What the forms of statements post to.

use super::types::{Clock, Currencies, Dates, Decimal, Mapping, Rest, Separator, is_source};
use super::{service, undoing};
use crate::auth;
use crate::error::{Error, Invalid};
use crate::ids::StatementImportId;
use crate::problem::Problem;
use crate::server::outcome;
use crate::server::state::App;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which column is what, as the form says it: `columns[time]` and so on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    separator: String,
    has_names: String,
    time: String,
    time_of_day: String,
    dates: String,
    clock: String,
    decimal: String,
    gross: String,
    rest: String,
    rest_column: String,
    currency: String,
    kind: String,
    source: String,
    fan: String,
    transaction: String,
    skips_untimed: String,
}

impl Columns {
    fn mapping(self) -> Result<Mapping, Error> {
        let mut invalid = Invalid::default();
        let missing =
            |text: &str, sentence: &'static str| if text.is_empty() { Err(sentence) } else { Ok(()) };
        invalid.take("columns[time]", missing(&self.time, "Choose the column with the time"));
        invalid.take("columns[gross]", missing(&self.gross, "Choose the column with what was paid"));
        let dates = Dates::parse(&self.dates).ok_or("Say in which order dates are written");
        let dates = invalid.take("columns[dates]", dates);
        let decimal = Decimal::parse(&self.decimal).ok_or("Say which sign stands before the cents");
        let decimal = invalid.take("columns[decimal]", decimal);
        let rest = invalid.take("columns[rest_column]", rest(&self.rest, self.rest_column));
        let column = |text: String| (!text.is_empty()).then_some(text);
        let source = column(self.source).unwrap_or_else(|| "other".to_owned());
        if !is_source(&source) {
            invalid.add("columns[source]", "Choose one of the list");
        }
        invalid.check()?;
        Ok(Mapping {
            separator: Separator::parse(&self.separator).unwrap_or(Separator::Comma),
            has_names: self.has_names != "no",
            time: self.time,
            time_of_day: column(self.time_of_day),
            dates: dates.unwrap_or(Dates::YearFirst),
            clock: Clock::parse(&self.clock).unwrap_or(Clock::Utc),
            decimal: decimal.unwrap_or(Decimal::Point),
            gross: self.gross,
            rest: rest.unwrap_or(Rest::Nothing),
            currency: column(self.currency).map_or(Currencies::Own, Currencies::Column),
            kind: column(self.kind),
            kinds: std::collections::BTreeMap::new(),
            source,
            fan: column(self.fan),
            transaction: column(self.transaction),
            skips_untimed: self.skips_untimed == "true",
        })
    }
}

fn rest(how: &str, column: String) -> Result<Rest, &'static str> {
    match how {
        "nothing" => Ok(Rest::Nothing),
        _ if column.is_empty() => Err("Choose the column, or say that nothing is kept"),
        "fee" => Ok(Rest::Fee(column)),
        _ => Ok(Rest::Net(column)),
    }
}

#[server]
pub async fn map_statement(
    import: StatementImportId,
    #[server(default)] columns: Columns,
) -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    service::map(&app.db, &scope, import, columns.mapping()?).await?;
    outcome::go(format!("/statements/{import}"));
    Ok(())
}

/// `words` and `sources` stand side by side: each of the platform's words with what it counts as.
#[server]
pub async fn map_statement_kinds(
    import: StatementImportId,
    #[server(default)] words: Vec<String>,
    #[server(default)] sources: Vec<String>,
) -> Result<(), Problem> {
    let (app, scope) = (App::current()?, auth::scope()?);
    service::map_kinds(&app.db, &scope, import, words.into_iter().zip(sources).collect()).await?;
    outcome::notice("Saved.");
    outcome::go(format!("/statements/{import}"));
    Ok(())
}

#[server]
pub async fn record_statement(import: StatementImportId) -> Result<(), Problem> {
    let is_done = service::confirm(&App::current()?.db, &auth::scope()?, import).await?;
    outcome::notice(if is_done { "The rows are recorded." } else { "The rows are being recorded." });
    outcome::go(format!("/statements/{import}"));
    Ok(())
}

#[server]
pub async fn discard_statement(import: StatementImportId) -> Result<(), Problem> {
    service::discard(&App::current()?.db, &auth::scope()?, import).await?;
    outcome::notice("The file is discarded. Nothing was recorded.");
    outcome::go("/statements");
    Ok(())
}

#[server]
pub async fn undo_statement(import: StatementImportId) -> Result<(), Problem> {
    undoing::want_undo(&App::current()?.db, &auth::scope()?, import).await?;
    outcome::go(format!("/statements/{import}"));
    Ok(())
}
