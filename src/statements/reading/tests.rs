#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
use super::*;
use crate::money::Money;
use crate::statements::types::{Clock, Dates, Decimal, Separator};
use proptest::prelude::*;

fn mapping() -> Mapping {
    Mapping {
        separator: Separator::Comma,
        has_names: true,
        time: "Time".to_owned(),
        time_of_day: None,
        dates: Dates::YearFirst,
        clock: Clock::Utc,
        decimal: Decimal::Point,
        gross: "Gross".to_owned(),
        rest: Rest::Net("Net".to_owned()),
        currency: Currencies::Own,
        kind: None,
        kinds: BTreeMap::new(),
        source: "other".to_owned(),
        fan: Some("Fan".to_owned()),
        transaction: Some("Id".to_owned()),
        skips_untimed: false,
    }
}

fn terms() -> Terms {
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    Terms { currency: Currency::USD, zone: Tz::Europe__Berlin, now }
}

fn read_text(text: &str, mapping: &Mapping) -> Read {
    read(&Sheet::of(text.as_bytes()), mapping, terms()).unwrap()
}

fn sentences(read: &Read) -> Vec<(u64, &str)> {
    read.problems.iter().map(|(line, sentence)| (*line, sentence.as_str())).collect()
}

#[test]
fn a_line_is_an_earning() {
    let read = read_text("Time,Gross,Net,Fan,Id\n2026-11-12 10:00,12.50,10.00,@Leo,t1\n", &mapping());
    assert_eq!((sentences(&read), read.rows.len()), (vec![], 1));
    let earning = &read.rows[0].earning;
    assert_eq!((earning.gross, earning.net, earning.currency.as_str()), (1250, 1000, "USD"));
    assert_eq!(
        earning.fan.as_ref().map(|fan| (fan.id.as_str(), fan.handle.as_deref())),
        Some(("leo", Some("Leo")))
    );
    assert_eq!(earning.occurred_at.to_rfc3339(), "2026-11-12T10:00:00+00:00");
}

#[test]
fn every_line_that_cannot_be_read_is_told_with_its_number() {
    let text = "Time,Gross,Net,Fan,Id\n,1,1,,a\n2026-13-12,1,1,,b\n2026-11-12,x,1,,c\n2026-11-12,1,2,,d\n2027-01-01,1,1,,e\n2026-11-12,1,1,,f\n2026-11-12,1,1,,f\n2026-11-12,2,2,,f\n";
    let read = read_text(text, &mapping());
    let expected = [
        (2, "There is no time"),
        (3, "“2026-13-12” is no time that fits"),
        (4, "“x” is no amount"),
        (5, "What is left does not fit what was paid. Are the columns right?"),
        (6, "“2027-01-01” has not come yet. Is the order of day and month another?"),
        (9, "Line 7 has the transaction “f” already, and says something else of it"),
    ];
    assert_eq!(sentences(&read), expected);
    assert_eq!((read.problem_count, read.repeated, read.rows.len()), (6, vec![8], 1));
}

#[test]
fn a_column_that_is_not_there_is_named() {
    let sheet = Sheet::of(b"Time,Gross,Fan,Id\n");
    assert_eq!(read(&sheet, &mapping(), terms()), Err("Net".to_owned()));
}

#[test]
fn fees_refunds_and_currencies_are_heeded() {
    let mapping = Mapping {
        rest: Rest::Fee("Fee".to_owned()),
        currency: Currencies::Column("Cur".to_owned()),
        kind: Some("Kind".to_owned()),
        kinds: BTreeMap::from([("Gift".to_owned(), "tip".to_owned())]),
        transaction: None,
        fan: None,
        ..mapping()
    };
    let text = "Time,Gross,Fee,Cur,Kind\n2026-11-12,10,2,eur,Gift\n2026-11-12,10,-2,$,Refund of PPV\n2026-11-12,-10,2,USD,New subscription\n2026-11-12,5,,USD,Whatever\n2026-11-12,5,1,dollars,Tip\n";
    let read = read_text(text, &mapping);
    let rows: Vec<_> = read
        .rows
        .iter()
        .map(|row| {
            (row.earning.gross, row.earning.net, row.earning.source.as_str(), row.earning.currency.as_str())
        })
        .collect();
    let expected = [
        (1000, 800, "tip", "EUR"),
        (-1000, -800, "refund", "USD"),
        (-1000, -800, "subscription", "USD"),
        (500, 500, "other", "USD"),
    ];
    assert_eq!(rows, expected);
    assert_eq!(sentences(&read), [(6, "“DOLLARS” is no currency")]);
    assert_eq!(read.kinds.len(), 5);
}

#[test]
fn without_ids_lines_that_are_alike_are_payments_of_their_own_and_the_same_in_the_next_file() {
    let mapping = Mapping { transaction: None, ..mapping() };
    let ids = |text: &str| {
        read_text(text, &mapping).rows.into_iter().map(|row| row.earning.transaction_id).collect::<Vec<_>>()
    };
    let line = "2026-11-12,5,4,Leo\n";
    let once = ids(&format!("Time,Gross,Net,Fan\n{line}"));
    let twice = ids(&format!("Time,Gross,Net,Fan\n{line}2026-11-12,5,4,Max\n{line}"));
    assert_eq!(once[0], twice[0]);
    assert_eq!(twice[2], format!("{}-2", twice[0]));
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn a_file_has_few_currencies_that_there_are() {
    let mapping = Mapping {
        rest: Rest::Nothing,
        currency: Currencies::Column("Cur".to_owned()),
        fan: None,
        transaction: None,
        ..mapping()
    };
    let codes = ["AAA", "EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF"];
    let lines: String = codes.iter().map(|code| format!("2026-11-12,1,{code}\n")).collect();
    let read = read_text(&format!("Time,Gross,Cur\n{lines}"), &mapping);
    assert_eq!(
        sentences(&read),
        [(2, "“AAA” is no currency"), (13, "A file can have at most 10 currencies")]
    );
}

#[test]
fn nobody_reads_on_after_a_thousand_problems() {
    let text = format!("Time,Gross,Net,Fan,Id\n{}", "2026-11-12,x,1,,a\n".repeat(3000));
    let read = read_text(&text, &mapping());
    assert_eq!((read.problem_count, read.problems.len()), (MAX_PROBLEMS, 100));
}

#[test]
fn totals_are_left_out_if_somebody_said_so() {
    let mapping = Mapping { skips_untimed: true, ..mapping() };
    let read = read_text("Time,Gross,Net,Fan,Id\n2026-11-12,1,1,,a\n,1,1,Total,\n", &mapping);
    assert_eq!((read.rows.len(), read.skipped, read.problem_count), (1, 1, 0));
}

/// An earning as any statement may have it.
fn earnings() -> impl Strategy<Value = Vec<(i64, i64, i64, String)>> {
    let one = (1_600_000_000_i64..1_780_000_000, 0_i64..10_000_000, 0_i64..100, "[A-Za-zé,;\"' ]{0,12}");
    proptest::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn what_is_written_as_a_statement_is_read_back(rows in earnings(), semicolon in any::<bool>(), comma in any::<bool>()) {
        let separator = if semicolon { Separator::Semicolon } else { Separator::Comma };
        let decimal = if comma { Decimal::Comma } else { Decimal::Point };
        let mut writer = csv::WriterBuilder::new().delimiter(u8::try_from(separator.sign()).unwrap()).from_writer(Vec::new());
        writer.write_record(["Id", "Fan", "Net", "Gross", "Time"]).unwrap();
        let amount = |minor| {
            let text = Money::new(minor, Currency::USD).decimal();
            if comma { text.replace('.', ",") } else { text }
        };
        for (at, (seconds, gross, share, fan)) in rows.iter().enumerate() {
            let time = DateTime::from_timestamp(*seconds, 0).unwrap().format("%d.%m.%Y %H:%M:%S").to_string();
            let name = crate::spreadsheet::harmless(fan);
            writer.write_record([format!("t{at}"), name, amount(gross * share / 100), amount(*gross), time]).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let mapping = Mapping { separator, decimal, dates: Dates::DayFirst, ..mapping() };
        let read = read(&Sheet::of(&bytes), &mapping, terms()).unwrap();
        prop_assert_eq!(&read.problems, &vec![]);
        let found: Vec<_> = read.rows.iter().map(|row| {
            let fan = row.earning.fan.as_ref().and_then(|fan| fan.display_name.clone()).unwrap_or_default();
            (row.earning.occurred_at.timestamp(), row.earning.gross, row.earning.net, fan)
        }).collect();
        let expected: Vec<_> = rows.iter().map(|(seconds, gross, share, fan)| {
            (*seconds, *gross, gross * share / 100, fan.trim().to_owned())
        }).collect();
        prop_assert_eq!(found, expected);
    }
}
