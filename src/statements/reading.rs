//! The lines of a sheet as earnings, by what somebody said of its columns.

use super::amounts::amount;
use super::currencies;
use super::moments::moment;
use super::sheet::{Line, Sheet};
use super::types::{Column, Currencies, Mapping, Rest};
use crate::money::Currency;
use crate::platform::{Earning, EarningSource, EarningStatus, FanRef};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// The most rows of one file.
pub(super) const MAX_ROWS: usize = 200_000;
/// Problems that are told one by one.
const TOLD: usize = 100;
/// Problems after which nobody looks on.
pub(super) const MAX_PROBLEMS: usize = 1000;
/// More currencies than that are no statement's.
const MAX_CURRENCIES: usize = 10;
/// Platforms' words for what was paid for; more than so many are not kinds.
pub(super) const MAX_KINDS: usize = 60;

/// What the lines are read by, besides the mapping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// The account's currency.
    pub currency: Currency,
    /// The agency's zone.
    pub zone: Tz,
    /// Nothing is earned after this.
    pub now: DateTime<Utc>,
}

/// A line that is an earning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub line: u64,
    pub earning: Earning,
}

/// Everything that a file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    /// The earnings, in the file's order, each transaction once.
    pub rows: Vec<Row>,
    /// Lines that say what a line before them said.
    pub repeated: Vec<u64>,
    /// The first lines that cannot be read, with why.
    pub problems: Vec<(u64, String)>,
    /// How many there are in all; from [`MAX_PROBLEMS`] on, at least so many.
    pub problem_count: usize,
    /// Lines without a time that are left out.
    pub skipped: usize,
    /// The platform's words for what was paid for, and how many lines have each.
    pub kinds: BTreeMap<String, usize>,
}

/// Reads every line of `sheet`.
///
/// # Errors
/// The column that the mapping names and the file does not have.
pub(super) fn read(sheet: &Sheet<'_>, mapping: &Mapping, terms: Terms) -> Result<Read, Column> {
    let columns = sheet.columns(mapping.separator, mapping.has_names);
    let places = Places::of(mapping, &columns)?;
    let reader = Reader { mapping, places, terms };
    let mut read = Read::default();
    let mut known = Known::default();
    for line in sheet.lines(mapping.separator).skip(usize::from(mapping.has_names)) {
        if read.rows.len() >= MAX_ROWS {
            read.note(line.number, format!("A file can have at most {MAX_ROWS} rows. Cut it in two."));
            break;
        }
        if read.problem_count >= MAX_PROBLEMS {
            break;
        }
        reader.take(&line, &mut read, &mut known);
    }
    Ok(read)
}

impl Read {
    pub(super) fn note(&mut self, line: u64, sentence: String) {
        self.problem_count += 1;
        if self.problems.len() < TOLD {
            self.problems.push((line, sentence));
        }
    }
}

/// What earlier lines said: by transaction id, and how often by what stands in for one.
#[derive(Default)]
struct Known {
    ids: HashMap<String, usize>,
    alike: HashMap<String, u32>,
    currencies: Vec<String>,
}

/// Where the columns stand.
struct Places {
    time: usize,
    time_of_day: Option<usize>,
    gross: usize,
    rest: Option<usize>,
    currency: Option<usize>,
    kind: Option<usize>,
    fan: Option<usize>,
    transaction: Option<usize>,
}

impl Places {
    fn of(mapping: &Mapping, columns: &[Column]) -> Result<Self, Column> {
        let find = |name: &Column| columns.iter().position(|it| it == name).ok_or_else(|| name.clone());
        let maybe = |name: &Option<Column>| name.as_ref().map(find).transpose();
        Ok(Self {
            time: find(&mapping.time)?,
            time_of_day: maybe(&mapping.time_of_day)?,
            gross: find(&mapping.gross)?,
            rest: match &mapping.rest {
                Rest::Net(name) | Rest::Fee(name) => Some(find(name)?),
                Rest::Nothing => None,
            },
            currency: match &mapping.currency {
                Currencies::Column(name) => Some(find(name)?),
                Currencies::Own => None,
            },
            kind: maybe(&mapping.kind)?,
            fan: maybe(&mapping.fan)?,
            transaction: maybe(&mapping.transaction)?,
        })
    }
}

struct Reader<'a> {
    mapping: &'a Mapping,
    places: Places,
    terms: Terms,
}

impl Reader<'_> {
    fn take(&self, line: &Line, read: &mut Read, known: &mut Known) {
        if self.mapping.skips_untimed && cell(line, self.places.time).is_empty() {
            read.skipped += 1;
            return;
        }
        if let Some(kind) = self.places.kind.map(|at| cell(line, at))
            && (read.kinds.len() < MAX_KINDS || read.kinds.contains_key(kind))
        {
            *read.kinds.entry(kind.to_owned()).or_default() += 1;
        }
        let mut earning = match self.earning(line) {
            Ok(earning) => earning,
            Err(sentence) => return read.note(line.number, sentence),
        };
        if !known.currencies.contains(&earning.currency) {
            if known.currencies.len() >= MAX_CURRENCIES {
                let sentence = format!("A file can have at most {MAX_CURRENCIES} currencies");
                return read.note(line.number, sentence);
            }
            known.currencies.push(earning.currency.clone());
        }
        if earning.transaction_id.is_empty() {
            earning.transaction_id = known.stand_in(&earning);
        } else if let Some(before) = known.ids.get(&earning.transaction_id).and_then(|at| read.rows.get(*at))
        {
            if before.earning == earning {
                read.repeated.push(line.number);
            } else {
                let (id, first) = (&earning.transaction_id, before.line);
                read.note(
                    line.number,
                    format!("Line {first} has the transaction “{id}” already, and says something else of it"),
                );
            }
            return;
        }
        known.ids.insert(earning.transaction_id.clone(), read.rows.len());
        read.rows.push(Row { line: line.number, earning });
    }

    fn earning(&self, line: &Line) -> Result<Earning, String> {
        let (currency, occurred_at) = (self.currency(line)?, self.time(line)?);
        let source = match self.places.kind.map(|at| cell(line, at)) {
            Some(kind) => meaning(self.mapping, kind),
            None => EarningSource::parse(&self.mapping.source),
        };
        let (mut gross, mut net) = self.amounts(line, currency)?;
        // Money given back is money less, with whatever sign it is written.
        if matches!(source, EarningSource::Refund | EarningSource::Chargeback) && gross > 0 {
            (gross, net) = (-gross, -net);
        }
        Ok(Earning {
            transaction_id: self.places.transaction.map(|at| cell(line, at)).unwrap_or_default().to_owned(),
            occurred_at,
            gross,
            net,
            currency: currency.to_string(),
            source,
            status: EarningStatus::Available,
            reverses: None,
            message_id: None,
            post_id: None,
            fan: self.places.fan.and_then(|at| fan(cell(line, at))),
        })
    }

    fn currency(&self, line: &Line) -> Result<Currency, String> {
        let Some(at) = self.places.currency else { return Ok(self.terms.currency) };
        let text = match cell(line, at).to_uppercase() {
            text if text == "$" => "USD".to_owned(),
            text if text == "€" => "EUR".to_owned(),
            text if text == "£" => "GBP".to_owned(),
            text => text,
        };
        if text == self.terms.currency.as_str() {
            return Ok(self.terms.currency);
        }
        currencies::currency(&text).ok_or_else(|| format!("“{text}” is no currency"))
    }

    fn time(&self, line: &Line) -> Result<DateTime<Utc>, String> {
        let zone = match self.mapping.clock {
            super::types::Clock::Utc => Tz::UTC,
            super::types::Clock::Agency => self.terms.zone,
        };
        let day = cell(line, self.places.time);
        if day.is_empty() {
            return Err("There is no time".to_owned());
        }
        let text = match self.places.time_of_day.map(|at| cell(line, at)) {
            Some(clock) => format!("{day} {clock}"),
            None => day.to_owned(),
        };
        let at = moment(&text, self.mapping.dates, zone)?;
        if at > self.terms.now + TimeDelta::days(1) {
            return Err(format!("“{text}” has not come yet. Is the order of day and month another?"));
        }
        Ok(at)
    }

    /// Gross and net.
    fn amounts(&self, line: &Line, currency: Currency) -> Result<(i64, i64), String> {
        let read = |at| amount(cell(line, at), self.mapping.decimal, currency);
        let gross = read(self.places.gross)?;
        let net = match (&self.mapping.rest, self.places.rest) {
            (Rest::Net(_), Some(at)) => read(at)?,
            (Rest::Fee(_), Some(at)) => {
                let fee = if cell(line, at).is_empty() { 0 } else { read(at)?.abs() };
                if gross < 0 { gross + fee } else { gross - fee }
            }
            _ => gross,
        };
        let fits = if gross < 0 { (gross..=0).contains(&net) } else { (0..=gross).contains(&net) };
        if fits {
            Ok((gross, net))
        } else {
            Err("What is left does not fit what was paid. Are the columns right?".to_owned())
        }
    }
}

fn cell(line: &Line, at: usize) -> &str {
    line.cells.get(at).map_or("", String::as_str)
}

/// Who paid; by the name alone, as a statement has no more.
fn fan(text: &str) -> Option<FanRef> {
    let name = text.trim_start_matches('@');
    let handle = text.starts_with('@').then(|| name.to_owned());
    (!name.is_empty()).then(|| FanRef {
        id: name.to_lowercase(),
        handle,
        display_name: Some(name.to_owned()),
    })
}

impl Known {
    /// What stands in for a transaction's id: when, how much, and who. The second of two lines that are alike in all of it is
    /// another payment of the same file, and the same one as the second of another file.
    fn stand_in(&mut self, earning: &Earning) -> String {
        let fan = earning.fan.as_ref().map_or("", |fan| fan.id.as_str());
        let told =
            format!("{}\0{}\0{}\0{fan}", earning.occurred_at.timestamp(), earning.gross, earning.currency);
        let hash = HEXLOWER.encode(&Sha256::digest(told)[..16]);
        let times = self.alike.entry(hash.clone()).or_default();
        *times += 1;
        if *times == 1 { format!("~{hash}") } else { format!("~{hash}-{times}") }
    }
}

/// What the platform's word for a kind means: as somebody said, else as it sounds.
#[must_use]
pub(super) fn meaning(mapping: &Mapping, word: &str) -> EarningSource {
    if let Some(source) = mapping.kinds.get(word) {
        return EarningSource::parse(source);
    }
    let low = word.to_lowercase();
    let sounds = [
        ("refund", EarningSource::Refund),
        ("chargeback", EarningSource::Chargeback),
        ("dispute", EarningSource::Chargeback),
        ("renew", EarningSource::Renewal),
        ("rebill", EarningSource::Renewal),
        ("recurring", EarningSource::Renewal),
        ("subscri", EarningSource::Subscription),
        ("tip", EarningSource::Tip),
        ("message", EarningSource::Message),
        ("chat", EarningSource::Message),
        ("ppv", EarningSource::Message),
        ("post", EarningSource::Post),
        ("referral", EarningSource::Referral),
        ("affiliate", EarningSource::Affiliate),
    ];
    let known = sounds.into_iter().find(|(part, _)| low.contains(part));
    known.map_or_else(|| EarningSource::parse(&mapping.source), |(_, source)| source)
}

#[cfg(test)]
mod tests;
