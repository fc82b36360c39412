//! What can be set about an agency, and what a good setting is.

use crate::money::Currency;
use chrono::{DateTime, Utc};
use chrono_tz::TZ_VARIANTS;

/// The longest name.
const MAX_NAME: usize = 100;

/// What is set about an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// The zone in which times are shown.
    pub time_zone: String,
    /// The currency that is shown where there is nothing yet, and first among several.
    pub currency: String,
}

/// An agency as its settings page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// What is set.
    pub settings: Settings,
    /// Since when it is here.
    pub created_at: DateTime<Utc>,
}

/// For how long people stay signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Without a visit.
    pub idle_minutes: i32,
    /// At all.
    pub days: i32,
}

/// What is offered for [`SessionSettings::idle_minutes`].
pub const IDLE_MINUTES: [i32; 9] = [15, 30, 60, 240, 480, 1440, 7 * 1440, 14 * 1440, 30 * 1440];
/// What is offered for [`SessionSettings::days`].
pub const SESSION_DAYS: [i32; 7] = [1, 7, 14, 30, 60, 90, 180];

/// What deleting an agency would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its name.
    pub name: String,
    /// Accounts that are connected.
    pub accounts: i64,
    /// People in it.
    pub members: i64,
}

/// The currencies that are offered: those in which creators are paid.
pub const CURRENCIES: [(&str, &str); 22] = [
    ("USD", "US dollar"),
    ("EUR", "Euro"),
    ("GBP", "Pound sterling"),
    ("AUD", "Australian dollar"),
    ("BRL", "Brazilian real"),
    ("CAD", "Canadian dollar"),
    ("CHF", "Swiss franc"),
    ("COP", "Colombian peso"),
    ("CZK", "Czech koruna"),
    ("DKK", "Danish krone"),
    ("HUF", "Hungarian forint"),
    ("INR", "Indian rupee"),
    ("JPY", "Japanese yen"),
    ("MXN", "Mexican peso"),
    ("NOK", "Norwegian krone"),
    ("NZD", "New Zealand dollar"),
    ("PHP", "Philippine peso"),
    ("PLN", "Polish złoty"),
    ("RON", "Romanian leu"),
    ("SEK", "Swedish krona"),
    ("THB", "Thai baht"),
    ("ZAR", "South African rand"),
];

/// The zones that are offered: UTC, then those named by a place; the many old names of the same are left out.
pub fn zones() -> impl Iterator<Item = &'static str> {
    const AREAS: [&str; 9] =
        ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Pacific"];
    let is_place = |name: &&str| name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area));
    let indian = |name: &&str| name.starts_with("Indian/");
    let places =
        TZ_VARIANTS.iter().map(|zone| zone.name()).filter(move |name| is_place(name) || indian(name));
    std::iter::once("UTC").chain(places)
}

/// A name without space around.
///
/// # Errors
/// What to do about it.
pub fn checked_name(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("Type your agency's name"),
        text if text.chars().count() > MAX_NAME => Err("At most 100 characters fit here"),
        text if text.contains(char::is_control) => Err("Type it on one line, without special characters"),
        text => Ok(text.to_owned()),
    }
}

/// The name of a zone that there is; `europe/berlin` and `Berlin` are found too.
///
/// # Errors
/// What to do about it.
pub fn checked_zone(text: &str) -> Result<String, &'static str> {
    let typed = text.trim().replace(' ', "_");
    let city = |name: &str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&typed));
    let known = TZ_VARIANTS.iter().map(|zone| zone.name()).find(|name| name.eq_ignore_ascii_case(&typed));
    known
        .or_else(|| zones().find(|name| city(name)))
        .map(ToOwned::to_owned)
        .ok_or("Choose a time zone of the list, such as Europe/London")
}

/// A currency that there is.
///
/// # Errors
/// What to do about it.
pub fn checked_currency(text: &str) -> Result<String, &'static str> {
    let code: Result<Currency, _> = text.trim().to_uppercase().parse();
    code.map(Into::into).map_err(|_| "Choose a currency of the list")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_name_or_its_city() {
        for typed in ["Europe/Berlin", " europe/berlin", "berlin"] {
            assert_eq!(checked_zone(typed).as_deref(), Ok("Europe/Berlin"));
        }
        assert_eq!(checked_zone("new york").as_deref(), Ok("America/New_York"));
        assert!(checked_zone("Atlantis").is_err() && checked_zone("").is_err());
    }

    #[test]
    fn every_zone_and_currency_that_is_offered_can_be_chosen() {
        assert_eq!(zones().next(), Some("UTC"));
        assert!(zones().count() > 300);
        for zone in zones() {
            assert_eq!(checked_zone(zone).as_deref(), Ok(zone));
        }
        for (code, _) in CURRENCIES {
            assert_eq!(checked_currency(code).as_deref(), Ok(code));
        }
        assert!(checked_currency("dollars").is_err());
    }

    #[test]
    fn a_name_is_trimmed_and_has_an_end() {
        assert_eq!(checked_name("  North Studio ").as_deref(), Ok("North Studio"));
        assert!(checked_name("  ").is_err() && checked_name(&"x".repeat(101)).is_err());
    }
}
