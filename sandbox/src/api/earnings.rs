//! `/insights/earnings` and what is computed from its rows.

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::people::payer_json;
use super::reply::{Answer, Refusal, by_cursor};
use crate::clock::{Millis, iso};
use crate::world::{Creator, Earning, Source};

/// Transactions, newest first.
pub(super) fn list(call: &Call<'_>) -> Answer {
    rows(call, |_| true)
}

/// A cursor page of the rows that are wanted and that the query's filters let through.
pub(super) fn rows(call: &Call<'_>, wanted: impl Fn(&Earning) -> bool) -> Answer {
    call.require("read:insights")?;
    let (_, creator) = call.creator()?;
    let (from, to) = call.period()?;
    let sources = sources(call)?;
    let ids = transaction_ids(call)?;
    let before = before(call)?;
    let end = creator.earnings.partition_point(|row| row.at < to && before.is_none_or(|key| row.key() < key));
    let rows = creator.earnings[..end].iter().rev().take_while(|row| row.at >= from);
    let chosen = rows
        .filter(|row| wanted(row))
        .filter(|row| sources.as_ref().is_none_or(|sources| sources.contains(&row.source)))
        .filter(|row| ids.is_empty() || ids.contains(&row.id));
    by_cursor(
        call,
        "size",
        chosen,
        |row| format!("{}/{}", row.at, row.id),
        |row| earning_json(creator, row, call.now),
    )
}

/// The key that the page must stay below: rows arriving above it change nothing for the pages that follow.
fn before(call: &Call<'_>) -> Result<Option<(Millis, Uuid)>, Refusal> {
    let Some(cursor) = call.cursor()? else { return Ok(None) };
    let key = cursor.split_once('/').and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    key.map(Some).ok_or_else(|| Refusal::invalid("cursor is not valid"))
}

fn sources(call: &Call<'_>) -> Result<Option<Vec<Source>>, Refusal> {
    let names = call.list("source");
    if names.is_empty() || names.contains(&"all") {
        return Ok(None);
    }
    let parse = |name: &&str| {
        Source::parse(name).ok_or_else(|| Refusal::invalid(format!("source '{name}' is not known")))
    };
    names.iter().map(parse).collect::<Result<_, _>>().map(Some)
}

fn transaction_ids(call: &Call<'_>) -> Result<Vec<Uuid>, Refusal> {
    let parse = |text: &&str| text.parse().map_err(|_| Refusal::invalid("transactionOrderIds must be UUIDs"));
    call.list("transactionOrderIds").iter().map(parse).collect()
}

/// One transaction; optional fields are left out when they have nothing to say.
pub(crate) fn earning_json(creator: &Creator, row: &Earning, now: Millis) -> Value {
    let mut json = json!({
        "date": iso(row.at),
        "gross": row.gross,
        "net": row.net(),
        "currency": creator.currency,
        "source": row.source.as_str(),
        "transactionOrderId": row.id,
        "transactionOrderStatus": row.status(now),
        "user": row.fan.map(|fan| payer_json(creator, fan)),
    });
    let optional =
        [("messageUuid", row.message), ("postUuid", row.post), ("reversedTransactionOrderId", row.reverses)];
    for (name, value) in optional {
        if let Some(value) = value {
            json[name] = json!(value);
        }
    }
    json
}
