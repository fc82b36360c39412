//! Money: whole minor units and a currency. Sums never mix currencies.

use serde::{Deserialize, Serialize};

/// An ISO 4217 code in capitals, such as `USD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// Those that have no minor unit (ISO 4217).
    pub const WITHOUT_MINOR: [&str; 9] = ["JPY", "KRW", "CLP", "VND", "ISK", "XAF", "XOF", "PYG", "UGX"];

    /// Those of which a thousand minor units make one.
    pub const OF_THOUSANDTHS: [&str; 7] = ["BHD", "KWD", "OMR", "TND", "JOD", "IQD", "LYD"];

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// The sign in front of amounts; other currencies show their code.
    fn sign(self) -> Option<&'static str> {
        match &self.0 {
            b"USD" => Some("$"),
            b"EUR" => Some("€"),
            b"GBP" => Some("£"),
            _ => None,
        }
    }

    /// How many minor units make one: 10^exponent (ISO 4217).
    #[must_use]
    pub fn exponent(self) -> u32 {
        match self.as_str() {
            code if Self::WITHOUT_MINOR.contains(&code) => 0,
            code if Self::OF_THOUSANDTHS.contains(&code) => 3,
            _ => 2,
        }
    }
}

impl std::str::FromStr for Currency {
    type Err = NotACurrency;
    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        match text.as_bytes() {
            [a, b, c] if text.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(NotACurrency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;
    fn try_from(text: String) -> Result<Self, NotACurrency> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters, such as USD")]
pub struct NotACurrency;

/// An amount in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units (cents); negative for refunds.
    pub minor: i64,
    /// The currency that the minor units are of.
    pub currency: Currency,
}

impl Money {
    /// An amount of `minor` units.
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The plain decimal for files: `-1234.50`, without sign or grouping.
    #[must_use]
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent() as usize;
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let minus = if self.minor < 0 { "-" } else { "" };
        if fraction.is_empty() { format!("{minus}{whole}") } else { format!("{minus}{whole}.{fraction}") }
    }
}

/// As people read it: `$1,234.50`, `−€3.00`, `CHF 12.00`. The minus is U+2212, as wide as a digit.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimal = Self { minor: self.minor.saturating_abs(), ..*self }.decimal();
        let (whole, fraction) =
            decimal.split_once('.').map_or((decimal.as_str(), None), |(w, f)| (w, Some(f)));
        let mut text = String::from(if self.minor < 0 { "−" } else { "" });
        match self.currency.sign() {
            Some(sign) => text.push_str(sign),
            None => text.push_str(&format!("{}\u{a0}", self.currency)),
        }
        text.push_str(&grouped(whole));
        if let Some(fraction) = fraction {
            text.push('.');
            text.push_str(fraction);
        }
        f.pad(&text)
    }
}

/// Digits in groups of three: `1234567` is `1,234,567`.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur() -> Currency {
        Currency(*b"EUR")
    }

    #[test]
    fn money_reads_as_people_write_it() {
        assert_eq!(Money::new(123_450, Currency::USD).to_string(), "$1,234.50");
        assert_eq!(Money::new(-5, eur()).to_string(), "−€0.05");
        assert_eq!(Money::new(1200, Currency(*b"CHF")).to_string(), "CHF\u{a0}12.00");
        assert_eq!(Money::new(1_000_000, Currency(*b"JPY")).to_string(), "JPY\u{a0}1,000,000");
    }

    #[test]
    fn a_file_gets_the_plain_decimal() {
        assert_eq!(Money::new(-123_450, Currency::USD).decimal(), "-1234.50");
        assert_eq!(Money::new(i64::MIN, Currency::USD).decimal(), "-92233720368547758.08");
    }

    #[test]
    fn only_three_capitals_are_a_currency() {
        assert!("usd".parse::<Currency>().is_err());
        assert!("US".parse::<Currency>().is_err());
        assert_eq!("GBP".parse::<Currency>().map(|c| c.to_string()), Ok("GBP".to_owned()));
    }
}
