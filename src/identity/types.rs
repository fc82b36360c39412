//! Values of identity, and pure rules about them.

use crate::auth::Role;
use crate::error::Result;
use crate::ids::AgencyId;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use std::net::{IpAddr, Ipv6Addr};

/// The shortest password (NIST SP 800-63B asks for 8 and no composition rules; we ask for a little more).
const MIN_CHARS: usize = 10;
/// The longest, so that hashing cannot be made to work for minutes.
const MAX_CHARS: usize = 200;

/// A browser in which a person is signed in.
#[derive(Clone, Debug)]
pub struct Device {
    /// Stands for it in forms: the hash of its session's id, in hex.
    pub id: String,
    /// What the browser said that it is.
    pub user_agent: String,
    /// The address last seen at.
    pub ip: Option<String>,
    /// When the person signed in there.
    pub since: DateTime<Utc>,
    /// When it was last seen, to a few minutes.
    pub last_seen: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// An agency that a person belongs to.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The agency.
    pub agency: AgencyId,
    /// Its name.
    pub name: String,
    /// What the person is there.
    pub role: Role,
}

/// A name: what is typed, without spaces around.
pub(super) fn named(text: &str, missing: &'static str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err(missing),
        text if text.chars().count() > 100 => Err("At most 100 characters fit here"),
        text if text.contains(char::is_control) => Err("Type it on one line, without special characters"),
        text => Ok(text.to_owned()),
    }
}

/// An address in lower case. What mail really reaches is proven by the link sent to it.
pub(super) fn email(text: &str) -> Result<String, &'static str> {
    let text = text.trim().to_lowercase();
    let parsed: Result<lettre::Address, _> = text.parse();
    match parsed {
        Ok(address) if address.domain().contains('.') && text.len() <= 254 => Ok(text),
        _ => Err("Type the whole address, like anna@studio.com"),
    }
}

/// Whether a password may be chosen.
pub(super) fn long_enough(password: &SecretString) -> Result<(), &'static str> {
    match password.expose_secret().chars().count() {
        0..MIN_CHARS => Err("Use at least 10 characters; a few words in a row are good"),
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err("At most 200 characters fit here"),
    }
}

/// Whose address it is, for counting: one customer of a provider has one IPv4 address, but 2^64 IPv6 addresses.
#[must_use]
pub fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("{}/64", Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
    }
}

/// Browser and system in words, as far as the user agent tells them: `Chrome on Windows`.
pub(super) fn device_words(user_agent: &str) -> String {
    // The order matters: most browsers also name those that they descend from.
    const BROWSERS: [(&str, &str); 11] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Vivaldi", "Vivaldi"),
        ("SamsungBrowser", "Samsung Internet"),
        ("FxiOS", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 8] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
        ("X11", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, words)| *words)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::*;

    #[test]
    fn browsers_are_told_from_those_they_descend_from() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";
        let cases = [
            (windows.to_owned(), "Chrome on Windows"),
            (format!("{windows} Edg/130.0.0.0"), "Edge on Windows"),
            (format!("{windows} OPR/115.0.0.0"), "Opera on Windows"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15".to_owned(), "Safari on Mac"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1".to_owned(), "Chrome on iPhone"),
            ("Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1".to_owned(), "Safari on iPad"),
            ("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36".to_owned(), "Samsung Internet on Android"),
            ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(), "Firefox on Linux"),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36".to_owned(), "Chrome on ChromeOS"),
            ("curl/8.5.0".to_owned(), "curl"),
            ("unknown".to_owned(), "Unknown browser"),
        ];
        for (user_agent, words) in cases {
            assert_eq!(device_words(&user_agent), words, "{user_agent}");
        }
    }

    #[test]
    fn one_customer_is_one_network() {
        let of = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:aaaa::1"), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2:bbbb::9"), of("2001:db8:1:2:aaaa::1"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
    }

    #[test]
    fn an_address_is_whole_and_in_lower_case() {
        assert_eq!(email(" Anna@Studio.COM "), Ok("anna@studio.com".to_owned()));
        for wrong in [
            "",
            "anna",
            "anna@",
            "anna@studio",
            "a b@studio.com",
            "anna@studio.com\0",
            "anna@studio.com\r\nBcc: x@y.z",
        ] {
            assert!(email(wrong).is_err(), "{wrong:?}");
        }
        assert!(email(&format!("{}@studio.com", "a".repeat(250))).is_err());
    }

    #[test]
    fn a_name_is_on_one_line() {
        assert_eq!(named("  Anna Kovács ", "missing"), Ok("Anna Kovács".to_owned()));
        assert_eq!(named(" ", "missing"), Err("missing"));
        assert!(named("An\0na", "missing").is_err());
        assert!(named(&"a".repeat(101), "missing").is_err());
    }
}
