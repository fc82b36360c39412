//! Amounts as people type them.

use crate::money::Currency;

/// The highest goal: a million millions of minor units.
const MOST: i64 = 1_000_000_000_000;
const UNREADABLE: &str = "Type an amount such as 12,000 or 12000.50";

/// Minor units of what was typed: `12000`, `12,000.50`, `$12 000`. A comma is between thousands, a point before what is less
/// than one.
///
/// # Errors
/// What to do about it.
pub(super) fn parse(typed: &str, currency: Currency) -> Result<i64, &'static str> {
    let code = currency.as_str();
    let text: String =
        typed.chars().filter(|it| !it.is_whitespace() && !matches!(it, '$' | '€' | '£')).collect();
    let text = text.strip_prefix(code).or(text.strip_suffix(code)).unwrap_or(&text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = whole.contains(',');
    if first.is_empty() || !digits(first) || (grouped && first.len() > 3) {
        return Err(UNREADABLE);
    }
    if !groups.all(|group| group.len() == 3 && digits(group)) || !digits(fraction) {
        return Err(UNREADABLE);
    }
    let places = usize::try_from(currency.exponent()).unwrap_or(0);
    if fraction.len() > places {
        return Err(if places == 0 { "This currency has whole amounts only" } else { UNREADABLE });
    }
    let minor = format!("{}{fraction:0<places$}", whole.replace(',', ""));
    match minor.parse::<i64>() {
        Ok(0) => Err("A goal is more than nothing"),
        Ok(minor) if minor <= MOST => Ok(minor),
        _ => Err("That is more than anybody earns"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for typed in ["12000.50", "12,000.5", " $12 000.50 ", "USD 12,000.50", "12000.50USD"] {
            assert_eq!(parse(typed, Currency::USD), Ok(1_200_050), "{typed}");
        }
        assert_eq!(parse("1,000,000", Currency::USD), Ok(100_000_000));
        assert_eq!(parse("12000", "JPY".parse().unwrap()), Ok(12_000));
        assert_eq!(parse("1.234", "KWD".parse().unwrap()), Ok(1_234));
    }

    #[test]
    fn what_could_mean_something_else_is_asked_again() {
        for typed in
            ["", "abc", "-5", "1.234.567", "12,00", "1234,567", "1.2.3", ",500", "12.345", "1e5", "١٢"]
        {
            assert!(parse(typed, Currency::USD).is_err(), "{typed}");
        }
        assert!(parse("0", Currency::USD).is_err() && parse("0.00", Currency::USD).is_err());
        assert!(parse("12.5", "JPY".parse().unwrap()).is_err());
        assert!(
            parse("99999999999999", Currency::USD).is_err() && parse(&"9".repeat(40), Currency::USD).is_err()
        );
    }
}
