//! The PDF of a report, read back: the same figures are the same bytes, and what a reader finds are the figures.

use chrono_tz::Tz;
use creatorcrm::money::{Currency, Money};
use creatorcrm::reports::{AccountLine, Figures, Made, OfCurrency, OfDay, Three, draw, parse_month};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::{BTreeMap, HashMap};

/// The texts of every page: glyphs are turned into letters by the fonts' own tables, as a reader does who copies them.
pub fn texts(pdf: &[u8]) -> Vec<String> {
    let document = Document::load_mem(pdf).unwrap();
    document.get_pages().into_values().map(|page| text_of(&document, page)).collect()
}

fn text_of(document: &Document, page: ObjectId) -> String {
    let fonts = document.get_page_fonts(page).unwrap();
    let fonts: BTreeMap<_, _> =
        fonts.into_iter().map(|(name, font)| (name, letters(document, font))).collect();
    let content = Content::decode(&document.get_page_content(page).unwrap()).unwrap();
    let (mut text, mut font) = (String::new(), None);
    for operation in content.operations {
        let shown = match operation.operator.as_str() {
            "Tf" => {
                font = fonts.get(operation.operands[0].as_name().unwrap());
                continue;
            }
            "ET" => {
                text.push('\n');
                continue;
            }
            "Tj" => operation.operands,
            "TJ" => operation.operands[0].as_array().unwrap().clone(),
            _ => continue,
        };
        for part in shown {
            let Object::String(codes, _) = part else { continue };
            let codes = codes.chunks(2).map(|code| u16::from_be_bytes([code[0], code[1]]));
            text.extend(codes.map(|code| font.unwrap().get(&code).map_or("?", String::as_str)));
        }
    }
    text
}

/// The lines `<code> <letters>` of a font's table.
fn letters(document: &Document, font: &Dictionary) -> HashMap<u16, String> {
    let table = font.get_deref(b"ToUnicode", document).unwrap().as_stream().unwrap();
    let table = String::from_utf8(table.decompressed_content().unwrap()).unwrap();
    let line = |line: &str| {
        let mut parts = line.split(['<', '>']).filter(|part| !part.trim().is_empty());
        let code = u16::from_str_radix(parts.next()?, 16).ok()?;
        let text = parts.next()?;
        let units: Option<Vec<u16>> =
            (0..text.len() / 4).map(|at| u16::from_str_radix(&text[at * 4..at * 4 + 4], 16).ok()).collect();
        Some((code, String::from_utf16(&units?).ok()?))
    };
    table.lines().filter(|it| it.trim_start().starts_with('<')).filter_map(line).collect()
}

fn earned(accounts: u32) -> OfCurrency {
    let month = parse_month("2026-10").unwrap();
    let line = |at: u32| AccountLine {
        name: format!("Account {at:04}"),
        place: format!("@account{at} on Fanvue"),
        net: i64::from(at) * 1_037,
        gross: i64::from(at) * 1_296,
        refunds: -i64::from(at),
        payments: i64::from(at) % 37,
        net_before: i64::from(at) * 900,
    };
    let accounts: Vec<_> = (0..accounts).rev().map(line).collect();
    let sum = |of: fn(&AccountLine) -> i64| accounts.iter().map(of).sum();
    let three = |now| Three { now, month_before: Some(now * 9 / 10), year_before: None };
    OfCurrency {
        currency: Currency::USD,
        net: three(sum(|line| line.net)),
        gross: three(sum(|line| line.gross)),
        refunds: three(sum(|line| line.refunds)),
        payments: three(sum(|line| line.payments)),
        paying_fans: three(12_345),
        sources: vec![
            ("renewal".to_owned(), 60_000),
            ("tip".to_owned(), 30_000),
            ("refund".to_owned(), -5_000),
        ],
        days: month.period().iter().map(|day| OfDay { day, net: vec![2_000, 1_000, -160] }).collect(),
        accounts,
    }
}

fn figures(accounts: u32) -> Figures {
    Figures {
        agency: "Zoë & Søn Studio".to_owned(),
        zone: Tz::Europe__Berlin,
        month: parse_month("2026-10").unwrap(),
        is_partial: false,
        earned: vec![earned(accounts)],
        joined: Three { now: 412, month_before: Some(380), year_before: Some(0) },
        lost: Three { now: 97, month_before: Some(101), year_before: None },
        account_count: i64::from(accounts),
        still_reading: 1,
    }
}

fn drawn(figures: &Figures) -> (Vec<u8>, usize) {
    let at = "2026-11-01T07:00:00Z".parse().unwrap();
    draw(figures, &Made { at, figures_at: at, version: "ab12cd34ef56" }).unwrap()
}

#[test]
fn the_same_figures_are_the_same_bytes_and_other_figures_are_not() {
    let (one, pages) = drawn(&figures(12));
    assert_eq!(one, drawn(&figures(12)).0);
    assert_ne!(one, drawn(&figures(13)).0);
    assert_eq!(pages, 3);
    assert!(one.starts_with(b"%PDF-"));
}

#[test]
fn what_a_reader_finds_are_the_figures() {
    let figures = figures(3);
    let texts = texts(&drawn(&figures).0);
    let earned = &figures.earned[0];
    let money = |minor| Money::new(minor, Currency::USD).to_string();
    let (cover, charts, accounts) = (&texts[0], &texts[1], &texts[2]);
    for words in [
        "Zoë & Søn Studio",
        "October 2026",
        "September 2026",
        "3 accounts",
        &money(earned.net.now),
        "+11.1 %",
        "412",
        "97",
    ] {
        assert!(cover.contains(words), "{words} is not in {cover}");
    }
    for words in ["Net per day, USD", "Renewals", "Tips", "−$50.00"] {
        assert!(charts.contains(words), "{words} is not in {charts}");
    }
    for words in ["Account 0002", "@account2 on Fanvue", &money(2_074), "All 3", &money(earned.gross.now)] {
        assert!(accounts.contains(words), "{words} is not in {accounts}");
    }
    for (at, text) in texts.iter().enumerate() {
        assert!(text.contains(&format!("Page {} of 3", at + 1)), "{text}");
        assert!(
            text.contains(
                "Made on 1 Nov 2026, 08:00 from figures as of 1 Nov 2026, 08:00. Version ab12cd34ef56."
            ),
            "{text}"
        );
    }
}

#[test]
fn a_thousand_accounts_fill_pages_each_with_its_head_and_the_last_with_the_total() {
    let figures = figures(1000);
    let (pdf, pages) = drawn(&figures);
    let texts = texts(&pdf);
    assert_eq!((texts.len(), pages), (pages, 23));
    assert!(texts[2..].iter().all(|text| text.contains("Net, month before")));
    let all = texts.concat();
    assert!((0..1000).all(|at| all.contains(&format!("Account {at:04}"))));
    assert!(texts[pages - 1].contains("All 1,000"));
    assert!(pdf.len() < 400_000, "{}", pdf.len());
}

#[test]
fn a_month_without_earnings_and_letters_that_the_font_lacks_are_drawn_too() {
    let mut empty = figures(0);
    empty.earned.clear();
    let (pdf, pages) = drawn(&empty);
    assert_eq!(pages, 1);
    assert!(texts(&pdf)[0].contains("Nothing was earned in this month."));
    let mut foreign = figures(1);
    foreign.earned[0].accounts[0].name = "美咲 🎀 Мария".to_owned();
    foreign.earned[0].days.clear();
    foreign.earned[0].sources.clear();
    assert_eq!(drawn(&foreign).1, 3);
}
