//! Amounts as statements write them.

use super::types::Decimal;
use crate::money::Currency;

/// No payment is larger, in minor units.
const MAX: i64 = 1_000_000_000_000;

/// Reads `1,234.50`, `1.234,50 €`, `(12.50)`, `12.50-`, `$ -3` as minor units. What could mean two things is refused.
pub(super) fn amount(text: &str, decimal: Decimal, currency: Currency) -> Result<i64, String> {
    let wrong = || format!("“{text}” is no amount");
    let (digits, is_negative) = bare(text).ok_or_else(wrong)?;
    let (point, grouping) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (whole, fraction) = match digits.split_once(point) {
        Some((_, fraction)) if fraction.contains([point, grouping]) => return Err(wrong()),
        Some((whole, fraction)) => (whole, fraction),
        None => (digits.as_str(), ""),
    };
    let whole = ungrouped(whole, grouping).ok_or_else(|| hint(text, decimal))?;
    if (whole.is_empty() && fraction.is_empty()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let places = currency.exponent() as usize;
    let (kept, beyond) = fraction.split_at(fraction.len().min(places));
    if beyond.bytes().any(|byte| byte != b'0') || (beyond.len() == 3 && places == 0) {
        return Err(format!("“{text}” has more decimals than {currency} has"));
    }
    let minor: i64 = format!("{whole}{kept:0<places$}").parse().map_err(|_| wrong())?;
    if minor > MAX {
        return Err(format!("“{text}” is too much for one payment"));
    }
    Ok(if is_negative { -minor } else { minor })
}

/// The digits with their signs between, and whether they are below zero: without currency, spaces, minus and brackets.
fn bare(text: &str) -> Option<(String, bool)> {
    let mut digits = String::with_capacity(text.len());
    let (mut minuses, mut brackets, mut pluses) = (0, 0, 0);
    // The letters of a currency, whether the last sign was one, and how many digits stood before them.
    let (mut letters, mut in_letters, mut before) = (0, false, 0);
    for letter in text.trim().chars() {
        let follows = std::mem::replace(&mut in_letters, letter.is_ascii_uppercase());
        match letter {
            '0'..='9' | '.' | ',' => digits.push(letter),
            // Thousands in Switzerland; a program kept a formula away with it.
            '\'' | '’' => {}
            '+' if digits.is_empty() => pluses += 1,
            '-' | '\u{2212}' => minuses += 1,
            '(' | ')' => brackets += 1,
            '$' | '€' | '£' | '¥' => {}
            _ if letter.is_whitespace() => {}
            'A'..='Z' if letters == 0 || follows => {
                letters += 1;
                before = digits.len();
            }
            _ => return None,
        }
    }
    let signs = minuses + pluses;
    let signs_fit = signs <= 1 && (brackets == 0 || brackets == 2 && signs == 0);
    let letters_fit = letters == 0 || letters == 3 && (before == 0 || before == digits.len());
    let is_whole = !digits.is_empty() && signs_fit && letters_fit;
    is_whole.then_some((digits, minuses + brackets > 0))
}

/// Digits without the sign between thousands, if that stands where it belongs.
fn ungrouped(whole: &str, sign: char) -> Option<String> {
    let mut groups = whole.split(sign);
    let first = groups.next()?;
    let rest: Vec<_> = groups.collect();
    let fits = rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let text = rest.into_iter().fold(first.to_owned(), |text, group| text + group);
    (fits && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn hint(text: &str, decimal: Decimal) -> String {
    let other = match decimal {
        Decimal::Point => "comma",
        Decimal::Comma => "point",
    };
    format!("“{text}” does not fit. Is the sign before the cents a {other}?")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;
    use crate::money::Money;
    use proptest::prelude::*;

    fn read(text: &str, decimal: Decimal) -> Option<i64> {
        amount(text, decimal, Currency::USD).ok()
    }

    #[test]
    fn amounts_are_read_as_they_are_written() {
        let table = [
            ("12.50", 1250),
            ("12", 1200),
            (".5", 50),
            ("1,234.5", 123_450),
            ("1,234,567.00", 123_456_700),
            ("$1,234.56", 123_456),
            ("USD 3.00", 300),
            ("3.00 USD", 300),
            ("-12.50", -1250),
            ("−12.50", -1250),
            ("12.50-", -1250),
            ("(12.50)", -1250),
            ("$-3", -300),
            ("'-3.10", -310),
            ("+3.10", 310),
            ("$+3.10", 310),
            ("EUR-3", -300),
            ("10000000000.00", 1_000_000_000_000),
            ("1'234.50", 123_450),
            ("1 234.50", 123_450),
            ("1\u{202f}234.50", 123_450),
            ("0.00", 0),
            ("5.5000", 550),
        ];
        for (text, minor) in table {
            assert_eq!(read(text, Decimal::Point), Some(minor), "{text}");
        }
        let comma = [("12,50", 1250), ("1.234,50 €", 123_450), ("1.234.567", 123_456_700), ("-3", -300)];
        for (text, minor) in comma {
            assert_eq!(read(text, Decimal::Comma), Some(minor), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for text in [
            "",
            "-",
            "abc",
            "1.2.3",
            "12,5",
            "1,23",
            "12.345",
            "1,2345.00",
            "--3",
            "(3",
            "-(3)",
            "3 euro",
            ".",
            "1E+05",
            "1E5",
            "1.5K",
            "12A34",
            "12USD34",
            "U SD 3",
            "USD 3 USD",
            "3 USDT",
            "3+",
            "1+2",
            "+-3",
            "++3",
            "10000000000.01",
        ] {
            assert_eq!(read(text, Decimal::Point), None, "{text}");
        }
        for text in ["12.50", "1,234.50", "1.23"] {
            assert_eq!(read(text, Decimal::Comma), None, "{text}");
        }
        let sentence = amount("12,50", Decimal::Point, Currency::USD).unwrap_err();
        assert!(sentence.ends_with("Is the sign before the cents a comma?"), "{sentence}");
    }

    #[test]
    fn a_currency_has_as_many_decimals_as_it_has() {
        let yen: Currency = "JPY".parse().unwrap();
        assert_eq!(amount("1,200", Decimal::Point, yen), Ok(1200));
        assert_eq!(amount("1200.00", Decimal::Point, yen), Ok(1200));
        assert!(amount("1.200", Decimal::Point, yen).is_err());
        let dinar: Currency = "KWD".parse().unwrap();
        assert_eq!(amount("1.234", Decimal::Point, dinar), Ok(1234));
    }

    proptest! {
        #[test]
        fn what_we_write_is_read_back(minor in -1_000_000_000_000_i64..1_000_000_000_000) {
            let money = Money::new(minor, Currency::USD);
            prop_assert_eq!(read(&money.decimal(), Decimal::Point), Some(minor));
            prop_assert_eq!(read(&money.to_string(), Decimal::Point), Some(minor));
            let swapped: String = money.to_string().chars().map(|c| match c { ',' => '.', '.' => ',', c => c }).collect();
            prop_assert_eq!(read(&swapped, Decimal::Comma), Some(minor));
        }

        #[test]
        fn whatever_stands_there_nothing_breaks(text in ".{0,20}") {
            let _ = read(&text, Decimal::Point);
        }
    }
}
