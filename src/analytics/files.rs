//! Figures of analytics as files: one figure a line, with what it is of, so that a spreadsheet can arrange them as it likes.

use super::export;
use super::fans::{self, FanRow, Group, Spenders};
use super::kept::Kept;
use super::messages::{self, Sold, WAITS};
use super::people::Head;
use super::share::Share;
use super::subscribers::{self, cohorts, flow_in};
use crate::audit::{self, Event};
use crate::auth::{Permission, Scope};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::spreadsheet::{self, harmless};
use serde_json::json;

/// The columns: which table, which row of it, which figure; the figure, what it is out of, and the currency of money.
const HEAD: [&str; 6] = ["table", "row", "figure", "value", "out of", "currency"];

type Line = [String; 6];

fn line(table: &str, row: &str, figure: &str, value: impl ToString) -> Line {
    [table.to_owned(), harmless(row), figure.to_owned(), value.to_string(), String::new(), String::new()]
}

fn share(table: &str, row: &str, figure: &str, share: Share) -> Line {
    let [table, row, figure, value, ..] = line(table, row, figure, share.part);
    [table, row, figure, value, share.of.to_string(), String::new()]
}

fn money(table: &str, row: &str, figure: &str, money: Money) -> Line {
    let [table, row, figure, value, ..] = line(table, row, figure, money.decimal());
    [table, row, figure, value, String::new(), money.currency.to_string()]
}

/// The lines as a file.
///
/// # Errors
/// Never in practice: memory does not refuse.
pub fn csv(lines: Vec<Line>) -> Result<Vec<u8>> {
    spreadsheet::csv(Some(HEAD), lines.into_iter())
}

/// The file's name, such as `subscribers-2026-11-01-to-2026-11-30.csv`.
#[must_use]
pub fn name(page: &str, head: &Head) -> String {
    format!("{page}-{}-to-{}.csv", head.period.start, head.period.last_day())
}

/// Puts a file on record, before it leaves.
///
/// # Errors
/// When the database refuses; then nothing leaves.
pub async fn record<P: Permission>(db: &Db, scope: &Scope<P>, page: &'static str, head: &Head) -> Result<()> {
    let selection = export::lists(&head.chosen.selection);
    let detail = json!({
        "page": page, "from": head.period.start, "to": head.period.last_day(), "accounts": selection,
    });
    let mut tx = db.begin(scope).await?;
    audit::record(&mut tx, Event::new("analytics.exported").detail(detail)).await?;
    tx.commit().await
}

/// The result, or the answer that it is not there yet.
fn there<T>(kept: &Kept<T>) -> Result<&T> {
    kept.result.as_ref().ok_or_else(|| {
        Error::Conflict("These figures are still being counted. Try again in a minute.".to_owned())
    })
}

/// What the page of subscribers shows, and all cohorts.
///
/// # Errors
/// `Conflict` while something is being counted for the first time.
pub fn of_subscribers(shown: &subscribers::Shown) -> Result<Vec<Line>> {
    let (days, due, rows) = (there(&shown.flow)?, there(&shown.renewals)?, there(&shown.cohorts)?);
    let mut lines = Vec::new();
    for it in flow_in(days, shown.head.period) {
        let day = it.day.to_string();
        lines.push(line("days", &day, "joined", it.joined));
        lines.push(line("days", &day, "lost", it.lost));
    }
    for it in due.iter().filter(|it| shown.head.period.start <= it.day && it.day < shown.head.period.end) {
        lines.push(share("renewals", &it.day.to_string(), "renewed", Share::new(it.renewed, it.due)));
    }
    for cohort in cohorts(rows, shown.head.today) {
        let month = cohort.month.format("%Y-%m").to_string();
        for (after, stayed) in cohort.stayed.iter().enumerate() {
            lines.push(share("cohorts", &month, &format!("paid {after} months later"), *stayed));
        }
        for worth in cohort.worth {
            lines.push(money("cohorts", &month, "net so far", worth.net));
            let [table, row, figure, value, out_of, _] = line("cohorts", &month, "fans who paid", worth.fans);
            lines.push([table, row, figure, value, out_of, worth.net.currency.to_string()]);
        }
    }
    Ok(lines)
}

/// What the page of paid messages shows, save the messages themselves.
///
/// # Errors
/// `Conflict` while it is being counted for the first time.
pub fn of_messages(kept: &Kept<Sold>) -> Result<Vec<Line>> {
    let sold = there(kept)?;
    let mut lines = Vec::new();
    for it in messages::sold(&sold.prices) {
        for band in &it.bands {
            let words = band.words();
            lines.push(share("prices", &words, "unlocked", band.rate));
            lines.push(money("prices", &words, "revenue", band.revenue));
        }
    }
    for ((_, words), count) in WAITS.iter().zip(sold.waits.counts) {
        lines.push(line("time to unlock", words, "messages", count));
    }
    let seconds = [("median", sold.waits.median), ("90th percentile", sold.waits.ninety)];
    lines.extend(
        seconds.into_iter().filter_map(|(what, it)| Some(line("time to unlock", what, "seconds", it?))),
    );
    Ok(lines)
}

/// What the page of fans shows, and the whole of its lists.
///
/// # Errors
/// `Conflict` while something is being counted for the first time.
pub fn of_fans(shown: &fans::Shown) -> Result<Vec<Line>> {
    let (spend, risk) = (there(&shown.spend)?, there(&shown.risk)?);
    let mut lines = Vec::new();
    for it in spend {
        let Some(currency) = it.currency() else { continue };
        of_spenders(&mut lines, it, currency);
        listed(&mut lines, shown, "whales", currency, &it.whales);
        listed(&mut lines, shown, "new spenders", currency, &it.newcomers);
    }
    for it in risk {
        let Ok(currency) = it.currency.parse() else { continue };
        listed(&mut lines, shown, "at risk", currency, &it.fans);
    }
    Ok(lines)
}

fn of_spenders(lines: &mut Vec<Line>, it: &Spenders, currency: Currency) {
    let mut group = |row: &str, group: Group| {
        let [table, row, figure, value, out_of, _] = line("fans", row, "fans", group.fans);
        lines.push([table, row.clone(), figure, value, out_of, currency.to_string()]);
        lines.push(money("fans", &row, "net", Money::new(group.net, currency)));
    };
    group("paid", it.now);
    group("paid before", it.before);
    group("paid for the first time", it.new);
    for band in &it.bands {
        let group_of = Group { fans: band.fans, net: band.net };
        group(&Spenders::band_words(band.band, currency), group_of);
    }
    for top in &it.top {
        group(&format!("top {} %", top.percent), Group { fans: top.fans, net: top.net });
    }
}

fn listed(lines: &mut Vec<Line>, shown: &fans::Shown, table: &str, currency: Currency, rows: &[FanRow]) {
    for row in rows {
        let Some(known) = shown.known(row) else { continue };
        let who = format!("{} ({})", known.name, known.account);
        lines.push(money(table, &who, "net", Money::new(row.net, currency)));
        lines.push(line(table, &who, "last paid", row.last));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn a_line_keeps_numbers_and_disarms_names() {
        let lines = vec![
            money("whales", "=cmd (Mia)", "net", Money::new(-1250, Currency::USD)),
            share("renewals", "2026-11-01", "renewed", Share::new(3, 9)),
        ];
        let text = String::from_utf8(csv(lines).unwrap()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "table,row,figure,value,out of,currency");
        assert_eq!(lines[1], "whales,'=cmd (Mia),net,-12.50,,USD");
        assert_eq!(lines[2], "renewals,2026-11-01,renewed,3,9,");
    }

    #[test]
    fn what_is_not_counted_yet_is_no_empty_file() {
        let waiting = Kept { result: None, told: super::super::kept::Told::Counting { failed: false } };
        assert!(matches!(of_messages(&waiting), Err(Error::Conflict(_))));
    }
}
